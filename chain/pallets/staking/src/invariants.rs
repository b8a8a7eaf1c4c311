//! What must always hold.

use crate::{
    types::MAX_TAKE, Backed, ColdkeyIds, Coldkeys, Config, Fund, HotkeyIds, Hotkeys, Leaving, LeavingPools,
    NextColdkeyId, NextHotkeyId, Nominations, Pallet, RetiredColdkeys, RetiredHotkeys, Stakes, TotalStake,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::Inspect};
use ganglion_primitives::{ColdkeyId, HotkeyId, Rao};

/// Shares by pool.
type Sums = BTreeMap<HotkeyId, u128>;
type Check<R = ()> = Result<R, &'static str>;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        Self::check_identities()?;
        Self::check_lists()?;
        Stakes::<T>::check()?;
        let staked =
            check_funds(Stakes::<T>::iter().map(|(hotkey, stake)| (hotkey, stake.fund)), Self::staked_shares()?)?;
        let leaving = check_funds(LeavingPools::<T>::iter(), Self::leaving_shares()?)?;
        ensure!(staked.saturating_add(leaving) == TotalStake::<T>::get(), "the total is not the sum of all pools");
        ensure!(
            T::Currency::total_balance(&Self::pot()) >= TotalStake::<T>::get(),
            "the pot holds less than is staked"
        );
        Ok(())
    }

    fn check_identities() -> Check {
        let exists = |account: &T::AccountId| frame_system::Pallet::<T>::sufficients(account) > 0;
        for (id, row) in Hotkeys::<T>::iter() {
            ensure!(id < NextHotkeyId::<T>::get(), "a hotkey has an id that was never given out");
            ensure!(HotkeyIds::<T>::get(&row.account) == Some(id), "a hotkey's key doesn't lead back to it");
            ensure!(Coldkeys::<T>::contains_key(row.owner), "a hotkey has no owner");
            ensure!(exists(&row.account), "a hotkey's account may cease to exist");
            ensure!(row.take <= MAX_TAKE, "a take is above 18 %");
            let now = frame_system::Pallet::<T>::block_number();
            ensure!(row.take_changed_at <= now, "a take was changed in the future");
        }
        for (account, former) in RetiredHotkeys::<T>::iter() {
            ensure!(Hotkeys::<T>::contains_key(former), "a retired key was nobody's");
            ensure!(!HotkeyIds::<T>::contains_key(&account), "a hotkey's key is retired");
            ensure!(exists(&account), "a retired key's account may cease to exist");
        }
        for (account, former) in RetiredColdkeys::<T>::iter() {
            ensure!(Coldkeys::<T>::contains_key(former), "a retired coldkey was nobody's");
            ensure!(!ColdkeyIds::<T>::contains_key(&account), "a coldkey's key is retired");
            ensure!(exists(&account), "a retired coldkey's account may cease to exist");
        }
        for (id, account) in Coldkeys::<T>::iter() {
            ensure!(id < NextColdkeyId::<T>::get(), "a coldkey has an id that was never given out");
            ensure!(ColdkeyIds::<T>::get(&account) == Some(id), "a coldkey's key doesn't lead back to it");
            ensure!(exists(&account), "a coldkey's account may cease to exist");
        }
        ensure!(HotkeyIds::<T>::iter().count() == Hotkeys::<T>::iter().count(), "a key leads to no hotkey");
        ensure!(ColdkeyIds::<T>::iter().count() == Coldkeys::<T>::iter().count(), "a key leads to no coldkey");
        Ok(())
    }

    fn check_lists() -> Check {
        let mut staked_on = Stakes::<T>::iter().map(|(hotkey, _)| hotkey).chain(LeavingPools::<T>::iter_keys());
        ensure!(staked_on.all(Hotkeys::<T>::contains_key), "stake is on an unknown hotkey");
        let mut expected: BTreeSet<(ColdkeyId, HotkeyId)> = BTreeSet::new();
        expected.extend(Nominations::<T>::iter_keys().map(|(hotkey, coldkey)| (coldkey, hotkey)));
        expected.extend(Leaving::<T>::iter_keys().filter(|(coldkey, hotkey)| !Self::is_unlisted(*coldkey, *hotkey)));
        for (hotkey, _) in Stakes::<T>::iter().filter(|(_, stake)| stake.listed) {
            expected.insert((Self::owner_of(hotkey).ok_or("stake is on an unknown hotkey")?, hotkey));
        }
        for (coldkey, positions) in Backed::<T>::iter() {
            ensure!(!positions.is_empty(), "an empty list is stored");
            ensure!(positions.windows(2).all(|pair| pair[0] < pair[1]), "a list of positions is not sorted");
            for hotkey in positions {
                ensure!(expected.remove(&(coldkey, hotkey)), "a list names a hotkey that is neither owned nor backed");
            }
        }
        ensure!(expected.is_empty(), "a position is not listed");
        Ok(())
    }

    /// Whether the position is the owner's and found its list full.
    fn is_unlisted(coldkey: ColdkeyId, hotkey: HotkeyId) -> bool {
        Self::owner_of(hotkey) == Some(coldkey) && !Stakes::<T>::get(hotkey).listed
    }

    fn staked_shares() -> Check<Sums> {
        let mut sums = Sums::new();
        for (hotkey, stake) in Stakes::<T>::iter() {
            add(&mut sums, hotkey, stake.fund.live(stake.own));
        }
        for (hotkey, coldkey, shares) in Nominations::<T>::iter() {
            ensure!(Self::owner_of(hotkey).is_some_and(|owner| owner != coldkey), "a nomination is the owner's");
            ensure!(Coldkeys::<T>::contains_key(coldkey), "a nominator is unknown");
            add(&mut sums, hotkey, Stakes::<T>::get(hotkey).fund.live(shares));
        }
        Ok(sums)
    }

    fn leaving_shares() -> Check<Sums> {
        let mut sums = Sums::new();
        for (coldkey, hotkey, departures) in Leaving::<T>::iter() {
            ensure!(Coldkeys::<T>::contains_key(coldkey), "what leaves belongs to nobody");
            ensure!(!departures.is_empty(), "an empty row of departures is stored");
            ensure!(departures.windows(2).all(|pair| pair[0].until < pair[1].until), "departures are not in order");
            let fund = LeavingPools::<T>::get(hotkey);
            departures.iter().for_each(|departure| add(&mut sums, hotkey, fund.live(departure.shares)));
        }
        Ok(sums)
    }
}

fn add(sums: &mut Sums, hotkey: HotkeyId, shares: u128) {
    let sum = sums.entry(hotkey).or_default();
    *sum = sum.saturating_add(shares);
}

/// Checks that each fund's shares are those of its holders. Gives the funds' value together.
fn check_funds(funds: impl Iterator<Item = (HotkeyId, Fund)>, mut held: Sums) -> Check<Rao> {
    let mut value: Rao = 0;
    for (hotkey, fund) in funds {
        ensure!(held.remove(&hotkey).unwrap_or(0) == fund.shares(), "a pool's shares are not its holders'");
        ensure!(fund.shares() > 0 || fund.value() == 0, "a pool without shares has value");
        value = value.saturating_add(fund.value());
    }
    ensure!(held.values().all(|shares| *shares == 0), "shares are of a pool that isn't there");
    Ok(value)
}
