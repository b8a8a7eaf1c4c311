//! Weights.

use crate::{
    calls::weights::{plain, CommitWeights, RevealWeights, SetWeights},
    write::Write,
};
use codec::Encode;
use ganglion_keys::PublicKey;
use ganglion_primitives::{NetUid, NeuronId};

/// What a commitment to weights contains.
///
/// BLAKE2b-256 of the SCALE encoding of hotkey, subnet, weights, salt and version key.
pub fn commit_hash(
    hotkey: &PublicKey,
    netuid: NetUid,
    weights: &[(NeuronId, u16)],
    salt: &[u8; 16],
    version_key: u64,
) -> [u8; 32] {
    sp_crypto_hashing::blake2_256(&(hotkey.0, netuid, weights, salt, version_key).encode())
}

/// Weights. The signer is the hotkey; no fee.
impl Write {
    /// Sets weights openly, where the subnet allows it.
    pub fn set_weights(netuid: impl Into<NetUid>, weights: &[(NeuronId, u16)], version_key: u64) -> Self {
        Self::new(SetWeights { netuid: netuid.into().0, weights: plain(weights), version_key })
    }

    /// Commits to weights by [`commit_hash`].
    pub fn commit_weights(netuid: impl Into<NetUid>, hash: [u8; 32]) -> Self {
        Self::new(CommitWeights { netuid: netuid.into().0, hash })
    }

    /// Reveals what an earlier commitment contains.
    pub fn reveal_weights(
        netuid: impl Into<NetUid>,
        weights: &[(NeuronId, u16)],
        salt: [u8; 16],
        version_key: u64,
    ) -> Self {
        Self::new(RevealWeights { netuid: netuid.into().0, weights: plain(weights), salt, version_key })
    }
}
