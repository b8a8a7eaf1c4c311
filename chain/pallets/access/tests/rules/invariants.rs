//! The checks find what they are for.

use crate::ledger::*;
use frame_support::traits::{
    fungible::Mutate,
    tokens::{Fortitude, Precision, Preservation},
};
use ganglion_pallet_access::{Channel, Channels, ChannelsOf, ChannelsTo, NextChannelId};
use ganglion_primitives::{ChannelId, ColdkeyId, HotkeyId};
use sp_core::sr25519::Public;

/// The one channel: of user 1 to hotkey 100.
const CHANNEL: ChannelId = ChannelId(0);

/// What is found after `damage` to a ledger with one channel.
fn found(damage: impl FnOnce()) -> Result<(), &'static str> {
    ledger().execute_with(|| {
        Staking::ensure_owned(&100, &4).expect("is free");
        let key = Public::from_raw([7; 32]);
        Access::open_channel(RuntimeOrigin::signed(1), 100, MIN_DEPOSIT, key).expect("opens");
        assert_eq!(Access::check_invariants(), Ok(()));
        damage();
        Access::check_invariants()
    })
}

fn row() -> Channel<u64> {
    Channels::<Ledger>::get(CHANNEL).expect("is open")
}

#[test]
fn a_channel_that_is_not_what_it_should_be_is_found() {
    let later = || NextChannelId::<Ledger>::put(CHANNEL);
    assert_eq!(found(later), Err("a channel's number was never given out"));
    let paid = || Channels::<Ledger>::insert(CHANNEL, Channel { redeemed: MIN_DEPOSIT + 1, ..row() });
    assert_eq!(found(paid), Err("a provider got more than the deposit"));
}

#[test]
fn a_list_that_misses_a_channel_is_found() {
    let to = || ChannelsTo::<Ledger>::remove(row().provider, CHANNEL);
    assert_eq!(found(to), Err("a channel is missing among its provider's"));
    let of = || ChannelsOf::<Ledger>::remove(row().user);
    assert_eq!(found(of), Err("a channel isn't once among its user's"));
    let twice = || ChannelsOf::<Ledger>::mutate(row().user, |ids| ids.try_push(CHANNEL).expect("room"));
    assert_eq!(found(twice), Err("a channel isn't once among its user's"));
}

#[test]
fn a_list_that_names_what_is_no_channel_is_found() {
    let to = || ChannelsTo::<Ledger>::insert(HotkeyId(9), ChannelId(9), ());
    assert_eq!(found(to), Err("a provider has a channel that doesn't exist"));
    let of = || ChannelsOf::<Ledger>::mutate(row().user, |ids| ids.try_push(ChannelId(9)).expect("room"));
    assert_eq!(found(of), Err("a user has a channel that doesn't exist"));
    let empty = || ChannelsOf::<Ledger>::mutate(ColdkeyId(9), |_| ());
    assert_eq!(found(empty), Err("a user without channels has a list of them"));
}

#[test]
fn a_pot_that_holds_less_is_found() {
    let steal = || {
        let (force, exact) = (Fortitude::Force, Precision::Exact);
        Balances::burn_from(&Access::pot(), 1, Preservation::Expendable, exact, force).expect("burns");
    };
    assert_eq!(found(steal), Err("the pot doesn't hold what the channels do"));
}
