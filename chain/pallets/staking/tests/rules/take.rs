//! The owner's part of dividends.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_pallet_staking::MAX_TAKE;
use ganglion_primitives::RetryIn;

#[test]
fn a_take_falls_at_will_and_rises_after_an_interval_without_change() {
    run(|| {
        register(100, 1);
        assert_eq!(Staking::take_of(&100), Some(MAX_TAKE));
        assert_ok!(set_take(1, 100, 1_000));
        assert_ok!(set_take(1, 100, 0));
        assert_noop!(set_take(1, 100, 1), Error::<Ledger>::TakeRaisedTooSoon(RetryIn::new(TAKE_INTERVAL as u32)));
        pass(TAKE_INTERVAL);
        assert_ok!(set_take(1, 100, 2_000));
        assert_noop!(set_take(1, 100, 2_001), Error::<Ledger>::TakeRaisedTooSoon(RetryIn::new(TAKE_INTERVAL as u32)));
        assert_ok!(set_take(1, 100, 100));
        pass(TAKE_INTERVAL - 1);
        // No change, so that nothing starts anew.
        assert_ok!(set_take(1, 100, 100));
        assert_noop!(set_take(1, 100, 101), Error::<Ledger>::TakeRaisedTooSoon(RetryIn::new(1)));
        pass(1);
        assert_ok!(set_take(1, 100, 101));
        assert_eq!(last_event(), Event::TakeSet { hotkey: 100, take: 101 });
    });
}

#[test]
fn a_take_that_is_lowered_for_a_look_does_not_come_back_at_once() {
    run(|| {
        register(100, 1);
        pass(2 * TAKE_INTERVAL);
        assert_ok!(set_take(1, 100, 0));
        pass(1);
        let wait = RetryIn::new(TAKE_INTERVAL as u32 - 1);
        assert_noop!(set_take(1, 100, MAX_TAKE), Error::<Ledger>::TakeRaisedTooSoon(wait));
        pass(TAKE_INTERVAL - 1);
        assert_ok!(set_take(1, 100, MAX_TAKE));
    });
}

#[test]
fn a_key_swap_does_not_shorten_the_interval() {
    run(|| {
        register(100, 1);
        assert_ok!(set_take(1, 100, 0));
        assert_ok!(Staking::rekey_hotkey(&100, &101));
        assert_noop!(set_take(1, 101, 2), Error::<Ledger>::TakeRaisedTooSoon(RetryIn::new(TAKE_INTERVAL as u32)));
    });
}

#[test]
fn refusals_of_takes() {
    run(|| {
        register(100, 1);
        assert_noop!(set_take(1, 999, 0), Error::<Ledger>::UnknownHotkey);
        assert_noop!(set_take(2, 100, 0), Error::<Ledger>::NotOwner);
        assert_noop!(set_take(100, 100, 0), Error::<Ledger>::NotOwner);
        assert_noop!(set_take(1, 100, MAX_TAKE + 1), Error::<Ledger>::TakeTooHigh);
    });
}
