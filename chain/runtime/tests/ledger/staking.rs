//! Stake: what goes in comes out, and rewards belong to whoever backs.

mod defects;

use crate::world::*;
use frame_support::{assert_noop, assert_ok, traits::Get};
use ganglion_primitives::{HotkeyId, Rao, TAO};
use ganglion_runtime::*;
use pallet_staking::Error;
use sp_runtime::Perbill;

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

fn signed(coldkey: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(coldkey))
}

/// What `coldkey` has staked on `hotkey`, RAO.
fn worth(coldkey: u8, hotkey: u8) -> Rao {
    Staking::stake_of(&account(coldkey), &account(hotkey))
}

/// A founding producer: its hotkey, which is its own coldkey.
fn founder() -> (HotkeyId, AccountId) {
    let hotkey = Validators::members().first().expect("somebody produces blocks").hotkey;
    (hotkey, Staking::hotkey_account(hotkey).expect("has a key"))
}

#[test]
fn nominators_share_dividends_but_not_the_take() {
    paid(|| {
        assert_ok!(Staking::set_take(signed(12), account(2), 6_553));
        stake(13, 2, 10 * TAO);
        let (own, nominated) = (worth(12, 2), worth(13, 2));
        assert!(nominated.abs_diff(10 * TAO) <= 1);
        let before = earned(2);
        run_to(82);
        let dividends = earned(2) - before;
        assert!(dividends > 0);
        let gain = worth(13, 2) - nominated;
        // Nine tenths of the dividends, in proportion to stake.
        let expected = u128::from(dividends) * 58_982 / 65_535 * u128::from(nominated) / u128::from(own + nominated);
        assert!(u128::from(gain).abs_diff(expected) <= 10, "{gain} and {expected}");
    });
}

#[test]
fn what_was_staked_can_be_taken_out() {
    paid(|| {
        let worth = worth(11, 1);
        assert_noop!(Staking::remove_stake(signed(11), account(1), worth + 2), Error::<Runtime>::NotEnoughStake);
        assert_ok!(Staking::remove_stake(signed(11), account(1), worth));
        assert!(Balances::free_balance(account(11)) >= worth);
        assert_eq!(self::worth(11, 1), 0);
    });
}

#[test]
fn who_has_nothing_but_stake_can_take_it_out() {
    paid(|| {
        let (coldkey, before) = (account(11), worth(11, 1));
        assert_eq!(Balances::free_balance(&coldkey), 0);
        let call = pallet_staking::Call::remove_stake { hotkey: account(1), amount: TAO };
        assert_ok!(submit(&coldkey, call).expect("is valid"));
        let fee = before - worth(11, 1) - TAO;
        assert!(fee > 0 && fee < TAO / 100, "{fee}");
        // One RAO more may have come off, as an account with a balance keeps at least that.
        assert!(Balances::free_balance(&coldkey).abs_diff(TAO) <= 1);
    });
}

#[test]
fn stake_behind_a_member_leaves_after_the_slash_window() {
    chain(
        |_| {},
        || {
            let (_, producer) = founder();
            fund(&producer, 5 * TAO);
            let origin = RuntimeOrigin::signed(producer.clone());
            assert_ok!(Staking::add_stake(origin.clone(), producer.clone(), 5 * TAO));
            assert_ok!(Staking::remove_stake(origin.clone(), producer.clone(), 2 * TAO));
            let window: BlockNumber = <Runtime as pallet_staking::Config>::SlashWindow::get();
            let due = System::block_number() + window;
            assert_eq!(Staking::leaving(&producer), [(producer.clone(), 2 * TAO, due)]);
            run_to(due - 1);
            let early = Staking::withdraw(origin.clone(), producer.clone());
            assert_noop!(early, Error::<Runtime>::NothingToWithdraw);
            run_to(due);
            let before = Balances::free_balance(&producer);
            assert_ok!(Staking::withdraw(origin, producer.clone()));
            assert_eq!(Balances::free_balance(&producer), before + 2 * TAO);
        },
    );
}

#[test]
fn other_stake_leaves_at_once() {
    paid(|| {
        stake(13, 1, 5 * TAO);
        assert_ok!(Staking::remove_stake(signed(13), account(1), 5 * TAO));
        assert!(Balances::free_balance(account(13)) >= 5 * TAO - 1);
        assert_eq!(Staking::leaving(&account(13)), []);
    });
}

#[test]
fn a_slash_is_recycled_from_stake_and_from_what_is_leaving() {
    chain(
        |_| {},
        || {
            let (id, producer) = founder();
            fund(&producer, 10 * TAO);
            let origin = RuntimeOrigin::signed(producer.clone());
            assert_ok!(Staking::add_stake(origin.clone(), producer.clone(), 10 * TAO));
            assert_ok!(Staking::remove_stake(origin, producer.clone(), 4 * TAO));
            let (issuance, recycled) = (Balances::total_issuance(), pallet_emission::Recycled::<Runtime>::get());
            assert_eq!(Staking::slash(id, Perbill::from_percent(50)), 5 * TAO);
            assert_eq!(Balances::total_issuance(), issuance - 5 * TAO);
            assert_eq!(pallet_emission::Recycled::<Runtime>::get(), recycled + 5 * TAO);
            assert_eq!(Staking::staked_by(&producer), 5 * TAO);
        },
    );
}

#[test]
fn refusals() {
    paid(|| {
        assert_noop!(Staking::add_stake(signed(11), account(99), TAO), Error::<Runtime>::UnknownHotkey);
        assert_noop!(Staking::add_stake(signed(11), account(1), 0), Error::<Runtime>::ZeroAmount);
        assert_noop!(Staking::set_take(signed(11), account(2), 1), Error::<Runtime>::NotOwner);
        assert_noop!(Staking::set_take(signed(11), account(1), 11_797), Error::<Runtime>::TakeTooHigh);
        fund(&account(11), TAO);
        assert_noop!(Staking::add_stake(signed(11), account(2), TAO / 100), Error::<Runtime>::NominationTooSmall);
    });
}
