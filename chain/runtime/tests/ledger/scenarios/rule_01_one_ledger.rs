//! One ledger: all TAO is in the balances, and none of it appears or vanishes.

use crate::world::*;
use frame_support::assert_ok;
use ganglion_primitives::{VoucherKey, TAO};
use ganglion_runtime::*;
use ganglion_tokenomics::emission::MAX_SUPPLY;

#[test]
fn staked_locked_prepaid_and_pending_tao_is_in_balances() {
    chain(
        |_| {},
        || {
            must_join(1, 11);
            let rich = account(50);
            fund(&rich, 20_000 * TAO);
            let before = Balances::free_balance(&rich);
            let origin = || RuntimeOrigin::signed(rich.clone());
            assert_ok!(Staking::add_stake(origin(), account(1), 100 * TAO));
            let lock = Subnets::lock_price();
            assert_ok!(Subnets::create(origin(), b"audio".to_vec().try_into().expect("fits")));
            assert_ok!(Access::open_channel(origin(), account(1), 7 * TAO, VoucherKey::from_raw([1; 32])));
            next_block();
            // What left the account is in pots, each to the RAO.
            assert_eq!(Balances::free_balance(Staking::pot()), 100 * TAO);
            assert_eq!(Balances::free_balance(Subnets::pot()), lock);
            assert_eq!(Balances::free_balance(Access::pot()), 7 * TAO);
            assert_eq!(Balances::free_balance(&rich), before - 107 * TAO - lock);
            // What nobody has earned yet is in a pot as well.
            assert_eq!(Balances::free_balance(Emission::pot()), u64::from(System::block_number()) * TAO);
            let held: u64 = frame_system::Account::<Runtime>::iter_values().map(|account| account.data.free).sum();
            assert_eq!(held, Balances::total_issuance());
        },
    );
}

#[test]
fn issuance_is_what_was_emitted_less_what_was_recycled() {
    chain(
        |rules| rules.min_burn = TAO,
        || {
            let (payer, start) = (account(50), 100 * TAO);
            fund(&payer, start);
            let (emitted, recycled) =
                (pallet_emission::Emitted::<Runtime>::get, pallet_emission::Recycled::<Runtime>::get);
            assert_eq!(recycled(), 0);
            let register = pallet_neurons::Call::burned_register { netuid: TEXT, hotkey: account(9) };
            assert_ok!(submit(&payer, register).expect("is taken"));
            // The burn and the fee, to the RAO.
            let spent = start - Balances::free_balance(&payer);
            assert!(spent > TAO, "a fee was paid beside the burn");
            assert_eq!(recycled(), spent);
            assert_eq!(Balances::total_issuance(), emitted() - spent);
        },
    );
}

#[test]
fn never_more_than_21_million_tao() {
    chain(
        |_| {},
        || {
            // Emission ends when less than a 2³⁰th is missing. Three blocks before that:
            let end = MAX_SUPPLY - (MAX_SUPPLY >> 30);
            fund(&account(50), end - Balances::total_issuance() - 3);
            for expected in [end - 2, end - 1, end, end, end] {
                next_block();
                assert_eq!(Balances::total_issuance(), expected);
            }
            assert!(end < MAX_SUPPLY);
        },
    );
}
