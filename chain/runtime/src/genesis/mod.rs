//! How the ledger can start.
//!
//! All presets are fair: nothing is issued and nobody owns anything at block 0.
//!
//! | preset | for | founders |
//! |---|---|---|
//! | [`DEV`] | one node, with a sudo key | Alice |
//! | [`LOCAL`] | a network on one machine | Alice, Bob |
//! | [`MAIN`] | the network | none: whoever starts it completes the specification ([`main_network`]) |
//!
//! `ganglion up` begins with [`three_subnets`], in the names of its validators.

mod local;
mod main;

pub use local::{local_network, three_subnets};
pub use main::{main_network, FounderError};

use crate::*;
use serde_json::{json, Value};
use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring;

/// Two producers (Alice, Bob) on one machine, slots of 1 s, quick tempo, easy work.
pub const LOCAL: &str = "local";

/// One producer (Alice) on one machine, and a sudo key; otherwise as `local`.
pub const DEV: &str = sp_genesis_builder::DEV_RUNTIME_PRESET;

/// The network: three subnets of governance, production numbers, no founders yet. A ledger without founders can't
/// produce a block, so that building its block 0 fails until the specification names some.
pub const MAIN: &str = "main";

/// A first producer: it writes blocks until the election finds enough candidates with stake.
pub struct Founder {
    /// Its hotkey, which is its own owner unless genesis names another.
    pub account: AccountId,
    /// Its session keys.
    pub keys: opaque::SessionKeys,
}

/// What the genesis of both kinds of networks says of founders.
fn founders(founders: &[Founder], slot_millis: u64, session_slots: u64) -> Value {
    // The session pallet knows a producer by an account computed from its hotkey's number; founders have the first ones.
    let producer = |index: usize| pallet_validators::producer_account((index as u64).into());
    let keys: Vec<_> = founders
        .iter()
        .enumerate()
        .map(|(index, founder)| (&founder.account, producer(index), &founder.keys))
        .collect();
    json!({
        "validators": {
            "slotMillis": slot_millis,
            "sessionSlots": session_slots,
            "founders": founders.iter().map(|founder| &founder.account).collect::<Vec<_>>(),
        },
        "session": { "keys": keys },
        "babe": { "epochConfig": BABE_GENESIS },
    })
}

/// Adds `more` to the object `config`.
fn with(mut config: Value, more: Value) -> Value {
    if let (Value::Object(config), Value::Object(more)) = (&mut config, more) {
        config.extend(more);
    }
    config
}

/// The preset `id` as a JSON patch of the default genesis.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    use Sr25519Keyring::{Alice, Bob};
    let patch = match id.as_ref() {
        LOCAL => local_network(&[Alice, Bob]),
        DEV => with(local_network(&[Alice]), json!({ "sudo": { "key": Alice.to_account_id() } })),
        MAIN => main::network(&[]),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

/// The presets there are.
pub fn names() -> Vec<PresetId> {
    [LOCAL, DEV, MAIN].map(PresetId::from).to_vec()
}
