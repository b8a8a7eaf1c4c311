//! Batches and upgrades.

use crate::{
    calls::system::{ApplyAuthorizedUpgrade, AuthorizeUpgrade},
    plan::Batch,
    write::Write,
};

/// The hash that [`Write::authorize_upgrade`] names a runtime by: BLAKE2b-256 of its code.
pub fn code_hash(code: &[u8]) -> [u8; 32] {
    sp_crypto_hashing::blake2_256(code)
}

/// Batches and upgrades.
impl Write {
    /// Does all of `calls`, or none of them. A feeless call in a batch pays the batch's fee.
    pub fn batch(calls: Vec<Self>) -> Self {
        Self::new(Batch(calls))
    }

    /// Permits the runtime whose code has this BLAKE2b-256; for a referendum on the track of upgrades.
    pub fn authorize_upgrade(code_hash: [u8; 32]) -> Self {
        Self::new(AuthorizeUpgrade { code_hash })
    }

    /// Installs a runtime that a referendum has permitted. Anybody may.
    pub fn apply_authorized_upgrade(code: Vec<u8>) -> Self {
        Self::new(ApplyAuthorizedUpgrade { code })
    }
}
