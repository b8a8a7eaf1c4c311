//! A genesis with a full subnet, made by the runtime's own calls.

use ganglion_primitives::{AccountId, NetUid, NeuronId, Rao, TAO};
use ganglion_runtime::{Runtime, RuntimeCall, RuntimeOrigin, System};
use pallet_emission::{Permits, Permitted};
use pallet_subnets::{Hyperparameters, Parameters};
use sp_core::storage::Storage;
use sp_runtime::traits::Dispatchable;
use sp_state_machine::BasicExternalities;

/// The subnet that is filled.
pub const NETUID: NetUid = NetUid(1);
/// Blocks between two epochs.
pub const TEMPO: u16 = 9;
/// What [`found`] makes.
pub const DESCRIPTION: &str = "4 096 neurons, all with stake; 64 validators, each with weights on all 4 096";

const NEURONS: u16 = 4_096;
const VALIDATORS: u16 = 64;

fn account(role: u8, number: u16) -> AccountId {
    let mut bytes = [role; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    AccountId::from(bytes)
}

fn coldkey(number: u16) -> AccountId {
    account(b'c', number)
}

fn hotkey(number: u16) -> AccountId {
    account(b'h', number)
}

/// What a neuron's owner stakes: the first have the most.
fn stake(number: u16) -> Rao {
    if number < VALIDATORS {
        (9_000 - Rao::from(number)) * TAO
    } else {
        10 * TAO
    }
}

/// What everybody needs to join and to stake.
pub fn endowed() -> Vec<(AccountId, Rao)> {
    (0..NEURONS).map(|number| (coldkey(number), stake(number) + 200 * TAO)).collect()
}

/// Fills the subnet of a state of genesis.
pub fn found(storage: &mut Storage) {
    BasicExternalities::execute_with_storage(storage, || {
        // Weights count from the block after the neurons joined.
        let rules = Parameters::<Runtime>::get(NETUID);
        Parameters::<Runtime>::insert(NETUID, joining(rules.clone()));
        (0..NEURONS).for_each(join);
        Parameters::<Runtime>::insert(NETUID, running(rules));
        System::set_block_number(1);
        let ids = pallet_neurons::Pallet::<Runtime>::ids(NETUID);
        assert_eq!(ids.len(), usize::from(NEURONS));
        Permitted::<Runtime>::insert(NETUID, Permits::truncate_from(ids[..usize::from(VALIDATORS)].to_vec()));
        (0..VALIDATORS).for_each(|number| judge(number, &ids));
        System::set_block_number(0);
        System::reset_events();
    });
}

/// Rules under which everybody may join at once.
fn joining(rules: Hyperparameters) -> Hyperparameters {
    Hyperparameters {
        max_neurons: NEURONS,
        target_registrations: NEURONS,
        max_registrations_per_block: u16::MAX,
        min_burn: TAO,
        max_burn: TAO,
        ..rules
    }
}

/// Rules within their bounds.
fn running(rules: Hyperparameters) -> Hyperparameters {
    let rules = Hyperparameters { max_neurons: NEURONS, max_validators: VALIDATORS, tempo: TEMPO, ..rules };
    let rules = Hyperparameters { commit_reveal: false, weights_rate_limit: 10, activity_cutoff: 5_000, ..rules };
    rules.check().expect("rules within their bounds");
    rules
}

fn join(number: u16) {
    let (hotkey, owner) = (hotkey(number), coldkey(number));
    let seat = pallet_neurons::Call::burned_register { netuid: NETUID, hotkey: hotkey.clone() };
    run(&owner, RuntimeCall::Neurons(seat));
    run(&owner, RuntimeCall::Staking(pallet_staking::Call::add_stake { hotkey, amount: stake(number) }));
}

/// Sets weights on everybody, other ones than the next validator does.
fn judge(number: u16, ids: &[NeuronId]) {
    let weight = |other: usize| 1 + ((usize::from(number) * 31 + other * 17) % 1_000) as u16;
    let weights = ids.iter().enumerate().map(|(other, id)| (*id, weight(other))).collect();
    let row = pallet_weights::Call::set_weights { netuid: NETUID, weights, version_key: 0 };
    run(&hotkey(number), RuntimeCall::Weights(row));
}

fn run(signer: &AccountId, call: RuntimeCall) {
    let done = call.dispatch(RuntimeOrigin::signed(signer.clone()));
    assert!(done.is_ok(), "{done:?}");
}
