//! What positions are worth.

use crate::{
    types::MAX_PAGE, Backed, ColdkeyIds, Coldkeys, Config, Hotkeys, Leaving, LeavingPools, Nominations, Pallet,
    RetiredColdkeys, Stakes,
};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{ColdkeyId, HotkeyId, Rao};

impl<T: Config> Pallet<T> {
    /// All stake on `hotkey`, own and nominated, RAO.
    pub fn stake_on(hotkey: HotkeyId) -> Rao {
        Stakes::<T>::get(hotkey).value()
    }

    /// [`Self::stake_on`] of each of `hotkeys`, in their order: cheaper than one by one if they joined together.
    pub fn stakes_on(hotkeys: impl IntoIterator<Item = HotkeyId>) -> Vec<Rao> {
        Stakes::<T>::of_all(hotkeys).into_iter().map(|stake| stake.value()).collect()
    }

    /// What `coldkey`'s stake on `hotkey` is worth, RAO.
    pub fn stake_of(coldkey: &T::AccountId, hotkey: &T::AccountId) -> Rao {
        match (Self::coldkey_id(coldkey), Self::hotkey_id(hotkey)) {
            (Some(coldkey), Some(hotkey)) => Self::worth(coldkey, hotkey).map_or(0, |(_, worth)| worth),
            _ => 0,
        }
    }

    /// What all of `coldkey`'s positions are worth, with what is leaving, RAO: at most 256 positions, so that it can be
    /// asked for in a block.
    pub fn staked_by(coldkey: &T::AccountId) -> Rao {
        let Some(coldkey) = Self::coldkey_id(coldkey) else { return 0 };
        let position = |hotkey: HotkeyId| {
            let leaving = Self::departures(coldkey, hotkey).map(|(worth, _)| worth).fold(0, Rao::saturating_add);
            Self::worth(coldkey, hotkey).map_or(0, |(_, worth)| worth).saturating_add(leaving)
        };
        Backed::<T>::get(coldkey).into_iter().map(position).fold(0, Rao::saturating_add)
    }

    /// `coldkey`'s positions: hotkey, whether it owns that, worth in RAO. At most 256.
    pub fn positions(coldkey: &T::AccountId) -> Vec<(T::AccountId, bool, Rao)> {
        let Some(coldkey) = Self::coldkey_id(coldkey) else { return Vec::new() };
        let position = |hotkey: HotkeyId| {
            let (owned, worth) = Self::worth(coldkey, hotkey)?;
            Some((Self::hotkey_account(hotkey)?, owned, worth))
        };
        Backed::<T>::get(coldkey).into_iter().filter_map(position).collect()
    }

    /// `coldkey`'s stake on its way out: hotkey, worth in RAO, the first block in which it may be withdrawn.
    pub fn leaving(coldkey: &T::AccountId) -> Vec<(T::AccountId, Rao, BlockNumberFor<T>)> {
        let Some(coldkey) = Self::coldkey_id(coldkey) else { return Vec::new() };
        let mut all = Vec::new();
        for hotkey in Backed::<T>::get(coldkey) {
            let Some(account) = Self::hotkey_account(hotkey) else { continue };
            all.extend(Self::departures(coldkey, hotkey).map(|(worth, until)| (account.clone(), worth, until)));
        }
        all
    }

    /// A page of `hotkey`'s nominators with what their stake is worth, RAO: the next `limit` (at most 1 000) after
    /// `after`, from the start if that is `None` or nobody. A page with fewer is the last. It doesn't matter whether `after`
    /// has stopped nominating, or has another key, since its page was read.
    pub fn nominators(hotkey: &T::AccountId, after: Option<T::AccountId>, limit: u32) -> Vec<(T::AccountId, Rao)> {
        let Some(hotkey) = Self::hotkey_id(hotkey) else { return Vec::new() };
        let fund = Stakes::<T>::get(hotkey).fund;
        let known = |after| ColdkeyIds::<T>::get(&after).or_else(|| RetiredColdkeys::<T>::get(&after));
        let rows = match after.and_then(known) {
            Some(after) => Nominations::<T>::iter_prefix_from(hotkey, Nominations::<T>::hashed_key_for(hotkey, after)),
            None => Nominations::<T>::iter_prefix(hotkey),
        };
        rows.filter(|(_, shares)| fund.live(*shares) > 0)
            .filter_map(|(coldkey, shares)| Some((Coldkeys::<T>::get(coldkey)?, fund.worth(shares))))
            .take(limit.min(MAX_PAGE) as usize)
            .collect()
    }

    /// Whether the hotkey is `coldkey`'s own, and what its stake there is worth.
    fn worth(coldkey: ColdkeyId, hotkey: HotkeyId) -> Option<(bool, Rao)> {
        let owned = Hotkeys::<T>::get(hotkey)?.owner == coldkey;
        let stake = Stakes::<T>::get(hotkey);
        let shares = if owned { stake.own } else { Nominations::<T>::get(hotkey, coldkey) };
        Some((owned, stake.fund.worth(shares)))
    }

    fn departures(coldkey: ColdkeyId, hotkey: HotkeyId) -> impl Iterator<Item = (Rao, BlockNumberFor<T>)> {
        let departures = Leaving::<T>::get(coldkey, hotkey);
        let fund = if departures.is_empty() { Default::default() } else { LeavingPools::<T>::get(hotkey) };
        departures.into_iter().map(move |departure| (fund.worth(departure.shares), departure.until))
    }
}
