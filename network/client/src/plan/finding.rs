//! What is found when looking ahead.

use crate::Retry;
use ganglion_primitives::Rao;
use serde::Serialize;
use std::fmt;

/// Something that a call would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// What, in one sentence without a full stop.
    pub text: String,
    /// RAO that move, where any do.
    pub amount: Option<Rao>,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The kinds of warnings, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// The balance, stake or deposit doesn't suffice.
    Balance,
    /// It would take the account's last RAO.
    Existential,
    /// Too early.
    RateLimit,
    /// The hotkey or subnet isn't there.
    Unknown,
    /// The signer may not do this.
    Permission,
    /// Weights go the other way in this subnet: by commit and reveal, or openly.
    CommitReveal,
    /// A value is outside its bounds.
    Bounds,
    /// It takes long, or happens later.
    Delay,
    /// It can't be undone.
    Irreversible,
    /// It changes nothing.
    Nothing,
}

/// Something to know before signing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What kind it is of.
    pub kind: Kind,
    /// What, in one sentence without a full stop.
    pub text: String,
    /// Whether the chain would refuse the call in the state that was read.
    pub refused: bool,
    /// When that ends by itself.
    pub retry: Option<Retry>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.retry {
            Some(retry) => write!(f, ": try again {retry}"),
            None => Ok(()),
        }
    }
}
