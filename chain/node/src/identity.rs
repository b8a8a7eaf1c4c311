//! A node's name on the peer-to-peer network.

/// The peer id of the node whose `--node-key` is `secret` (an Ed25519 seed).
pub fn peer_id(secret: &[u8; 32]) -> Option<String> {
    let mut secret = *secret;
    let secret = sc_network::config::ed25519::SecretKey::try_from_bytes(&mut secret).ok()?;
    let keypair = sc_network::config::ed25519::Keypair::from(secret);
    Some(sc_network::PeerId::from_ed25519(&keypair.public().to_bytes())?.to_string())
}
