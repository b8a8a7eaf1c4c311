//! An sr25519 pair that can sign and does not give its secret away.

use std::fmt;
use std::sync::LazyLock;

use schnorrkel::context::{attach_rng, SigningContext};
use schnorrkel::{ExpansionMode, MiniSecretKey, SecretKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{derive, KeyError, Mnemonic, PublicKey, Signature, Words};

/// Substrate's signing context, hashed once.
pub(crate) fn context() -> &'static SigningContext {
    static CONTEXT: LazyLock<SigningContext> = LazyLock::new(|| SigningContext::new(b"substrate"));
    &CONTEXT
}

/// An sr25519 key pair. The secret is erased when dropped; `Debug` shows the public key only.
#[derive(Clone)]
pub struct Keypair(schnorrkel::Keypair);

/// The pair inside erases itself, though its crate doesn't say so with this mark.
impl ZeroizeOnDrop for Keypair {}

impl Keypair {
    /// A new pair and the 12-word phrase that brings it back.
    pub fn generate() -> (Self, Mnemonic) {
        let mnemonic = Mnemonic::generate(Words::Twelve);
        let pair = Self::from_seed(*mnemonic.to_seed(""));
        (pair, mnemonic)
    }

    /// The pair of a recovery phrase; `password` is empty for none.
    ///
    /// # Errors
    /// [`KeyError::BadMnemonic`].
    pub fn from_mnemonic(phrase: &str, password: &str) -> Result<Self, KeyError> {
        Ok(Self::from_seed(*Mnemonic::parse(phrase)?.to_seed(password)))
    }

    /// The pair of a 32-byte mini secret. Every value is a valid one.
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        // `from_bytes` checks nothing but the length, and an array has it.
        let secret = match MiniSecretKey::from_bytes(&seed) {
            Ok(mini) => mini.expand(ExpansionMode::Ed25519),
            Err(_) => unreachable!("32 bytes are a mini secret"),
        };
        seed.zeroize();
        Self(secret.into())
    }

    /// The pair of `phrase//hard/soft///password`, `0xseed//…`, or `//Alice` (the public development phrase).
    ///
    /// # Errors
    /// [`KeyError::BadUri`] or [`KeyError::BadMnemonic`].
    pub fn from_uri(uri: &str) -> Result<Self, KeyError> {
        derive::secret(uri).map(|secret| Self(secret.into()))
    }

    /// The pair of a 64-byte private key as key files hold it: the scalar, then the nonce.
    ///
    /// # Errors
    /// [`KeyError::BadSecret`] when the scalar is not reduced.
    pub fn from_private(mut private: [u8; 64]) -> Result<Self, KeyError> {
        let secret = SecretKey::from_bytes(&private).map_err(|_| KeyError::BadSecret);
        private.zeroize();
        secret.map(|secret| Self(secret.into()))
    }

    /// The 64-byte private key, for key files.
    pub(crate) fn to_private(&self) -> Zeroizing<[u8; 64]> {
        Zeroizing::new(self.0.secret.to_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public.to_bytes())
    }

    /// Signs exactly `message`. Two signatures of one message differ: they contain random numbers.
    pub fn sign(&self, message: &[u8]) -> Signature {
        // A generator that the kernel has seeded, so that not every signature waits for the kernel. Secret and message
        // go into the nonce too, so it can't repeat for another message even if the generator did.
        let transcript = attach_rng(context().bytes(message), rand::thread_rng());
        Signature(self.0.sign(transcript).to_bytes())
    }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keypair({})", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        erased::assert::<Keypair>();
        // What the mark relies on: a pair without work to do when dropped would leave its secret behind.
        const { assert!(std::mem::needs_drop::<schnorrkel::Keypair>()) };
    }
}
