//! The validator's secret: what makes its tasks unpredictable now and checkable later.
//!
//! One master secret stays on disk for good; each tempo gets its own secret derived from it. A tempo's secret can be
//! revealed after its rounds are scored without giving away any other tempo's, and every receipt carries its hash, so
//! that a revealed secret can't be swapped for another; receipts of the tempo before promise it.

use std::path::Path;

use rand::{rngs::OsRng, RngCore};
use sha2::{Digest, Sha256};

use crate::store::{self, StoreError};

/// A validator's master secret.
pub struct Secret([u8; 32]);

/// The secret of one tempo.
pub struct TempoSecret([u8; 32]);

impl Secret {
    /// Reads the secret of `path`, or makes one and writes it (readable by its owner only).
    ///
    /// # Errors
    /// If the file can't be read or written, or isn't 64 hexadecimal digits.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(text) = store::read(path, 1024)? {
            let mut bytes = [0; 32];
            let text = String::from_utf8_lossy(&text);
            hex::decode_to_slice(text.trim(), &mut bytes)
                .map_err(|_| StoreError::Damaged { path: path.into(), reason: "not 64 hexadecimal digits".into() })?;
            return Ok(Self(bytes));
        }
        let mut bytes = [0; 32];
        OsRng.fill_bytes(&mut bytes);
        store::write_private(path, hex::encode(bytes).as_bytes())?;
        Ok(Self(bytes))
    }

    /// The secret of the tempo that ends with the epoch at block `epoch`.
    pub fn of_tempo(&self, netuid: u16, epoch: u32) -> TempoSecret {
        let mut hasher = Sha256::new();
        hasher.update(b"ganglion/task-secret/1");
        hasher.update(self.0);
        hasher.update(netuid.to_le_bytes());
        hasher.update(epoch.to_le_bytes());
        TempoSecret(hasher.finalize().into())
    }
}

impl TempoSecret {
    /// A secret that its validator has revealed.
    pub fn revealed(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The secret itself.
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash that binds the validator to it.
    pub fn commitment(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(b"ganglion/task-secret-hash/1");
        hasher.update(self.0);
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_outlives_the_process_and_differs_by_tempo() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("secret");
        let first = Secret::open(&path).expect("made").of_tempo(1, 100);
        let second = Secret::open(&path).expect("read");
        assert_eq!(first.reveal(), second.of_tempo(1, 100).reveal());
        assert_ne!(first.reveal(), second.of_tempo(1, 200).reveal());
        assert_ne!(first.reveal(), second.of_tempo(5, 100).reveal());
        assert_ne!(first.reveal(), &first.commitment());
    }

    #[test]
    fn a_damaged_file_is_refused_not_replaced() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("secret");
        std::fs::write(&path, "zz").expect("written");
        assert!(matches!(Secret::open(&path), Err(StoreError::Damaged { .. })));
    }
}
