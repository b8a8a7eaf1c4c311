//! Joining: what it takes, how many may, who gives way, and what a seat passes on.

mod demand;
mod endpoints;
mod pool;
mod seals;
mod seats;
mod terms;

use crate::world::*;
use frame_support::{assert_noop, assert_ok, assert_storage_noop, traits::OnInitialize};
use ganglion_primitives::{AccountId, Endpoint, NetUid, NeuronId, RetryIn, Uid, TAO};
use ganglion_runtime::*;
use pallet_neurons::Error;
use pallet_subnets::HyperparameterUpdate;
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
};

type Rules = pallet_subnets::Parameters<Runtime>;

/// A subnet of coldkey `owner` with `seats` seats, work for nothing and no immunity.
fn owned_subnet(owner: u8, seats: u16) -> NetUid {
    fund(&account(owner), 2_000 * TAO);
    let netuid = created(RuntimeOrigin::signed(account(owner)));
    Rules::mutate(netuid, |rules| {
        rules.max_neurons = seats;
        rules.max_validators = seats.min(ganglion_primitives::MAX_VALIDATORS);
        rules.immunity_period = 0;
        rules.min_difficulty = 1;
        rules.target_registrations = 16;
        rules.max_registrations_per_block = 8;
    });
    netuid
}

/// A new subnet by the word of `origin`.
fn created(origin: RuntimeOrigin) -> NetUid {
    let before = Subnets::netuids();
    assert_ok!(Subnets::create(origin, b"audio".to_vec().try_into().expect("fits")));
    Subnets::netuids().into_iter().find(|netuid| !before.contains(netuid)).expect("is new")
}

fn at(text: &str) -> Endpoint {
    Endpoint::new(text.parse().expect("address"), 1)
}

fn registration(block_number: u32, nonce: u64, hotkey: u8, coldkey: u8) -> pallet_neurons::Call<Runtime> {
    let (hotkey, coldkey) = (account(hotkey), account(coldkey));
    pallet_neurons::Call::register { netuid: TEXT, block_number, nonce, hotkey, coldkey }
}

/// Work on the last block.
fn worked(hotkey: u8, coldkey: u8) -> pallet_neurons::Call<Runtime> {
    let block = System::block_number() - 1;
    registration(block, work(TEXT, block, &account(hotkey), &account(coldkey)), hotkey, coldkey)
}

fn validate(call: &pallet_neurons::Call<Runtime>) -> TransactionValidity {
    #[allow(deprecated)] // As the pallet that implements it says.
    <Neurons as sp_runtime::traits::ValidateUnsigned>::validate_unsigned(TransactionSource::External, call)
}

fn refused(code: u8) -> TransactionValidity {
    Err(InvalidTransaction::Custom(code).into())
}
