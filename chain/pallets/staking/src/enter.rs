//! Putting TAO on a hotkey.

use crate::{position::Position, Config, Error, Event, Pallet, TotalStake};
use frame_support::{
    ensure,
    traits::{fungible::Mutate, tokens::Preservation},
};
use ganglion_primitives::Rao;
use ganglion_tokenomics::pool::PoolError;
use sp_runtime::DispatchResult;

impl<T> From<PoolError> for Error<T> {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::ZeroAmount => Self::ZeroAmount,
            PoolError::TooSmall => Self::AmountTooSmall,
            PoolError::NotEnoughShares | PoolError::NotEnoughValue => Self::NotEnoughStake,
            _ => Self::Overflow,
        }
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn stake(coldkey: &T::AccountId, hotkey: &T::AccountId, amount: Rao) -> DispatchResult {
        let id = Self::hotkey_id(hotkey).ok_or(Error::<T>::UnknownHotkey)?;
        ensure!(amount > 0, Error::<T>::ZeroAmount);
        // First, so that who stakes all it has keeps its account, and with it its nonce.
        let staker = Self::ensure_coldkey(coldkey)?;
        T::Currency::transfer(coldkey, &Self::pot(), amount, Preservation::Expendable)?;
        let mut position = Position::load::<T>(id, staker)?;
        position.add::<T>(amount)?;
        position.store::<T>()?;
        Self::grow_total(amount)?;
        Self::deposit_event(Event::StakeAdded { coldkey: coldkey.clone(), hotkey: hotkey.clone(), amount });
        Ok(())
    }

    pub(crate) fn grow_total(amount: Rao) -> Result<(), Error<T>> {
        TotalStake::<T>::try_mutate(|total| {
            *total = total.checked_add(amount).ok_or(Error::Overflow)?;
            Ok(())
        })
    }

    pub(crate) fn shrink_total(amount: Rao) {
        TotalStake::<T>::mutate(|total| *total = total.saturating_sub(amount));
    }
}
