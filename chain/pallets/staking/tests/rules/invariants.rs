//! The checks find what they are for.

use crate::world::*;
use codec::{Decode, Encode};
use frame_support::{
    assert_ok,
    traits::{
        fungible::Mutate,
        tokens::{Fortitude, Precision, Preservation},
    },
};
use ganglion_pallet_staking::{
    Backed, ColdkeyIds, Coldkeys, Fund, HotkeyIds, HotkeyOf, Hotkeys, Leaving, LeavingPools, NextColdkeyId,
    NextHotkeyId, Nominations, RetiredColdkeys, RetiredHotkeys, Shares, Stake, StakePages, TotalStake,
};
use ganglion_primitives::{ColdkeyId, HotkeyId};

/// Account 100, with stake of its owner and of a nominator.
const STAKED: HotkeyId = HotkeyId(0);
/// Account 102, which was 101. Nobody has stake on it.
const SWAPPED: HotkeyId = HotkeyId(1);
/// Account 1, which owns [`STAKED`].
const OWNER: ColdkeyId = ColdkeyId(0);
/// Account 2, some of whose stake is leaving.
const NOMINATOR: ColdkeyId = ColdkeyId(1);
/// Account 4, which was 3, and owns [`SWAPPED`].
const OTHER: ColdkeyId = ColdkeyId(2);
/// Nobody.
const STRANGER: ColdkeyId = ColdkeyId(9);

/// What is found after `damage` to a ledger with every kind of row.
fn found(damage: impl FnOnce()) -> Result<(), &'static str> {
    ledger().execute_with(|| {
        assert_eq!(register(100, 1), STAKED);
        assert_ok!(add(1, 100, 5 * TAO));
        assert_ok!(add(2, 100, 5 * TAO));
        bind(STAKED);
        assert_ok!(remove(2, 100, TAO));
        assert_eq!(register(101, 3), SWAPPED);
        assert_eq!(Staking::rekey_hotkey(&101, &102).ok(), Some(SWAPPED));
        assert_eq!(Staking::rekey_coldkey(&3, &4).ok(), Some(OTHER));
        assert_eq!(Staking::coldkey_id(&2), Some(NOMINATOR));
        assert_eq!(Staking::check_invariants(), Ok(()));
        damage();
        Staking::check_invariants()
    })
}

fn change(change: fn(&mut HotkeyOf<Ledger>)) -> impl FnOnce() {
    move || Hotkeys::<Ledger>::mutate(STAKED, |row| change(row.as_mut().expect("is there")))
}

/// An account loses what keeps it alive without a balance.
fn forsake(account: u64) -> impl FnOnce() {
    move || {
        System::dec_sufficients(&account);
    }
}

fn list(coldkey: ColdkeyId, hotkey: HotkeyId) {
    Backed::<Ledger>::mutate(coldkey, |positions| positions.try_push(hotkey).expect("room"));
}

#[test]
fn a_hotkey_that_is_not_what_it_should_be_is_found() {
    let later = || NextHotkeyId::<Ledger>::put(HotkeyId(0));
    assert_eq!(found(later), Err("a hotkey has an id that was never given out"));
    let lost = || HotkeyIds::<Ledger>::remove(100u64);
    assert_eq!(found(lost), Err("a hotkey's key doesn't lead back to it"));
    assert_eq!(found(|| Coldkeys::<Ledger>::remove(OWNER)), Err("a hotkey has no owner"));
    assert_eq!(found(forsake(100)), Err("a hotkey's account may cease to exist"));
    assert_eq!(found(change(|row| row.take = u16::MAX)), Err("a take is above 18 %"));
    assert_eq!(found(change(|row| row.take_changed_at = 99)), Err("a take was changed in the future"));
    assert_eq!(found(|| HotkeyIds::<Ledger>::insert(77u64, STAKED)), Err("a key leads to no hotkey"));
}

#[test]
fn a_coldkey_that_is_not_what_it_should_be_is_found() {
    let later = || NextColdkeyId::<Ledger>::put(ColdkeyId(0));
    assert_eq!(found(later), Err("a coldkey has an id that was never given out"));
    let lost = || ColdkeyIds::<Ledger>::remove(1u64);
    assert_eq!(found(lost), Err("a coldkey's key doesn't lead back to it"));
    assert_eq!(found(forsake(1)), Err("a coldkey's account may cease to exist"));
    assert_eq!(found(|| ColdkeyIds::<Ledger>::insert(77u64, OWNER)), Err("a key leads to no coldkey"));
}

#[test]
fn a_retired_key_that_is_not_what_it_should_be_is_found() {
    let hotkey = |key: u64, former: HotkeyId| move || RetiredHotkeys::<Ledger>::insert(key, former);
    assert_eq!(found(hotkey(77, HotkeyId(9))), Err("a retired key was nobody's"));
    assert_eq!(found(hotkey(100, STAKED)), Err("a hotkey's key is retired"));
    assert_eq!(found(forsake(101)), Err("a retired key's account may cease to exist"));
    let coldkey = |key: u64, former: ColdkeyId| move || RetiredColdkeys::<Ledger>::insert(key, former);
    assert_eq!(found(coldkey(77, STRANGER)), Err("a retired coldkey was nobody's"));
    assert_eq!(found(coldkey(1, OWNER)), Err("a coldkey's key is retired"));
    assert_eq!(found(forsake(3)), Err("a retired coldkey's account may cease to exist"));
}

#[test]
fn a_list_that_names_other_positions_than_there_are_is_found() {
    assert_eq!(found(|| Backed::<Ledger>::mutate(STRANGER, |_| ())), Err("an empty list is stored"));
    assert_eq!(found(|| list(OWNER, STAKED)), Err("a list of positions is not sorted"));
    assert_eq!(found(|| list(OWNER, SWAPPED)), Err("a list names a hotkey that is neither owned nor backed"));
    assert_eq!(found(|| Backed::<Ledger>::remove(OWNER)), Err("a position is not listed"));
    let unknown = || LeavingPools::<Ledger>::insert(HotkeyId(9), Fund::default());
    assert_eq!(found(unknown), Err("stake is on an unknown hotkey"));
}

#[test]
fn a_page_of_stake_that_is_not_where_it_should_be_is_found() {
    assert_eq!(found(|| StakePages::<Ledger>::mutate(7u64, |_| ())), Err("a page without stake is stored"));
    let elsewhere = || StakePages::<Ledger>::insert(1u64, StakePages::<Ledger>::take(0u64));
    assert_eq!(found(elsewhere), Err("stake is on another page than its hotkey's"));
    let nothing = || {
        Backed::<Ledger>::remove(OTHER);
        StakePages::<Ledger>::mutate(0u64, |page| page[1] = (SWAPPED, Stake::default()));
    };
    assert_eq!(found(nothing), Err("a row of no stake is stored"));
}

#[test]
fn shares_that_are_nobodys_or_nothings_are_found() {
    let nominate = |coldkey| Nominations::<Ledger>::insert(STAKED, coldkey, Shares::default());
    assert_eq!(found(|| nominate(OWNER)), Err("a nomination is the owner's"));
    let unknown = || {
        list(STRANGER, STAKED);
        nominate(STRANGER);
    };
    assert_eq!(found(unknown), Err("a nominator is unknown"));
    assert_eq!(found(|| nominate(NOMINATOR)), Err("a pool's shares are not its holders'"));
    assert_eq!(found(|| LeavingPools::<Ledger>::remove(STAKED)), Err("shares are of a pool that isn't there"));
    let value_without_shares = (1u64, 0u128, 0u32).encode();
    let fund = Fund::decode(&mut &value_without_shares[..]).expect("a fund's fields");
    let hoard = || LeavingPools::<Ledger>::insert(SWAPPED, fund);
    assert_eq!(found(hoard), Err("a pool without shares has value"));
}

#[test]
fn departures_that_are_nobodys_or_out_of_order_are_found() {
    let unknown = || {
        list(STRANGER, STAKED);
        Leaving::<Ledger>::insert(STRANGER, STAKED, Leaving::<Ledger>::get(NOMINATOR, STAKED));
    };
    assert_eq!(found(unknown), Err("what leaves belongs to nobody"));
    let nothing = || Leaving::<Ledger>::mutate(OWNER, STAKED, |_| ());
    assert_eq!(found(nothing), Err("an empty row of departures is stored"));
    let twice = || {
        Leaving::<Ledger>::mutate(NOMINATOR, STAKED, |departures| {
            let again = departures[0];
            departures.try_push(again).expect("room");
        });
    };
    assert_eq!(found(twice), Err("departures are not in order"));
}

#[test]
fn a_total_or_a_pot_that_does_not_match_is_found() {
    let total = || TotalStake::<Ledger>::mutate(|total| *total += 1);
    assert_eq!(found(total), Err("the total is not the sum of all pools"));
    let steal = || {
        let (force, exact) = (Fortitude::Force, Precision::Exact);
        Balances::burn_from(&Staking::pot(), 1, Preservation::Expendable, exact, force).expect("burns");
    };
    assert_eq!(found(steal), Err("the pot holds less than is staked"));
}
