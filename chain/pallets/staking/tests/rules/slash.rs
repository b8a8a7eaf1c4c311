//! What misbehaviour costs.

use crate::world::*;
use frame_support::assert_ok;
use ganglion_pallet_staking::{Pay, TotalStake};
use ganglion_primitives::HotkeyId;
use sp_runtime::Perbill;

#[test]
fn a_slash_takes_the_same_part_from_owner_and_nominators_and_destroys_it() {
    run(|| {
        let hotkey = register(100, 1);
        assert_ok!(add(1, 100, 10 * TAO));
        assert_ok!(add(2, 100, 30 * TAO));
        let issuance = Balances::total_issuance();
        assert_eq!(Staking::slash(hotkey, Perbill::from_percent(25)), 10 * TAO);
        assert_eq!(last_event(), Event::StakeSlashed { hotkey: 100, amount: 10 * TAO });
        assert_eq!(Balances::total_issuance(), issuance - 10 * TAO);
        let (own, nominated) = (Staking::stake_of(&1, &100), Staking::stake_of(&2, &100));
        assert!(own.abs_diff(7_500_000_000) <= 1 && nominated.abs_diff(22_500_000_000) <= 1);
        assert_eq!(TotalStake::<Ledger>::get(), 30 * TAO);
    });
}

#[test]
fn a_hotkey_slashed_to_nothing_starts_anew() {
    run(|| {
        let hotkey = register(100, 1);
        for _ in 0..100 {
            assert_ok!(add(1, 100, TAO));
            assert_ok!(add(2, 100, TAO));
            assert_eq!(Staking::slash(hotkey, Perbill::one()), 2 * TAO);
            check();
        }
        assert_eq!((Staking::stake_of(&1, &100), Staking::stake_of(&2, &100)), (0, 0));
        assert_ok!(Staking::pay_from(&9, |payout| Ok(payout.credit(hotkey, Pay { incentive: 5, dividends: 6 })?)));
        assert_eq!(Staking::stake_of(&1, &100), 11);
    });
}

#[test]
fn a_position_that_a_slash_made_worthless_can_be_cleared() {
    run(|| {
        let hotkey = register(100, 1);
        assert_ok!(add(2, 100, TAO));
        Staking::slash(hotkey, Perbill::one());
        assert_eq!(Staking::positions(&2), [(100, false, 0)]);
        assert_ok!(withdraw(2, 100));
        assert_eq!(Staking::positions(&2), []);
    });
}

#[test]
fn nothing_is_slashed_where_nothing_is() {
    run(|| {
        let hotkey = register(100, 1);
        assert_eq!(Staking::slash(hotkey, Perbill::one()), 0);
        assert_eq!(Staking::slash(HotkeyId(99), Perbill::one()), 0);
        assert_ok!(add(1, 100, TAO));
        assert_eq!(Staking::slash(hotkey, Perbill::zero()), 0);
        assert_eq!(Staking::stake_on(hotkey), TAO);
    });
}
