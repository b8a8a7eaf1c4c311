//! One coldkey's stake on one hotkey.

use crate::{
    types::MAX_POSITIONS, Backed, Config, Error, Hotkeys, Leaving, Nominations, Pallet, Shares, Stake, Stakes,
};
use frame_support::traits::Get;
use ganglion_primitives::{ColdkeyId, HotkeyId, Rao};

/// One coldkey's stake on one hotkey, with the hotkey's row. Changes hold once stored.
pub(crate) struct Position {
    pub hotkey: HotkeyId,
    pub coldkey: ColdkeyId,
    /// Whether the hotkey is the coldkey's own; otherwise it is a nomination.
    pub owned: bool,
    pub stake: Stake,
    pub shares: Shares,
}

impl Position {
    pub fn load<T: Config>(hotkey: HotkeyId, coldkey: ColdkeyId) -> Result<Self, Error<T>> {
        let row = Hotkeys::<T>::get(hotkey).ok_or(Error::UnknownHotkey)?;
        let owned = row.owner == coldkey;
        let stake = Stakes::<T>::get(hotkey);
        let shares = if owned { stake.own } else { Nominations::<T>::get(hotkey, coldkey) };
        Ok(Self { hotkey, coldkey, owned, stake, shares })
    }

    /// RAO.
    pub fn worth(&self) -> Rao {
        self.stake.fund.worth(self.shares)
    }

    /// Adds `amount` RAO.
    pub fn add<T: Config>(&mut self, amount: Rao) -> Result<(), Error<T>> {
        let worth = self.worth().saturating_add(amount);
        if !self.owned && worth < T::MinNomination::get() {
            return Err(Error::NominationTooSmall);
        }
        Ok(self.stake.fund.deposit(&mut self.shares, amount)?)
    }

    /// Takes `amount` RAO off, or all if too little for a nomination would stay. Says what that was.
    pub fn take<T: Config>(&mut self, amount: Rao) -> Result<Rao, Error<T>> {
        let worth = self.worth();
        // What was just staked may be worth one RAO less.
        if worth == 0 || amount > worth.saturating_add(1) {
            return Err(Error::NotEnoughStake);
        }
        let left = worth.saturating_sub(amount);
        if left == 0 || (!self.owned && left < T::MinNomination::get()) {
            return Ok(self.stake.fund.withdraw_all(&mut self.shares)?);
        }
        Ok(self.stake.fund.withdraw(&mut self.shares, amount)?)
    }

    /// Whether nothing of it is left, not even on its way out.
    pub fn is_over<T: Config>(&self) -> bool {
        self.stake.fund.live(self.shares) == 0 && !Leaving::<T>::contains_key(self.coldkey, self.hotkey)
    }

    /// Takes an own hotkey off the list: stored, the place is free. Pay puts it back.
    pub fn unlist<T: Config>(&mut self) {
        Pallet::<T>::unlist(self.coldkey, self.hotkey);
        self.stake.listed = false;
    }

    pub fn store<T: Config>(mut self) -> Result<(), Error<T>> {
        if self.owned {
            let is_empty = self.stake.fund.live(self.shares) == 0;
            self.stake.own = self.shares;
            // An owner whose list is full may stake all the same, as pay isn't refused either.
            self.stake.listed |= !is_empty && Pallet::<T>::list(self.coldkey, self.hotkey, MAX_POSITIONS);
        } else {
            self.store_nomination::<T>()?;
        }
        Stakes::<T>::put(self.hotkey, self.stake);
        Ok(())
    }

    fn store_nomination<T: Config>(&self) -> Result<(), Error<T>> {
        if self.is_over::<T>() {
            Pallet::<T>::unlist(self.coldkey, self.hotkey);
        } else if !Pallet::<T>::list(self.coldkey, self.hotkey, MAX_POSITIONS) {
            return Err(Error::TooManyPositions);
        }
        if self.stake.fund.live(self.shares) == 0 {
            Nominations::<T>::remove(self.hotkey, self.coldkey);
        } else {
            Nominations::<T>::insert(self.hotkey, self.coldkey, self.shares);
        }
        Ok(())
    }
}

impl<T: Config> Pallet<T> {
    /// Puts `hotkey` on the list of `coldkey`, if fewer than `places` are on it. Says whether it is there now.
    pub(crate) fn list(coldkey: ColdkeyId, hotkey: HotkeyId, places: u32) -> bool {
        let mut positions = Backed::<T>::get(coldkey);
        let Err(place) = positions.binary_search(&hotkey) else { return true };
        let fits = positions.len() < places as usize && positions.try_insert(place, hotkey).is_ok();
        if fits {
            Backed::<T>::insert(coldkey, positions);
        }
        fits
    }

    fn unlist(coldkey: ColdkeyId, hotkey: HotkeyId) {
        let mut positions = Backed::<T>::get(coldkey);
        let Ok(place) = positions.binary_search(&hotkey) else { return };
        positions.remove(place);
        if positions.is_empty() {
            Backed::<T>::remove(coldkey);
        } else {
            Backed::<T>::insert(coldkey, positions);
        }
    }
}
