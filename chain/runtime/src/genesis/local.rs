//! Networks on one machine.

use super::{founders, with, Founder};
use crate::*;
use alloc::string::{String, ToString};
use ganglion_primitives::{Hyperparameters, NetUid, TAO};
use pallet_subnets::CreationTerms;
use serde_json::{json, Value};
use sp_consensus_babe::AuthorityId as BabeId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::crypto::get_public_from_string_or_panic;
use sp_keyring::Sr25519Keyring;

/// The length of a day, blocks: a referendum is over in a minute, stake leaves within three.
const DAY: BlockNumber = 20;

fn well_known(keyring: &Sr25519Keyring) -> Founder {
    // `Alice`, from which come the keys of `//Alice`, which `--alice` puts into a node's keystore.
    let seed: &str = (*keyring).into();
    Founder {
        account: keyring.to_account_id(),
        keys: opaque::SessionKeys {
            babe: get_public_from_string_or_panic::<BabeId>(seed),
            grandpa: get_public_from_string_or_panic::<GrandpaId>(seed),
        },
    }
}

/// Subnets with numbers that fit a laptop: an epoch every 20 blocks, hidden weights in view 10 blocks later, seconds of work
/// to join.
fn subnets(names: &[(NetUid, &str)]) -> Vec<(NetUid, String, Hyperparameters)> {
    let rules = Hyperparameters {
        tempo: 19,
        immunity_period: 100,
        weights_rate_limit: 10,
        serving_rate_limit: 5,
        activity_cutoff: 600,
        commit_interval: 10,
        adjustment_interval: 60,
        target_registrations: 16,
        max_registrations_per_block: 8,
        min_difficulty: 10_000,
        ..Hyperparameters::default()
    };
    names.iter().map(|(netuid, name)| (*netuid, name.to_string(), rules.clone())).collect()
}

/// Subnets for what a small network can have earned in minutes.
fn terms() -> CreationTerms {
    CreationTerms {
        min_lock: 10 * TAO,
        lock_reduction_interval: 600,
        creation_interval: 60,
        immunity_period: 600,
        ..CreationTerms::default()
    }
}

/// The genesis of a network on one machine whose producers are the well-known `keyrings`; no sudo key.
pub fn local_network(keyrings: &[Sr25519Keyring]) -> Value {
    let first: Vec<_> = keyrings.iter().map(well_known).collect();
    network(&first, &[(NetUid(1), "text")])
}

/// The same with the three subnets that the world knows, all under the rules of the text subnet. The first producers write
/// blocks with the well-known session keys, but in the names of `hotkeys`, each with its owner: hotkeys that join subnets and
/// vote on their emission with the stake that they earn.
pub fn three_subnets(keyrings: &[Sr25519Keyring], hotkeys: &[(AccountId, AccountId)]) -> Value {
    let mut first: Vec<_> = keyrings.iter().map(well_known).collect();
    let mut owners: Vec<AccountId> = first.iter().map(|founder| founder.account.clone()).collect();
    for ((founder, owner), (hotkey, coldkey)) in first.iter_mut().zip(&mut owners).zip(hotkeys) {
        founder.account = hotkey.clone();
        *owner = coldkey.clone();
    }
    let mut config = network(&first, &[(NetUid(1), "text"), (NetUid(5), "image"), (NetUid(8), "market")]);
    config["validators"]["owners"] = json!(owners);
    config
}

fn network(first: &[Founder], names: &[(NetUid, &str)]) -> Value {
    with(
        founders(first, 1_000, 60),
        json!({
            "sudo": { "key": null },
            "governance": { "dayLength": DAY },
            "subnets": { "subnets": subnets(names), "terms": terms() },
            "neurons": { "privateEndpoints": true },
        }),
    )
}
