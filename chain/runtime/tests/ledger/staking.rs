//! Stake: what goes in comes out, and rewards belong to whoever backs.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_primitives::TAO;
use ganglion_runtime::*;
use pallet_staking::Error;

/// Two neurons that have been paid: hotkey 1 (coldkey 11) mined, hotkey 2 (coldkey 12) validated.
fn paid(scenario: impl FnOnce()) {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            set_weights(2, &[(miner, 1)]).expect("has a permit");
            run_to(62);
            scenario();
        },
    );
}

#[test]
fn nominators_share_dividends_but_not_the_take() {
    paid(|| {
        let miner = RuntimeOrigin::signed(account(11));
        assert_ok!(Staking::set_take(RuntimeOrigin::signed(account(12)), account(2), 6_553));
        assert_ok!(Staking::remove_stake(miner.clone(), account(1), 10 * TAO));
        assert_ok!(Staking::add_stake(miner, account(2), 10 * TAO));
        let (own, nominated) =
            (Staking::stake_of(&account(12), &account(2)), Staking::stake_of(&account(11), &account(2)));
        assert!(nominated.abs_diff(10 * TAO) <= 1);
        let before = earned(2);
        run_to(82);
        let dividends = earned(2) - before;
        assert!(dividends > 0);
        let gain = Staking::stake_of(&account(11), &account(2)) - nominated;
        // Nine tenths of the dividends, in proportion to stake.
        let expected = u128::from(dividends) * 58_982 / 65_535 * u128::from(nominated) / u128::from(own + nominated);
        assert!(u128::from(gain).abs_diff(expected) <= 10, "{gain} and {expected}");
    });
}

#[test]
fn what_was_staked_can_be_taken_out() {
    paid(|| {
        let worth = Staking::stake_of(&account(11), &account(1));
        let coldkey = RuntimeOrigin::signed(account(11));
        assert_noop!(Staking::remove_stake(coldkey.clone(), account(1), worth + 1), Error::<Runtime>::NotEnoughStake);
        assert_ok!(Staking::remove_stake(coldkey, account(1), worth));
        assert!(Balances::free_balance(account(11)) >= worth);
        assert_eq!(Staking::stake_on(&account(1)), 0);
    });
}

#[test]
fn refusals() {
    paid(|| {
        let coldkey = RuntimeOrigin::signed(account(11));
        assert_noop!(Staking::add_stake(coldkey.clone(), account(99), TAO), Error::<Runtime>::UnknownHotkey);
        assert_noop!(Staking::add_stake(coldkey.clone(), account(1), 0), Error::<Runtime>::ZeroAmount);
        assert_noop!(Staking::set_take(coldkey.clone(), account(2), 1), Error::<Runtime>::NotOwner);
        assert_noop!(Staking::set_take(coldkey.clone(), account(1), 11_797), Error::<Runtime>::TakeTooHigh);
        assert_ok!(Staking::remove_stake(coldkey.clone(), account(1), TAO));
        assert_noop!(Staking::add_stake(coldkey, account(2), TAO / 100), Error::<Runtime>::NominationTooSmall);
    });
}
