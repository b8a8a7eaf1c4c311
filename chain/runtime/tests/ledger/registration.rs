//! Joining: what a seal must be, and what a seat passes on.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_primitives::{Endpoint, Uid, TAO};
use ganglion_runtime::*;
use pallet_neurons::Error;
use sp_runtime::traits::Dispatchable;

#[test]
fn work_admits_without_any_balance() {
    chain(
        |_| {},
        || {
            must_join(1, 2);
            assert_eq!(Balances::free_balance(account(1)) + Balances::free_balance(account(2)), 0);
            assert_eq!(frame_system::Pallet::<Runtime>::sufficients(&account(1)), 1, "the hotkey can sign");
        },
    );
}

#[test]
fn a_seal_is_bound_to_everything_it_names() {
    chain(
        |_| {},
        || {
            run_to(5);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            let join = |block, hotkey: u8, coldkey: u8| {
                Neurons::register(RuntimeOrigin::none(), TEXT, block, nonce, account(hotkey), account(coldkey))
            };
            assert_noop!(join(3, 1, 2), Error::<Runtime>::SealTooWeak);
            assert_noop!(join(4, 3, 2), Error::<Runtime>::SealTooWeak);
            assert_noop!(join(4, 1, 3), Error::<Runtime>::SealTooWeak);
            assert_noop!(join(5, 1, 2), Error::<Runtime>::SealBlockOutOfRange);
            assert_noop!(join(6, 1, 2), Error::<Runtime>::SealBlockOutOfRange);
            assert_ok!(join(4, 1, 2));
            assert_noop!(join(4, 1, 2), Error::<Runtime>::AlreadyRegistered);
        },
    );
}

#[test]
fn a_seal_ages() {
    chain(
        |_| {},
        || {
            run_to(5);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            run_to(4 + 33);
            let late = Neurons::register(RuntimeOrigin::none(), TEXT, 4, nonce, account(1), account(2));
            assert_eq!(late, Err(Error::<Runtime>::SealBlockOutOfRange.into()));
        },
    );
}

#[test]
fn a_seal_works_once() {
    chain(
        |rules| {
            rules.max_neurons = 1;
            rules.max_validators = 1;
            rules.immunity_period = 0;
        },
        || {
            run_to(5);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            let join = || Neurons::register(RuntimeOrigin::none(), TEXT, 4, nonce, account(1), account(2));
            assert_ok!(join());
            // Somebody takes the only seat; the old seal must not win it back.
            must_join(3, 4);
            assert_eq!(join(), Err(Error::<Runtime>::SealUsed.into()));
        },
    );
}

#[test]
fn the_pool_refuses_what_the_ledger_would() {
    chain(
        |_| {},
        || {
            run_to(5);
            let call = |nonce| pallet_neurons::Call::<Runtime>::register {
                netuid: TEXT,
                block_number: 4,
                nonce,
                hotkey: account(1),
                coldkey: account(2),
            };
            let source = sp_runtime::transaction_validity::TransactionSource::External;
            let validate = |call: pallet_neurons::Call<Runtime>| {
                #[allow(deprecated)]
                <Neurons as sp_runtime::traits::ValidateUnsigned>::validate_unsigned(source, &call)
            };
            let nonce = work(TEXT, 4, &account(1), &account(2));
            assert!(validate(call(nonce)).is_ok());
            assert!(validate(call(nonce + 1)).is_err());
            assert_ok!(RuntimeCall::from(call(nonce)).dispatch(RuntimeOrigin::none()));
            assert!(validate(call(nonce)).is_err(), "is registered now");
        },
    );
}

#[test]
fn burning_is_recycled() {
    chain(
        |rules| rules.min_burn = TAO,
        || {
            run_to(40);
            let before = Balances::total_issuance();
            let poor = Neurons::burned_register(RuntimeOrigin::signed(account(2)), TEXT, account(1));
            assert_eq!(poor, Err(Error::<Runtime>::CannotPayBurn.into()));
            assert_eq!(Balances::total_issuance(), before);

            let miner = must_join(5, 6);
            must_join(7, 8);
            run_to(60);
            set_weights(7, &[(miner, 1)]).expect("has a permit");
            run_to(82);
            assert_ok!(Staking::remove_stake(RuntimeOrigin::signed(account(6)), account(5), 5 * TAO));
            assert_ok!(Neurons::burned_register(RuntimeOrigin::signed(account(6)), TEXT, account(9)));
            assert_eq!(Balances::total_issuance(), 82 * TAO - TAO);
            assert_eq!(pallet_emission::Recycled::<Runtime>::get(), TAO);
        },
    );
}

#[test]
fn a_hotkey_has_one_owner() {
    chain(
        |_| {},
        || {
            must_join(1, 2);
            let nonce = work(TEXT, 0, &account(1), &account(3));
            let stolen = Neurons::register(RuntimeOrigin::none(), TEXT, 0, nonce, account(1), account(3));
            assert!(stolen.is_err());
            assert_eq!(pallet_staking::Owner::<Runtime>::get(account(1)), Some(account(2)));
        },
    );
}

#[test]
fn a_reused_seat_inherits_nothing() {
    chain(
        |rules| {
            rules.max_neurons = 2;
            rules.max_validators = 2;
            rules.immunity_period = 0;
        },
        || {
            let miner = must_join(1, 11);
            must_join(2, 12);
            let endpoint = Endpoint::new("127.0.0.1:8091".parse().expect("address"), 1);
            assert_ok!(Neurons::serve_axon(RuntimeOrigin::signed(account(1)), TEXT, endpoint));
            run_to(40);
            set_weights(2, &[(miner, 1)]).expect("has a permit");
            run_to(62);
            // The miner takes the last place in pruning order because the validator's dividends equal its incentive
            // and it joined first.
            let (seat, _) = Neurons::seat_of(TEXT, &account(1)).expect("sits");
            let newcomer = must_join(3, 13);
            assert_eq!(Neurons::seat_of(TEXT, &account(3)).expect("sits").0, seat);
            assert_ne!(newcomer, miner);
            assert!(pallet_neurons::Endpoints::<Runtime>::get(TEXT, newcomer).is_none());
            run_to(84);
            assert_eq!(earned(3), 0, "old weights don't name the newcomer");
            assert!(Emission::outcome(TEXT, Uid(0), miner).is_none());
        },
    );
}

#[test]
fn endpoints_must_be_reachable() {
    chain(
        |_| {},
        || {
            must_join(1, 2);
            let at = |text: &str| Endpoint::new(text.parse().expect("address"), 1);
            let serve = |endpoint| Neurons::serve_axon(RuntimeOrigin::signed(account(1)), TEXT, endpoint);
            assert_eq!(serve(at("0.0.0.0:80")), Err(Error::<Runtime>::AddressUnreachable.into()));
            assert_eq!(serve(at("203.0.113.1:0")), Err(Error::<Runtime>::InvalidPort.into()));
            pallet_neurons::PrivateEndpoints::<Runtime>::put(false);
            assert_eq!(serve(at("127.0.0.1:80")), Err(Error::<Runtime>::AddressUnreachable.into()));
            assert_ok!(serve(at("203.0.113.1:80")));
            assert_eq!(serve(at("203.0.113.2:80")), Err(Error::<Runtime>::ServingTooFast.into()));
            let stranger = Neurons::serve_axon(RuntimeOrigin::signed(account(9)), TEXT, at("203.0.113.1:80"));
            assert_eq!(stranger, Err(Error::<Runtime>::NotRegistered.into()));
        },
    );
}

#[test]
fn a_block_admits_only_so_many() {
    chain(
        |rules| rules.max_registrations_per_block = 2,
        || {
            must_join(1, 1);
            must_join(2, 2);
            assert_eq!(join(3, 3), Err(Error::<Runtime>::TooManyRegistrationsThisBlock.into()));
            next_block();
            must_join(3, 3);
        },
    );
}
