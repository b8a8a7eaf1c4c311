//! Creating, replacing, dissolving and ruling subnets.

mod create;
mod defects;
mod dissolve;
mod hyperparameters;
mod ownership;
mod replace;
mod walk;

use crate::world::*;
use frame_support::traits::fungible::Inspect;
use ganglion_primitives::{AccountId, NetUid, Rao, TAO};
use ganglion_runtime::*;
use pallet_subnets::{CreationTerms, HyperparameterUpdate, MAX_NEURONS};
use sp_runtime::{DispatchError, DispatchResult};

/// What everybody has at first: enough for any subnet.
const RICH: Rao = 10_000 * TAO;

/// Terms that fit a test: a subnet every 10 blocks from 10 TAO on, safe for 50 blocks.
fn quick() -> CreationTerms {
    CreationTerms {
        min_lock: 10 * TAO,
        lock_reduction_interval: 100,
        creation_interval: 10,
        immunity_period: 50,
        ..CreationTerms::default()
    }
}

/// A ledger with those terms, and the rich accounts 50 to 59.
fn ledger(scenario: impl FnOnce()) {
    ledger_with(|_| {}, scenario);
}

/// The same with the terms changed by `change`.
fn ledger_with(change: impl FnOnce(&mut CreationTerms), scenario: impl FnOnce()) {
    let mut terms = quick();
    change(&mut terms);
    let patch = serde_json::json!({ "subnets": { "terms": terms } });
    chain_from(genesis::LOCAL, patch, || {
        (50..60).for_each(|owner| fund(&account(owner), RICH));
        scenario();
    });
}

fn name(text: &str) -> frame_support::BoundedVec<u8, <Runtime as pallet_subnets::Config>::MaxNameLength> {
    text.as_bytes().to_vec().try_into().expect("a short name")
}

fn signed(number: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(number))
}

/// Creates a subnet and tells its number.
fn create(owner: u8) -> Result<NetUid, DispatchError> {
    create_as(signed(owner))
}

fn create_as(origin: RuntimeOrigin) -> Result<NetUid, DispatchError> {
    let before = Subnets::netuids();
    Subnets::create(origin, name("a subnet"))?;
    let new = Subnets::netuids().into_iter().find(|netuid| !before.contains(netuid));
    Ok(new.expect("a subnet that wasn't there before"))
}

/// Creates a subnet as soon as one can be created.
fn create_next(owner: u8) -> NetUid {
    run_to(Subnets::next_creation());
    create(owner).expect("can be created")
}

fn dissolve(who: u8, netuid: NetUid) -> DispatchResult {
    Subnets::dissolve(signed(who), netuid)
}

/// Runs until nothing is left of dissolved subnets.
fn run_until_clean() {
    while !pallet_subnets::Dissolving::<Runtime>::get().is_empty() {
        next_block();
    }
}

fn set(who: RuntimeOrigin, netuid: NetUid, update: HyperparameterUpdate) -> DispatchResult {
    Subnets::set_hyperparameters(who, netuid, Box::new(update))
}

/// Lets any number of neurons join `netuid` in one block.
fn open_wide(netuid: NetUid) {
    let update = HyperparameterUpdate {
        max_neurons: Some(MAX_NEURONS),
        target_registrations: Some(MAX_NEURONS),
        max_registrations_per_block: Some(256),
        ..Default::default()
    };
    set(RuntimeOrigin::root(), netuid, update).expect("governance may");
}

/// Hotkey number `number` of many.
fn hotkey(number: u32) -> AccountId {
    let mut bytes = [0xaa; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    AccountId::new(bytes)
}

/// Hotkey number `number`, which is its own coldkey, buys a seat in `netuid`.
fn buy_seat(netuid: NetUid, number: u32) {
    let key = hotkey(number);
    fund(&key, Neurons::prices(netuid).burn + 1);
    Neurons::burned_register(RuntimeOrigin::signed(key.clone()), netuid, key).expect("joins");
}

fn free(who: u8) -> Rao {
    Balances::balance(&account(who))
}

fn locked(netuid: NetUid) -> Rao {
    pallet_subnets::Subnets::<Runtime>::get(netuid).map_or(0, |subnet| subnet.lock)
}

/// What the pot holds, after checking that it is the sum of all locks.
fn pot() -> Rao {
    let pot = Balances::total_balance(&Subnets::pot());
    assert_eq!(pot, Subnets::netuids().into_iter().map(locked).sum::<Rao>(), "the pot holds the locks");
    pot
}
