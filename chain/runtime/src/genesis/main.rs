//! The network.

use super::{founders, with, Founder};
use crate::*;
use alloc::string::{String, ToString};
use core::fmt;
use ganglion_primitives::{Hyperparameters, NetUid};
use pallet_subnets::CreationTerms;
use serde_json::{json, Value};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Length of a slot, milliseconds.
const SLOT_MILLIS: u64 = 12_000;

/// Length of a session, slots: an hour.
const SESSION_SLOTS: u64 = 300;

/// Why a network can't start with certain founders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FounderError {
    /// There is none: nobody would write block 1.
    None,
    /// There are more than can produce blocks.
    TooMany,
    /// Two have the same account or the same session keys.
    Twice(AccountId),
    /// Everybody has this one's secret, or one of its session keys': it is derived from the development phrase.
    WellKnown(AccountId),
}

impl fmt::Display for FounderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(f, "a network needs a founder: nobody would write block 1"),
            Self::TooMany => write!(f, "a network has at most {} founders", pallet_validators::MAX_PRODUCERS),
            Self::Twice(account) => write!(f, "founder {account:?} shares its account or keys with another"),
            Self::WellKnown(account) => write!(
                f,
                "everybody knows the secret of founder {account:?}, or of one of its session keys: take others"
            ),
        }
    }
}

impl core::error::Error for FounderError {}

/// The three subnets under the numbers that the world knows, with the default numbers of production: epochs of 72
/// minutes, commit–reveal.
fn subnets() -> Vec<(NetUid, String, Hyperparameters)> {
    let subnet = |netuid, name: &str| (NetUid(netuid), name.to_string(), Hyperparameters::default());
    vec![subnet(1, "text"), subnet(5, "image"), subnet(8, "market")]
}

pub(super) fn network(first: &[Founder]) -> Value {
    with(
        founders(first, SLOT_MILLIS, SESSION_SLOTS),
        json!({
            "sudo": { "key": null },
            "governance": { "dayLength": governance::origins::DEFAULT_DAY },
            "subnets": { "subnets": subnets(), "terms": CreationTerms::default() },
            "neurons": { "privateEndpoints": false },
        }),
    )
}

/// The genesis of the network with these founders.
///
/// # Errors
/// See [`FounderError`].
pub fn main_network(first: &[Founder]) -> Result<Value, FounderError> {
    if first.is_empty() {
        return Err(FounderError::None);
    }
    if first.len() > pallet_validators::MAX_PRODUCERS as usize {
        return Err(FounderError::TooMany);
    }
    for (index, founder) in first.iter().enumerate() {
        let same = |other: &Founder| {
            other.account == founder.account
                || other.keys.babe == founder.keys.babe
                || other.keys.grandpa == founder.keys.grandpa
        };
        if first.iter().skip(index.saturating_add(1)).any(same) {
            return Err(FounderError::Twice(founder.account.clone()));
        }
        if is_well_known(founder) {
            return Err(FounderError::WellKnown(founder.account.clone()));
        }
    }
    Ok(network(first))
}

fn is_well_known(founder: &Founder) -> bool {
    let babe: &[u8] = founder.keys.babe.as_ref();
    let grandpa: &[u8] = founder.keys.grandpa.as_ref();
    let writes = Sr25519Keyring::iter().any(|keyring| {
        let account = keyring.to_account_id();
        account == founder.account || AsRef::<[u8]>::as_ref(&account) == babe
    });
    writes || Ed25519Keyring::iter().any(|keyring| keyring.to_raw_public()[..] == *grandpa)
}
