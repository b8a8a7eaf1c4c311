//! What a genesis file may say, and what stops a chain before it begins.

use crate::world::*;
use ganglion_primitives::{Hyperparameters, Rao, TAO};
use ganglion_runtime::*;
use serde_json::{json, Value};

/// The local chain with these balances, RAO, at block 1.
fn endowed(balances: &[(u8, Rao)], scenario: impl FnOnce()) {
    let balances: Vec<_> = balances.iter().map(|(number, amount)| (account(*number), amount)).collect();
    chain_from(genesis::LOCAL, json!({ "balances": { "balances": balances } }), scenario);
}

#[test]
fn endowed_tao_counts_as_emitted() {
    endowed(&[(50, 10_000_000 * TAO), (51, 500_000 * TAO)], || {
        // The books balance, and half of what can exist has been issued: block 1 minted half a TAO.
        let emitted = pallet_emission::Emitted::<Runtime>::get();
        assert_eq!(emitted, 10_500_000 * TAO + TAO / 2);
        assert_eq!(Balances::total_issuance(), emitted);
    });
}

#[test]
#[should_panic(expected = "more than the 21 000 000 TAO that can exist")]
fn genesis_endows_no_more_than_can_exist() {
    endowed(&[(50, 11_000_000 * TAO), (51, 11_000_000 * TAO)], || {});
}

/// Begins the local chain with a patch.
fn start(patch: Value) {
    chain_from(genesis::LOCAL, patch, || {});
}

#[test]
#[should_panic(expected = "genesis day of 9 blocks")]
fn a_day_is_long_enough_to_be_divided() {
    start(json!({ "governance": { "dayLength": 9 } }));
}

#[test]
#[should_panic(expected = "genesis day of 86401 blocks")]
fn a_day_is_no_longer_than_one_of_a_second_a_block() {
    start(json!({ "governance": { "dayLength": 86_401 } }));
}

#[test]
#[should_panic(expected = "hyperparameters are within bounds")]
fn the_limits_of_feeless_calls_hold_from_genesis() {
    let rules = Hyperparameters { weights_rate_limit: 0, ..Default::default() };
    start(json!({ "subnets": { "subnets": [(TEXT, "text", rules)] } }));
}
