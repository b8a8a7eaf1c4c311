//! What clients ask and the agent answers.

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::{keyfile::Secret, PublicKey, Signature};

/// Tagged from outside, so that a secret is read straight into memory that is erased, without a copy on the way.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    List,
    Sign {
        key: PublicKey,
        kind: Kind,
        /// Hex.
        message: String,
    },
    Add {
        name: String,
        /// As in key files.
        private: Secret,
        seconds: u64,
        kinds: Vec<Kind>,
    },
    Remove {
        key: PublicKey,
    },
    Lock,
    Stop,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Keys(Vec<KeyInfo>),
    Signature(Signature),
    Done,
    Refused(String),
}

/// What the agent tells about a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyInfo {
    /// The public key.
    pub key: PublicKey,
    /// What whoever added it called it.
    pub name: String,
    /// What it may sign.
    pub kinds: Vec<Kind>,
    /// Seconds until the agent forgets it.
    pub seconds: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        let _ = |request: &Request| match request {
            Request::List | Request::Sign { .. } | Request::Remove { .. } | Request::Lock | Request::Stop => {}
            Request::Add { name: _, private, seconds: _, kinds: _ } => erased::field(private),
        };
    }
}
