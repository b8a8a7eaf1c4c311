//! Stake behind a block producer leaves after the slash window.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_pallet_staking::{Leaving, LeavingPools, Pay, TotalStake, MAX_DEPARTURES};
use sp_runtime::Perbill;

/// Hotkey 100 of coldkey 1 produces blocks; coldkey 2 nominates it.
fn producer() -> ganglion_primitives::HotkeyId {
    let hotkey = register(100, 1);
    add(1, 100, 10 * TAO).expect("stakes");
    add(2, 100, 10 * TAO).expect("stakes");
    bind(hotkey);
    hotkey
}

#[test]
fn stake_behind_a_producer_leaves_after_the_window() {
    run(|| {
        let hotkey = producer();
        assert_ok!(remove(2, 100, 4 * TAO));
        let until = 1 + WINDOW;
        assert_eq!(last_event(), Event::StakeLeaving { coldkey: 2, hotkey: 100, amount: 4 * TAO, until });
        assert_eq!(Balances::free_balance(2), ENDOWMENT - 10 * TAO);
        assert_eq!((Staking::stake_on(hotkey), Staking::stake_of(&2, &100)), (16 * TAO, 6 * TAO));
        assert_eq!(Staking::leaving(&2), [(100, 4 * TAO, until)]);
        assert_eq!((Staking::staked_by(&2), TotalStake::<Ledger>::get()), (10 * TAO, 20 * TAO));
        pass(WINDOW - 1);
        assert_noop!(withdraw(2, 100), Error::<Ledger>::NothingToWithdraw);
        pass(1);
        assert_ok!(withdraw(2, 100));
        assert_eq!(Balances::free_balance(2), ENDOWMENT - 6 * TAO);
        assert_noop!(withdraw(2, 100), Error::<Ledger>::NothingToWithdraw);
    });
}

#[test]
fn other_stake_leaves_at_once() {
    run(|| {
        producer();
        register(101, 1);
        assert_ok!(add(2, 101, TAO));
        assert_ok!(remove(2, 101, TAO));
        assert_eq!(last_event(), Event::StakeRemoved { coldkey: 2, hotkey: 101, amount: TAO });
        assert_eq!(Balances::free_balance(2), ENDOWMENT - 10 * TAO);
    });
}

#[test]
fn the_owners_stake_answers_too() {
    run(|| {
        producer();
        assert_ok!(remove(1, 100, 10 * TAO));
        assert_eq!(Balances::free_balance(1), ENDOWMENT - 10 * TAO);
        assert_eq!(Staking::staked_by(&1), 10 * TAO);
    });
}

#[test]
fn leaving_stake_earns_nothing_and_is_slashed() {
    run(|| {
        let hotkey = producer();
        assert_ok!(remove(2, 100, 5 * TAO));
        assert_ok!(Staking::pay_from(&9, |payout| Ok(payout.credit(hotkey, Pay { incentive: 0, dividends: TAO })?)));
        assert_eq!(Staking::leaving(&2)[0].1, 5 * TAO);
        assert_eq!(Staking::slash(hotkey, Perbill::from_percent(10)), (20 * TAO + TAO) / 10);
        assert_eq!(Staking::leaving(&2)[0].1, 5 * TAO - TAO / 2);
        pass(WINDOW);
        assert_ok!(withdraw(2, 100));
        assert_eq!(Balances::free_balance(2), ENDOWMENT - 10 * TAO + 5 * TAO - TAO / 2);
    });
}

#[test]
fn a_key_swap_does_not_free_stake() {
    run(|| {
        let hotkey = producer();
        assert_ok!(remove(2, 100, 5 * TAO));
        assert_ok!(Staking::rekey_hotkey(&100, &101));
        assert_ok!(Staking::rekey_coldkey(&2, &3));
        assert_eq!(Staking::leaving(&3), [(101, 5 * TAO, 1 + WINDOW)]);
        assert_noop!(withdraw(3, 101), Error::<Ledger>::NothingToWithdraw);
        assert_eq!(Staking::slash(hotkey, Perbill::one()), 20 * TAO);
        assert_eq!(Staking::leaving(&3), [(101, 0, 1 + WINDOW)]);
        pass(WINDOW);
        assert_ok!(withdraw(3, 101));
        assert_eq!(Staking::leaving(&3), []);
    });
}

#[test]
fn departures_of_one_block_count_as_one_and_of_more_blocks_are_bounded() {
    run(|| {
        producer();
        for _ in 0..MAX_DEPARTURES {
            assert_ok!(remove(2, 100, TAO / 10));
            assert_ok!(remove(2, 100, TAO / 10));
            pass(1);
        }
        assert_eq!(Staking::leaving(&2).len(), MAX_DEPARTURES as usize);
        assert_noop!(remove(2, 100, TAO), Error::<Ledger>::TooManyDepartures);
        // The first three have left their window.
        pass(WINDOW - u64::from(MAX_DEPARTURES) + 2);
        assert_ok!(withdraw(2, 100));
        assert_eq!(Staking::leaving(&2).len(), MAX_DEPARTURES as usize - 3);
        assert_eq!(Balances::free_balance(2), ENDOWMENT - 10 * TAO + 3 * TAO / 5);
        assert_ok!(remove(2, 100, TAO));
    });
}

#[test]
fn nothing_is_left_behind_in_storage() {
    run(|| {
        let hotkey = producer();
        assert_ok!(remove(2, 100, 10 * TAO));
        check();
        pass(WINDOW);
        assert_ok!(withdraw(2, 100));
        assert_eq!(LeavingPools::<Ledger>::iter().count() + Leaving::<Ledger>::iter().count(), 0);
        assert_eq!(Staking::positions(&2), []);
        assert_eq!(Staking::stake_on(hotkey), 10 * TAO);
    });
}

#[test]
fn a_producer_that_is_none_any_more_frees_stake_but_not_what_left_before() {
    run(|| {
        producer();
        assert_ok!(remove(2, 100, 5 * TAO));
        Bound::set(Default::default());
        assert_ok!(remove(2, 100, 5 * TAO));
        assert_eq!(Balances::free_balance(2), ENDOWMENT - 5 * TAO);
        assert_noop!(withdraw(2, 100), Error::<Ledger>::NothingToWithdraw);
        pass(WINDOW);
        assert_ok!(withdraw(2, 100));
        assert_eq!(Balances::free_balance(2), ENDOWMENT);
    });
}

#[test]
fn what_comes_back_is_told_when_it_does() {
    run(|| {
        let hotkey = producer();
        assert_ok!(remove(2, 100, 4 * TAO));
        assert_eq!(Unstaked::get(), [], "it is still on its way");
        pass(WINDOW);
        assert_ok!(withdraw(2, 100));
        Bound::mutate(|bound| bound.remove(&hotkey.0));
        assert_ok!(remove(2, 100, TAO));
        assert_eq!(Unstaked::get(), [(2, 4 * TAO), (2, TAO)]);
    });
}

#[test]
fn refusals_of_withdrawing() {
    run(|| {
        producer();
        assert_noop!(withdraw(1, 999), Error::<Ledger>::UnknownHotkey);
        assert_noop!(withdraw(77, 100), Error::<Ledger>::NothingToWithdraw);
        assert_noop!(withdraw(1, 100), Error::<Ledger>::NothingToWithdraw);
    });
}
