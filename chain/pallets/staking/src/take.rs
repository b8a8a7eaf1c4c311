//! What the owner keeps of dividends.

use crate::{types::MAX_TAKE, Config, Error, Event, Hotkeys, Pallet};
use frame_support::{ensure, traits::Get};
use ganglion_primitives::RetryIn;
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
    /// The take of a hotkey, in 1/65535; `None` if nobody ever registered it.
    pub fn take_of(hotkey: &T::AccountId) -> Option<u16> {
        Self::hotkey_id(hotkey).and_then(Hotkeys::<T>::get).map(|row| row.take)
    }

    pub(crate) fn change_take(coldkey: &T::AccountId, hotkey: &T::AccountId, take: u16) -> DispatchResult {
        let id = Self::hotkey_id(hotkey).ok_or(Error::<T>::UnknownHotkey)?;
        let mut row = Hotkeys::<T>::get(id).ok_or(Error::<T>::UnknownHotkey)?;
        ensure!(Self::coldkey_id(coldkey) == Some(row.owner), Error::<T>::NotOwner);
        ensure!(take <= MAX_TAKE, Error::<T>::TakeTooHigh);
        if take > row.take {
            let now = frame_system::Pallet::<T>::block_number();
            if let Some(raised) = row.take_raised_at {
                let earliest = raised.saturating_add(T::TakeInterval::get());
                ensure!(now >= earliest, Error::<T>::TakeRaisedTooSoon(RetryIn::until(now, earliest)));
            }
            row.take_raised_at = Some(now);
        }
        row.take = take;
        Hotkeys::<T>::insert(id, row);
        Self::deposit_event(Event::TakeSet { hotkey: hotkey.clone(), take });
        Ok(())
    }
}
