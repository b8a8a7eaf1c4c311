//! What can sign, wherever its secret is.

use crate::{KeyError, Keypair, PublicKey, Signature};

/// A key that signs: in this process, or in an [agent](crate::agent).
pub trait Signer: Send + Sync {
    /// The key whose signatures these are.
    fn public(&self) -> PublicKey;

    /// Signs exactly `message`.
    ///
    /// # Errors
    /// A pair in memory never fails; an agent may be gone or have forgotten the key.
    fn sign(&self, message: &[u8]) -> Result<Signature, KeyError>;
}

impl Signer for Keypair {
    fn public(&self) -> PublicKey {
        Keypair::public(self)
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        Ok(Keypair::sign(self, message))
    }
}
