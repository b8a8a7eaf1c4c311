//! How much was put into channels, on disk before it is put there.

use std::path::PathBuf;

use ganglion_primitives::Rao;
use ganglion_subnet::store::{self, StoreError};

/// The sum, and its file (u64, little-endian).
pub(super) struct Spent {
    path: PathBuf,
    rao: Rao,
}

impl Spent {
    /// Opens it; `least` is what the chain knows of.
    pub fn open(path: PathBuf, least: Rao) -> Result<Self, StoreError> {
        let rao = match store::read(&path, 8)? {
            None => 0,
            Some(bytes) => {
                let damaged = |_| StoreError::Damaged { path: path.clone(), reason: "it is no sum".into() };
                Rao::from_le_bytes(bytes.try_into().map_err(damaged)?)
            }
        };
        Ok(Self { path, rao: rao.max(least) })
    }

    /// Puts `amount` aside, if all together stays within `budget`. Whether it does.
    pub fn reserve(&mut self, amount: Rao, budget: Rao) -> Result<bool, StoreError> {
        let Some(sum) = self.rao.checked_add(amount).filter(|sum| *sum <= budget) else { return Ok(false) };
        store::write_private(&self.path, &sum.to_le_bytes())?;
        self.rao = sum;
        Ok(true)
    }

    /// It wasn't put anywhere.
    pub fn release(&mut self, amount: Rao) -> Result<(), StoreError> {
        let sum = self.rao.saturating_sub(amount);
        store::write_private(&self.path, &sum.to_le_bytes())?;
        self.rao = sum;
        Ok(())
    }
}
