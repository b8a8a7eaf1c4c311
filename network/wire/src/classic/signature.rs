//! What a classic request signs.

/// `nonce.dendrite.axon.uuid.hash`: the numbers and names of one request from one dendrite to one axon. Neither path nor
/// method is in it, and of the body only what `hash` covers.
pub fn signed_message(nonce: u64, dendrite: &str, axon: &str, uuid: &str, body_hash: &str) -> String {
    format!("{nonce}.{dendrite}.{axon}.{uuid}.{body_hash}")
}

/// What an axon signs in its refusals: `nonce.dendrite.axon.uuid`, with the axon's nonce and UUID.
pub(super) fn refusal_message(nonce: u64, dendrite: &str, axon: &str, uuid: &str) -> String {
    format!("{nonce}.{dendrite}.{axon}.{uuid}")
}
