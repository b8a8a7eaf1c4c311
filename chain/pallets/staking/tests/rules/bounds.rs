//! Lists have ends, and nobody can fill another's.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_pallet_staking::{Pay, MAX_POSITIONS, OWN_PLACES};

/// Hotkeys 1 000, 1 001 and so on.
fn hotkeys(count: u32) -> impl Iterator<Item = u64> {
    (1_000..).take(count as usize)
}

#[test]
fn a_coldkey_nominates_at_most_256_hotkeys() {
    run(|| {
        for hotkey in hotkeys(MAX_POSITIONS + 1) {
            register(hotkey, hotkey);
        }
        for hotkey in hotkeys(MAX_POSITIONS) {
            assert_ok!(add(1, hotkey, MIN_NOMINATION));
        }
        let one_more = 1_000 + u64::from(MAX_POSITIONS);
        assert_noop!(add(1, one_more, TAO), Error::<Ledger>::TooManyPositions);
        assert_ok!(add(1, 1_000, TAO), ());
        assert_ok!(remove(1, 1_001, TAO / 10));
        assert_ok!(add(1, one_more, TAO));
        assert_eq!(Staking::positions(&1).len(), 256);
    });
}

#[test]
fn registering_hotkeys_for_somebody_leaves_room_for_nominations() {
    run(|| {
        for hotkey in hotkeys(MAX_POSITIONS) {
            register(hotkey, 1);
        }
        assert_eq!(Staking::positions(&1).len(), OWN_PLACES as usize);
        for hotkey in 2_000..2_000 + u64::from(MAX_POSITIONS - OWN_PLACES) {
            register(hotkey, 2);
            assert_ok!(add(1, hotkey, MIN_NOMINATION));
        }
        check();
    });
}

#[test]
fn pay_is_never_refused_and_gets_on_the_list_once_there_is_room() {
    run(|| {
        for hotkey in hotkeys(MAX_POSITIONS) {
            register(hotkey, 2);
        }
        for hotkey in hotkeys(MAX_POSITIONS) {
            assert_ok!(add(1, hotkey, MIN_NOMINATION));
        }
        let own = register(5_000, 1);
        let pay = || Staking::pay_from(&9, |payout| Ok(payout.credit(own, Pay { incentive: TAO, dividends: 0 })?));
        assert_ok!(pay());
        let elsewhere = u64::from(MAX_POSITIONS) * MIN_NOMINATION;
        assert_eq!((Staking::stake_of(&1, &5_000), Staking::staked_by(&1)), (TAO, elsewhere));
        check();
        assert_ok!(remove(1, 1_000, MIN_NOMINATION));
        assert_ok!(pay());
        assert_eq!(Staking::staked_by(&1), elsewhere - MIN_NOMINATION + 2 * TAO);
        assert_ok!(remove(1, 5_000, 2 * TAO));
    });
}

#[test]
fn an_owner_makes_room_by_withdrawing_from_a_hotkey_without_stake() {
    run(|| {
        register(100, 1);
        register(101, 1);
        assert_ok!(add(1, 101, TAO));
        assert_ok!(withdraw(1, 100));
        assert_noop!(withdraw(1, 101), Error::<Ledger>::NothingToWithdraw);
        assert_noop!(withdraw(1, 100), Error::<Ledger>::NothingToWithdraw);
        assert_eq!(Staking::positions(&1), [(101, true, TAO)]);
        assert_ok!(add(1, 100, TAO));
        assert_eq!(Staking::positions(&1).len(), 2);
    });
}
