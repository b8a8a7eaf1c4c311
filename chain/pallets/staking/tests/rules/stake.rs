//! What goes in comes out.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_pallet_staking::TotalStake;
use ganglion_primitives::TAO;
use sp_runtime::TokenError;

#[test]
fn what_is_staked_can_be_taken_out_to_the_rao() {
    run(|| {
        register(100, 1);
        assert_ok!(add(1, 100, 7));
        assert_ok!(add(2, 100, 3 * TAO));
        assert_eq!((Staking::stake_of(&1, &100), Staking::stake_of(&2, &100)), (7, 3 * TAO));
        assert_eq!(Balances::free_balance(Staking::pot()), 3 * TAO + 7);
        assert_ok!(remove(2, 100, 3 * TAO));
        assert_ok!(remove(1, 100, 7));
        assert_eq!((Balances::free_balance(1), Balances::free_balance(2)), (ENDOWMENT, ENDOWMENT));
        assert_eq!(TotalStake::<Ledger>::get(), 0);
    });
}

#[test]
fn everything_one_has_can_be_staked() {
    run(|| {
        register(100, 1);
        System::inc_account_nonce(2);
        assert_ok!(add(2, 100, ENDOWMENT));
        assert_eq!(Balances::free_balance(2), 0);
        assert_eq!(System::account_nonce(2), 1, "old transactions would be valid again");
        assert_ok!(remove(2, 100, ENDOWMENT));
        assert_eq!(Balances::free_balance(2), ENDOWMENT);
    });
}

#[test]
fn a_nomination_is_worth_the_least_amount_or_nothing() {
    run(|| {
        let hotkey = register(100, 1);
        assert_noop!(add(2, 100, MIN_NOMINATION - 1), Error::<Ledger>::NominationTooSmall);
        assert_ok!(add(2, 100, MIN_NOMINATION));
        // A small addition to what is enough already is welcome.
        assert_ok!(add(2, 100, 1));
        assert_ok!(remove(2, 100, 2));
        assert_eq!(Staking::stake_on(hotkey), 0, "the rest came along");
        assert_eq!(Balances::free_balance(2), ENDOWMENT);
    });
}

#[test]
fn the_least_amount_is_enough_whatever_a_share_is_worth() {
    run(|| {
        let hotkey = register(100, 1);
        assert_ok!(add(1, 100, TAO / 3));
        assert_ok!(add(3, 100, TAO));
        assert_ok!(Staking::pay_from(&4, |payout| Ok(payout.credit(hotkey, dividends(TAO / 7))?)));
        assert_ok!(add(2, 100, MIN_NOMINATION));
        // Rounding may cost a RAO; taking out what was put in works all the same.
        assert!(Staking::stake_of(&2, &100) >= MIN_NOMINATION - 1);
        assert_ok!(remove(2, 100, MIN_NOMINATION));
        assert!(Balances::free_balance(2) >= ENDOWMENT - 1);
    });
}

#[test]
fn less_than_a_share_is_worth_buys_nothing() {
    run(|| {
        let hotkey = register(100, 1);
        assert_ok!(set_take(1, 100, 0));
        assert_ok!(add(2, 100, MIN_NOMINATION));
        let pay = |from| Staking::pay_from(&from, |payout| Ok(payout.credit(hotkey, dividends(900 * TAO))?));
        // Pay makes shares dear, the more the fewer there are: the only nominator takes off what it gained.
        for source in [3, 4] {
            assert_ok!(pay(source));
            assert_ok!(remove(2, 100, Staking::stake_of(&2, &100) - MIN_NOMINATION));
        }
        assert_ok!(pay(5));
        assert_noop!(add(1, 100, 1), Error::<Ledger>::AmountTooSmall);
        assert_noop!(add(2, 100, 1), Error::<Ledger>::AmountTooSmall);
        assert_ok!(add(1, 100, TAO));
    });
}

fn dividends(amount: u64) -> ganglion_pallet_staking::Pay {
    ganglion_pallet_staking::Pay { incentive: 0, dividends: amount }
}

#[test]
fn an_owner_may_have_any_amount() {
    run(|| {
        register(100, 1);
        assert_ok!(add(1, 100, TAO));
        assert_ok!(remove(1, 100, TAO - 1));
        assert_eq!(Staking::stake_of(&1, &100), 1);
    });
}

#[test]
fn refusals_of_staking() {
    run(|| {
        register(100, 1);
        assert_noop!(add(1, 999, TAO), Error::<Ledger>::UnknownHotkey);
        assert_noop!(add(1, 100, 0), Error::<Ledger>::ZeroAmount);
        assert_noop!(add(1, 100, ENDOWMENT + 1), TokenError::FundsUnavailable);
        assert_noop!(remove(1, 999, TAO), Error::<Ledger>::UnknownHotkey);
        assert_noop!(remove(1, 100, 0), Error::<Ledger>::ZeroAmount);
        assert_noop!(remove(1, 100, 1), Error::<Ledger>::NotEnoughStake);
        assert_noop!(remove(77, 100, 1), Error::<Ledger>::NotEnoughStake);
        assert_ok!(add(1, 100, TAO));
        assert_noop!(remove(1, 100, TAO + 2), Error::<Ledger>::NotEnoughStake);
        assert_noop!(remove(1, 100, u64::MAX), Error::<Ledger>::NotEnoughStake);
        assert_noop!(remove(2, 100, 1), Error::<Ledger>::NotEnoughStake);
    });
}

#[test]
fn a_gift_to_the_pot_changes_nobodys_stake() {
    run(|| {
        register(100, 1);
        assert_ok!(add(1, 100, TAO));
        assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(2), Staking::pot(), TAO));
        assert_eq!(Staking::stake_of(&1, &100), TAO);
        assert_eq!(TotalStake::<Ledger>::get(), TAO);
    });
}
