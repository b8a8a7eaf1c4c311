//! The ledger on which random calls are made: small, fast and full of people who have something to lose.

use super::{
    cast::{Actor, Cast, PEOPLE},
    forms::SUDO,
    sandbox::Sandbox,
};
use crate::{blocks, books};
use ganglion_primitives::{Hyperparameters, NetUid, TAO};
use ganglion_runtime::*;
use serde_json::{json, Value};

/// RAO of each person and council at the start.
const FORTUNE: Rao = 10_000 * TAO;

/// Issuance at the start, RAO: so little below the first halving that the run crosses it.
const ISSUED: Rao = 10_499_800 * TAO;

/// Makes block 0 and opens block 1, with all actors rich and every person's partner their proxy.
pub fn begin(sandbox: &mut Sandbox) {
    let genesis = blocks::genesis(genesis::DEV, patch(&sandbox.cast));
    blocks::begin(genesis, &[]);
    for actor in sandbox.cast.everybody() {
        books::fund(&sandbox.cast.account(actor), FORTUNE);
    }
    let whale = sandbox.cast.account(Actor::Person(PEOPLE - 1));
    books::fund(&whale, ISSUED - Balances::total_issuance());
    for person in 0..PEOPLE {
        let origin = RuntimeOrigin::signed(sandbox.cast.account(Actor::Person(person)));
        let partner = sandbox.cast.account(Actor::Person(Cast::partner(person)));
        Proxy::add_proxy(origin, partner.into(), Default::default(), 0).expect("is affordable");
    }
}

/// Four small subnets with quick epochs and next to no work, one of them with commit–reveal; short sessions.
fn patch(cast: &Cast) -> Value {
    let subnets: Vec<_> = (1..=4).map(|netuid| (NetUid(netuid), format!("subnet {netuid}"), rules(netuid))).collect();
    json!({
        "validators": { "sessionSlots": 12 },
        "governance": { "dayLength": 10 },
        "sudo": { "key": cast.account(Actor::Person(SUDO)) },
        "subnets": {
            "subnets": subnets,
            "terms": { "min_lock": 20 * TAO, "lock_reduction_interval": 50, "creation_interval": 5, "max_subnets": 7 },
        },
    })
}

fn rules(netuid: u16) -> Hyperparameters {
    Hyperparameters {
        tempo: 4 + 3 * netuid,
        immunity_period: 20,
        max_neurons: 10,
        max_validators: 6,
        weights_rate_limit: 10,
        serving_rate_limit: 5,
        activity_cutoff: 200,
        commit_reveal: netuid == 2,
        commit_interval: 12,
        adjustment_interval: 15,
        target_registrations: 4,
        max_registrations_per_block: 4,
        min_difficulty: 4,
        max_difficulty: 1_000,
        owner_cut: 0,
        ..Hyperparameters::default()
    }
}
