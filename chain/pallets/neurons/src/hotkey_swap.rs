//! A new key for a hotkey, at once.

use crate::pallet::*;
use frame_support::{ensure, traits::Get};
use ganglion_primitives::AccountId;
use pallet_staking::Pallet as Staking;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn exchange_hotkey(owner: AccountId, old: AccountId, new: AccountId) -> DispatchResult {
        ensure!(old != new, Error::<T>::SameKey);
        let hotkey = Staking::<T>::hotkey_id(&old).ok_or(pallet_staking::Error::<T>::UnknownHotkey)?;
        let owned = Staking::<T>::owner_account(hotkey).as_ref() == Some(&owner);
        ensure!(owned, pallet_staking::Error::<T>::NotOwner);
        Self::pay_for_swap(&owner)?;
        Staking::<T>::rekey_hotkey(&old, &new)?;
        Self::deposit_event(Event::HotkeySwapped { owner, old, new });
        Ok(())
    }

    /// Recycles the price of a swap.
    pub(crate) fn pay_for_swap(coldkey: &AccountId) -> Result<(), DispatchError> {
        Self::recycle(coldkey, T::KeySwapCost::get()).map_err(|_| Error::<T>::CannotPaySwap.into())
    }
}
