//! The frame of the rules: units, time, and what is not there unless somebody asks for it.

use crate::world::*;
use frame_support::{assert_ok, traits::Get};
use ganglion_primitives::{Hyperparameters, SS58_PREFIX, TAO, TOKEN_DECIMALS, TOKEN_SYMBOL};
use ganglion_runtime::*;
use serde_json::{json, Value};

#[test]
fn a_tao_is_a_billion_rao_and_addresses_have_prefix_42() {
    assert_eq!((TAO, TOKEN_DECIMALS, TOKEN_SYMBOL), (1_000_000_000, 9, "TAO"));
    assert_eq!(SS58_PREFIX, 42);
    assert_eq!(<<Runtime as frame_system::Config>::SS58Prefix as Get<u16>>::get(), 42);
}

/// Milliseconds of a slot on the chain that begins with `patch` over the preset `id`.
fn slot(id: &str, patch: Value) -> u64 {
    let mut millis = 0;
    chain_from(id, patch, || millis = Babe::slot_duration());
    millis
}

#[test]
fn genesis_sets_the_length_of_a_slot() {
    let founder = genesis::Founder { account: account(1), keys: keys(1) };
    let network = genesis::main_network(&[founder]).expect("a good founder");
    assert_eq!(slot(genesis::MAIN, network), 12_000);
    assert_eq!(slot(genesis::LOCAL, json!({})), 1_000);
    assert_eq!(slot(genesis::LOCAL, json!({ "validators": { "slotMillis": 250 } })), 250);
}

#[test]
fn an_owner_has_no_cut_by_default() {
    assert_eq!(Hyperparameters::default().owner_cut, 0);
    chain(
        |_| {},
        || {
            assert!(Staking::ensure_coldkey(&account(60)).is_ok());
            assert_ok!(Subnets::transfer_ownership(RuntimeOrigin::root(), TEXT, account(60)));
            let miner = miner_and_validator();
            set_weights(2, &[(miner, 1)]).expect("has a permit");
            run_to(62);
            assert!(earned(1) > 0);
            assert_eq!(Balances::free_balance(account(60)), 0);
        },
    );
}

#[test]
fn the_development_preset_alone_names_a_sudo_key() {
    let sudo = |id: &str| -> Value {
        let preset = genesis::preset(&id.into()).expect("preset");
        let preset: Value = serde_json::from_slice(&preset).expect("JSON");
        preset["sudo"]["key"].clone()
    };
    assert!(!sudo(genesis::DEV).is_null());
    assert!(sudo(genesis::LOCAL).is_null());
    assert!(sudo(genesis::MAIN).is_null());
}
