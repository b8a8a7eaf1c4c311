//! Whoever can sign for a key: this process, or the agent.

use std::fmt;
use std::sync::Arc;

use crate::{agent::AgentKey, KeyError, Keypair, PublicKey, Signature};

/// Somebody did not sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignError {
    reason: String,
}

impl SignError {
    /// A refusal; `reason` says why, and what to do, in one sentence.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }

    /// Why, and what to do.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for SignError {}

impl From<KeyError> for SignError {
    fn from(error: KeyError) -> Self {
        Self::new(error.to_string())
    }
}

/// Something that signs with one sr25519 key: a [`Keypair`] in this process's memory, or an [`AgentKey`], whose secret is
/// in another's. Whoever needs signatures takes any of them.
pub trait Signer: Send + Sync {
    /// The key whose signatures these are.
    fn public(&self) -> PublicKey;

    /// Signs exactly `message` (context `substrate`). An agent signs only transactions and texts
    /// ([`Kind`](crate::agent::Kind)) and blocks the thread for up to 5 seconds; a pair never fails.
    ///
    /// # Errors
    /// [`SignError`]: the signer is away, or says no.
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

impl Signer for AgentKey {
    fn public(&self) -> PublicKey {
        AgentKey::public(self)
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        Ok(AgentKey::sign(self, message)?)
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
