//! What the owner keeps of dividends.
//!
//! A take falls at will and rises only after it has been the same for `TakeInterval`. So nominators who came for a low
//! take have had it for that long, and a take that is lowered for the day on which they look isn't back the next.

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
        let now = frame_system::Pallet::<T>::block_number();
        if take > row.take {
            let earliest = row.take_changed_at.saturating_add(T::TakeInterval::get());
            ensure!(now >= earliest, Error::<T>::TakeRaisedTooSoon(RetryIn::until(now, earliest)));
        }
        if take != row.take {
            row.take_changed_at = now;
        }
        row.take = take;
        Hotkeys::<T>::insert(id, row);
        Self::deposit_event(Event::TakeSet { hotkey: hotkey.clone(), take });
        Ok(())
    }
}
