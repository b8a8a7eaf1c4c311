//! Feeless calls: free for neurons within their limits, for nobody else.

use crate::{blocks, world::*};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, pallet_prelude::Pays};
use ganglion_primitives::{Endpoint, NeuronId};
use ganglion_runtime::*;
use pallet_subnets::HyperparameterUpdate;
use sp_core::{sr25519, Pair};
use sp_runtime::{
    generic::SignedPayload,
    traits::{Block as _, DispatchTransaction},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
    ApplyExtrinsicResult,
};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// What the pool says to `call` of `signer`: nothing, or a code.
fn refusal(signer: u8, call: impl Into<RuntimeCall>) -> Option<u8> {
    let call = call.into();
    let info = call.get_dispatch_info();
    assert_eq!(info.pays_fee, Pays::No);
    let origin = RuntimeOrigin::signed(account(signer));
    match feeless::CheckFeeless.validate_only(origin, &call, &info, 0, TransactionSource::External, 0) {
        Ok(_) => None,
        Err(TransactionValidityError::Invalid(InvalidTransaction::Custom(code))) => Some(code),
        Err(other) => panic!("refused for another reason: {other:?}"),
    }
}

fn serve() -> pallet_neurons::Call<Runtime> {
    let endpoint = Endpoint::new("127.0.0.1:8091".parse().expect("address"), 1);
    pallet_neurons::Call::serve_axon { netuid: TEXT, endpoint }
}

fn weights(to: NeuronId) -> pallet_weights::Call<Runtime> {
    pallet_weights::Call::set_weights { netuid: TEXT, weights: vec![(to, 1)], version_key: 0 }
}

#[test]
fn strangers_are_refused_before_a_block() {
    chain(
        |_| {},
        || {
            let miner = must_join(1, 11);
            assert_eq!(refusal(1, serve()), None);
            assert_eq!(refusal(9, serve()), Some(10));
            assert_eq!(refusal(9, weights(miner)), Some(11));
        },
    );
}

#[test]
fn the_rate_limit_holds_in_the_pool() {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            assert_eq!(refusal(2, weights(miner)), None);
            set_weights(2, &[(miner, 1)]).expect("has a permit");
            assert_eq!(refusal(2, weights(miner)), Some(11));
            run_to(50);
            assert_eq!(refusal(2, weights(miner)), None);
        },
    );
}

#[test]
fn nothing_is_revealed_that_was_not_committed() {
    chain(
        |_| {},
        || {
            let miner = must_join(1, 11);
            govern(HyperparameterUpdate { commit_reveal: Some(true), ..Default::default() });
            let reveal = pallet_weights::Call::<Runtime>::reveal_weights {
                netuid: TEXT,
                weights: vec![(miner, 1)],
                salt: [0; 16],
                version_key: 0,
            };
            assert_eq!(refusal(1, reveal), Some(13));
            let commit = pallet_weights::Call::<Runtime>::commit_weights { netuid: TEXT, hash: hash(1) };
            assert_eq!(refusal(1, commit.clone()), None);
            assert_eq!(refusal(9, commit), Some(12));
        },
    );
}

#[test]
fn a_block_leaves_out_what_fails() {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            let signer = account(2);
            let weights = vec![(miner, 1), (miner, 1)];
            let twice = pallet_weights::Call::<Runtime>::set_weights { netuid: TEXT, weights, version_key: 0 };
            let code = refusal(2, twice.clone()).expect("the pool sees that it fails");
            let nonce = System::account_nonce(&signer);
            let refused = TransactionValidityError::Invalid(InvalidTransaction::Custom(code));
            assert_eq!(blocks::apply_as(&signer, twice.into()), Err(refused));
            assert_eq!(System::account_nonce(&signer), nonce);
            assert_eq!(blocks::apply_as(&signer, self::weights(miner).into()), Ok(Ok(())));
            assert_eq!(System::account_nonce(&signer), nonce + 1);
        },
    );
}

/// `call` as a transaction of whoever has `pair`, with a signature.
fn sign(pair: &sr25519::Pair, call: RuntimeCall) -> UncheckedExtrinsic {
    let account = AccountId::from(pair.public());
    let extension = blocks::extension(System::account_nonce(&account));
    let payload = SignedPayload::new(call, extension).expect("the state says what is implied");
    let signature = payload.using_encoded(|bytes| pair.sign(bytes));
    let (call, extension, _) = payload.deconstruct();
    UncheckedExtrinsic::new_signed(call, account.into(), signature.into(), extension)
}

/// The block after `parent` with `call` in it, whatever the builder says to it, and what the builder says. Nothing is kept
/// of it in the state.
fn forge(parent: Hash, pair: &sr25519::Pair, call: RuntimeCall) -> (Block, ApplyExtrinsicResult) {
    sp_io::storage::start_transaction();
    blocks::begin(parent, &[]);
    let transaction = sign(pair, call);
    let answer = blocks::apply(transaction.clone());
    let block = Block::new(Executive::finalize_block(), vec![blocks::time(), transaction]);
    sp_io::storage::rollback_transaction();
    (block, answer)
}

/// Executes `block` as whoever imports it does. If it is refused: why. Nothing is kept of it either.
fn import(block: Block) -> Result<(), String> {
    sp_io::storage::start_transaction();
    let executed = catch_unwind(AssertUnwindSafe(|| Executive::execute_block(block.into())));
    sp_io::storage::rollback_transaction();
    executed.map_err(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn a_block_that_holds_what_fails_is_refused_as_a_whole() {
    chain(
        |_| {},
        || {
            let miner = must_join(1, 11);
            let (pair, _) = secrets(2);
            join_as(TEXT, pair.public().into(), account(12)).expect("joins");
            run_to(40);
            let parent = blocks::end();
            let twice = pallet_weights::Call::<Runtime>::set_weights {
                netuid: TEXT,
                weights: vec![(miner, 1), (miner, 1)],
                version_key: 0,
            };
            let (sound, taken) = forge(parent, &pair, weights(miner).into());
            assert_eq!(taken, Ok(Ok(())));
            assert_eq!(import(sound), Ok(()), "such blocks are made well");
            let (forged, refused) = forge(parent, &pair, twice.into());
            let Err(error @ TransactionValidityError::Invalid(InvalidTransaction::Custom(_))) = refused else {
                panic!("an honest builder leaves it out: {refused:?}");
            };
            // It is this transaction that ends it, long before the state is compared with what the header says.
            let why = import(forged).expect_err("holds a failure that nobody paid for");
            assert!(why.contains(<&str>::from(error)), "refused for another reason: {why}");
        },
    );
}

#[test]
fn only_one_call_of_a_kind_waits() {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            let provides = |signer: u8, call: RuntimeCall| {
                let info = call.get_dispatch_info();
                let origin = RuntimeOrigin::signed(account(signer));
                let check = feeless::CheckFeeless;
                let valid = check.validate_only(origin, &call, &info, 0, TransactionSource::External, 0);
                valid.expect("succeeds").0.provides
            };
            let other = pallet_weights::Call::<Runtime>::set_weights {
                netuid: TEXT,
                weights: vec![(miner, 2)],
                version_key: 0,
            };
            let tag = provides(2, weights(miner).into());
            assert_eq!(tag.len(), 1);
            assert_eq!(provides(2, other.into()), tag);
            assert_ne!(provides(2, serve().into()), tag);
            assert_ne!(provides(1, serve().into()), provides(2, serve().into()));
        },
    );
}
