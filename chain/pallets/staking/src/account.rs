//! Hotkeys, their owners and takes.

use crate::{Config, Error, Event, Owner, Pallet, Take, TakeRaisedAt, MAX_TAKE};
use frame_support::{ensure, traits::Get};
use sp_runtime::{
    traits::{AccountIdConversion, Saturating},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// The account that holds all staked TAO.
    pub fn pot() -> T::AccountId {
        T::PotId::get().into_account_truncating()
    }

    /// Makes `hotkey` known as `coldkey`'s.
    ///
    /// # Errors
    /// [`Error::NotOwner`] if it belongs to another.
    pub fn ensure_owned(hotkey: &T::AccountId, coldkey: &T::AccountId) -> Result<(), Error<T>> {
        match Owner::<T>::get(hotkey) {
            Some(owner) => ensure!(&owner == coldkey, Error::<T>::NotOwner),
            None => Owner::<T>::insert(hotkey, coldkey),
        }
        Ok(())
    }

    pub(crate) fn change_take(coldkey: &T::AccountId, hotkey: &T::AccountId, take: u16) -> DispatchResult {
        let owner = Owner::<T>::get(hotkey).ok_or(Error::<T>::UnknownHotkey)?;
        ensure!(&owner == coldkey, Error::<T>::NotOwner);
        ensure!(take <= MAX_TAKE, Error::<T>::TakeTooHigh);
        if take > Take::<T>::get(hotkey) {
            let now = frame_system::Pallet::<T>::block_number();
            if let Some(raised) = TakeRaisedAt::<T>::get(hotkey) {
                ensure!(now >= raised.saturating_add(T::TakeInterval::get()), Error::<T>::TakeRaisedTooSoon);
            }
            TakeRaisedAt::<T>::insert(hotkey, now);
        }
        Take::<T>::insert(hotkey, take);
        Self::deposit_event(Event::TakeSet { hotkey: hotkey.clone(), take });
        Ok(())
    }
}
