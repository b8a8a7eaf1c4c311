//! Whoever can sign for a key: this process, or the agent.

use crate::{agent::AgentKey, KeyError, Keypair, PublicKey, Signature};

/// Signs for one public key.
#[derive(Clone, Debug)]
pub enum Signer {
    /// With a secret in this process's memory. Signs whatever it is given, and never fails.
    Pair(Keypair),
    /// With a secret in the agent's. Signs what has the shape of one of the network's messages
    /// ([`Kind`](crate::agent::Kind)) and blocks the thread for up to 5 seconds.
    Agent(AgentKey),
}

impl Signer {
    /// The key whose signatures these are.
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Pair(pair) => pair.public(),
            Self::Agent(key) => key.public(),
        }
    }

    /// Signs exactly `message`.
    ///
    /// # Errors
    /// From an agent only: [`KeyError::NoAgent`], [`KeyError::AgentRefused`].
    pub fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        match self {
            Self::Pair(pair) => Ok(pair.sign(message)),
            Self::Agent(key) => key.sign(message),
        }
    }
}

impl From<Keypair> for Signer {
    fn from(pair: Keypair) -> Self {
        Self::Pair(pair)
    }
}

impl From<AgentKey> for Signer {
    fn from(key: AgentKey) -> Self {
        Self::Agent(key)
    }
}
