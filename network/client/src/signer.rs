//! Who signs: a key in this process, or somebody who keeps it.

use ganglion_keys::{Keypair, PublicKey, Signature};
use std::sync::Arc;

/// A signer didn't sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SignError {
    /// Why, and what to do, in one sentence.
    pub reason: String,
}

impl SignError {
    /// A refusal for `reason`.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// Something that signs with one sr25519 key, such as a key agent in another process.
///
/// The client hands over exactly the bytes that the chain will verify: the transaction's payload, or its BLAKE2b-256
/// where that is longer than 256 bytes. It checks what comes back, so that a confused signer costs an error, not a nonce.
pub trait Signer: Send + Sync {
    /// The key that it signs with.
    fn public(&self) -> PublicKey;

    /// Signs `message` (sr25519, context `substrate`). It may block for a moment, so an agent needs a deadline of its own.
    ///
    /// # Errors
    /// [`SignError`], for instance because the person said no.
    fn sign(&self, message: &[u8]) -> Result<Signature, SignError>;
}

impl Signer for Keypair {
    fn public(&self) -> PublicKey {
        Keypair::public(self)
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        Ok(Keypair::sign(self, message))
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {
        $(impl<S: Signer + ?Sized> Signer for $pointer {
            fn public(&self) -> PublicKey {
                (**self).public()
            }

            fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
                (**self).sign(message)
            }
        })*
    };
}

forward!(&S, Box<S>, Arc<S>);
