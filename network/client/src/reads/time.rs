//! The chain's own clock.

use super::View;
use crate::error::ClientError;

impl View<'_> {
    /// The time that the block names, milliseconds since 1970.
    ///
    /// # Errors
    /// Those of a read; [`ClientError::Shape`] if the chain keeps it in another form.
    pub async fn timestamp(&self) -> Result<u64, ClientError> {
        Ok(self.storage("Timestamp", "Now", Vec::new()).await?.unwrap_or(0))
    }
}
