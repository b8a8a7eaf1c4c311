//! How the ledger can start.
//!
//! All presets are fair: nothing is issued and nobody owns anything at block 0.

use crate::*;
use alloc::string::{String, ToString};
use ganglion_primitives::NetUid;
use pallet_subnets::Hyperparameters;
use serde_json::{json, Value};
use sp_consensus_babe::AuthorityId as BabeId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::crypto::get_public_from_string_or_panic;
use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring;

/// Two producers (Alice, Bob) on one machine, slots of 1 s, quick tempo, easy work.
pub const LOCAL: &str = "local";

/// One producer (Alice) on one machine, and a sudo key; otherwise as `local`.
pub const DEV: &str = sp_genesis_builder::DEV_RUNTIME_PRESET;

/// A producer's account and session keys.
struct Founder {
    account: AccountId,
    keys: opaque::SessionKeys,
}

fn well_known(keyring: Sr25519Keyring) -> Founder {
    // `Alice`, from which come the keys of `//Alice`, which `--alice` puts into a node's keystore.
    let seed: &str = keyring.into();
    Founder {
        account: keyring.to_account_id(),
        keys: opaque::SessionKeys {
            babe: get_public_from_string_or_panic::<BabeId>(seed),
            grandpa: get_public_from_string_or_panic::<GrandpaId>(seed),
        },
    }
}

/// The text subnet with numbers that fit a laptop: an epoch every 20 blocks, seconds of work to join.
fn local_subnets() -> Vec<(NetUid, String, Hyperparameters)> {
    let text = Hyperparameters {
        tempo: 19,
        immunity_period: 100,
        weights_rate_limit: 10,
        serving_rate_limit: 5,
        activity_cutoff: 600,
        commit_reveal: false,
        commit_interval: 10,
        adjustment_interval: 60,
        target_registrations: 16,
        max_registrations_per_block: 8,
        min_difficulty: 10_000,
        ..Hyperparameters::default()
    };
    vec![(NetUid(1), "text".to_string(), text)]
}

fn local(founders: &[Founder], sudo: Option<AccountId>) -> Value {
    let session_keys: Vec<_> =
        founders.iter().map(|founder| (&founder.account, &founder.account, &founder.keys)).collect();
    json!({
        "validators": {
            "slotMillis": 1_000,
            "sessionSlots": 60,
            "founders": founders.iter().map(|founder| &founder.account).collect::<Vec<_>>(),
        },
        "session": { "keys": session_keys },
        "babe": { "epochConfig": BABE_GENESIS },
        "sudo": { "key": sudo },
        "subnets": { "subnets": local_subnets() },
        "neurons": { "privateEndpoints": true },
    })
}

/// The preset `id` as a JSON patch of the default genesis.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_ref() {
        LOCAL => local(&[well_known(Sr25519Keyring::Alice), well_known(Sr25519Keyring::Bob)], None),
        DEV => local(&[well_known(Sr25519Keyring::Alice)], Some(Sr25519Keyring::Alice.to_account_id())),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

/// The presets there are.
pub fn names() -> Vec<PresetId> {
    vec![PresetId::from(LOCAL), PresetId::from(DEV)]
}
