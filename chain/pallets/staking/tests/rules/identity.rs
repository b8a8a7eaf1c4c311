//! Keys change, identities stay.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_pallet_staking::{Backed, Pay};
use sp_runtime::DispatchError;

/// Why something was declined.
fn refusal<R: std::fmt::Debug>(result: Result<R, Error<Ledger>>) -> DispatchError {
    result.expect_err("is declined").into()
}

#[test]
fn a_hotkey_has_one_owner() {
    run(|| {
        let id = register(100, 1);
        assert_eq!(register(100, 1), id, "asking again changes nothing");
        for stranger in [2, 77] {
            assert_eq!(refusal(Staking::ensure_owned(&100, &stranger)), Error::<Ledger>::NotOwner.into());
        }
        assert_eq!(Staking::coldkey_id(&77), None, "a refusal leaves nothing behind");
        assert_eq!((Staking::owner_account(id), Staking::hotkey_account(id)), (Some(1), Some(100)));
    });
}

#[test]
fn one_key_may_be_both_hotkey_and_coldkey() {
    run(|| {
        let id = register(1, 1);
        assert_ok!(add(1, 1, TAO));
        assert_eq!((Staking::stake_on(id), Staking::stake_of(&1, &1)), (TAO, TAO));
    });
}

#[test]
fn stake_stays_with_the_identity_through_swaps_of_both_keys() {
    run(|| {
        let id = register(100, 1);
        assert_ok!(set_take(1, 100, 0));
        assert_ok!(add(1, 100, TAO));
        assert_ok!(add(2, 100, TAO));
        assert_eq!(Staking::rekey_hotkey(&100, &101).expect("is free"), id);
        assert!(Staking::rekey_coldkey(&1, &11).is_ok());
        assert_eq!(Staking::owner_account(id), Some(11));
        assert_eq!((Staking::hotkey_id(&100), Staking::coldkey_id(&1)), (None, None));
        assert_eq!((Staking::stake_of(&11, &101), Staking::stake_of(&2, &101)), (TAO, TAO));
        assert_eq!((Staking::stake_of(&1, &101), Staking::stake_of(&11, &100)), (0, 0));
        assert_ok!(Staking::pay_from(&9, |payout| Ok(payout.credit(id, Pay { incentive: 3, dividends: 0 })?)));
        assert_ok!(remove(11, 101, TAO));
        assert_noop!(remove(1, 101, 1), Error::<Ledger>::NotEnoughStake);
        assert_noop!(set_take(1, 101, 0), Error::<Ledger>::NotOwner);
    });
}

#[test]
fn a_coldkey_without_a_balance_has_an_account() {
    run(|| {
        register(100, 200);
        assert!(System::account_exists(&200));
        assert!(Staking::rekey_coldkey(&200, &201).is_ok());
        // The old one stays: a new one in its place would count nonces from nothing.
        assert_eq!((System::account_exists(&200), System::account_exists(&201)), (true, true));
    });
}

#[test]
fn an_old_key_starts_from_nothing() {
    run(|| {
        let old = register(100, 1);
        assert_ok!(add(1, 100, TAO));
        assert_ok!(Staking::rekey_hotkey(&100, &101));
        let new = register(100, 1);
        assert!(new > old, "no id is given out twice");
        assert_eq!((Staking::stake_on(new), Staking::owner_account(new)), (0, Some(1)));
    });
}

#[test]
fn a_retired_key_is_its_former_owners_alone() {
    run(|| {
        let id = register(100, 1);
        register(102, 2);
        assert_ok!(Staking::rekey_hotkey(&100, &101));
        for stranger in [2, 77] {
            assert_eq!(refusal(Staking::ensure_owned(&100, &stranger)), Error::<Ledger>::HotkeyRetired.into());
        }
        assert_eq!(Staking::coldkey_id(&77), None, "a refusal leaves nothing behind");
        assert_eq!(refusal(Staking::rekey_hotkey(&102, &100)), Error::<Ledger>::HotkeyRetired.into());
        // Whoever owns the hotkey now may have the key back, and then it isn't retired.
        assert!(Staking::rekey_coldkey(&1, &11).is_ok());
        assert_eq!(refusal(Staking::ensure_owned(&100, &1)), Error::<Ledger>::HotkeyRetired.into());
        assert_eq!(Staking::rekey_hotkey(&101, &100).expect("its owner may"), id);
        assert_eq!(Staking::hotkey_id(&100), Some(id));
        assert!(Staking::check_invariants().is_ok());
    });
}

#[test]
fn the_account_of_a_hotkey_outlives_its_swap() {
    run(|| {
        register(100, 200);
        System::inc_account_nonce(100);
        assert_ok!(Staking::rekey_hotkey(&100, &101));
        assert!(System::account_exists(&100) && System::account_exists(&101));
        assert_eq!(System::account_nonce(100), 1);
    });
}

#[test]
fn a_key_that_is_known_already_is_refused() {
    run(|| {
        register(100, 1);
        register(101, 2);
        for new in [100, 101] {
            assert_eq!(refusal(Staking::rekey_hotkey(&100, &new)), Error::<Ledger>::HotkeyTaken.into());
        }
        for new in [1, 2] {
            assert_eq!(refusal(Staking::rekey_coldkey(&1, &new)), Error::<Ledger>::ColdkeyTaken.into());
        }
        assert_eq!(refusal(Staking::rekey_hotkey(&999, &102)), Error::<Ledger>::UnknownHotkey.into());
        assert_eq!(refusal(Staking::rekey_coldkey(&99, &98)), Error::<Ledger>::UnknownColdkey.into());
    });
}

#[test]
fn new_hotkeys_are_on_their_owners_list() {
    run(|| {
        let id = register(100, 1);
        let owner = Staking::coldkey_id(&1).expect("known");
        assert_eq!(Backed::<Ledger>::get(owner).into_inner(), [id]);
        assert_eq!(Staking::positions(&1), [(100, true, 0)]);
    });
}
