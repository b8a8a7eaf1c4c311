//! Putting TAO on a hotkey and taking it off again.

use crate::{Config, Error, Event, Owner, Pallet, Pools, Positions, TotalStake};
use frame_support::{
    ensure,
    traits::{fungible::Mutate, tokens::Preservation, Get},
};
use ganglion_primitives::Rao;
use ganglion_tokenomics::pool::PoolError;
use sp_runtime::DispatchResult;

impl<T> From<PoolError> for Error<T> {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::ZeroAmount | PoolError::TooSmall => Self::ZeroAmount,
            PoolError::NotEnoughShares | PoolError::NotEnoughValue => Self::NotEnoughStake,
            _ => Self::Overflow,
        }
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn stake(coldkey: &T::AccountId, hotkey: &T::AccountId, amount: Rao) -> DispatchResult {
        let owner = Owner::<T>::get(hotkey).ok_or(Error::<T>::UnknownHotkey)?;
        ensure!(amount > 0, Error::<T>::ZeroAmount);
        T::Currency::transfer(coldkey, &Self::pot(), amount, Preservation::Expendable)?;
        Self::buy(coldkey, hotkey, amount)?;
        if &owner != coldkey {
            let worth = Self::stake_of(coldkey, hotkey);
            ensure!(worth >= T::MinNomination::get(), Error::<T>::NominationTooSmall);
        }
        Self::deposit_event(Event::StakeAdded { coldkey: coldkey.clone(), hotkey: hotkey.clone(), amount });
        Ok(())
    }

    pub(crate) fn unstake(coldkey: &T::AccountId, hotkey: &T::AccountId, amount: Rao) -> DispatchResult {
        let owner = Owner::<T>::get(hotkey).ok_or(Error::<T>::UnknownHotkey)?;
        ensure!(amount > 0, Error::<T>::ZeroAmount);
        let worth = Self::stake_of(coldkey, hotkey);
        ensure!(amount <= worth, Error::<T>::NotEnoughStake);
        let left = worth.saturating_sub(amount);
        let all = left == 0 || (&owner != coldkey && left < T::MinNomination::get());
        let paid = Self::sell(coldkey, hotkey, if all { None } else { Some(amount) })?;
        T::Currency::transfer(&Self::pot(), coldkey, paid, Preservation::Expendable)?;
        Self::deposit_event(Event::StakeRemoved { coldkey: coldkey.clone(), hotkey: hotkey.clone(), amount: paid });
        Ok(())
    }

    /// Gives `coldkey` shares for `amount` RAO that are in the pot already.
    pub(crate) fn buy(coldkey: &T::AccountId, hotkey: &T::AccountId, amount: Rao) -> Result<(), Error<T>> {
        let mut pool = Pools::<T>::get(hotkey);
        let shares = pool.deposit(amount)?;
        Pools::<T>::insert(hotkey, pool);
        Positions::<T>::mutate(coldkey, hotkey, |held| *held = held.saturating_add(shares));
        TotalStake::<T>::mutate(|total| *total = total.saturating_add(amount));
        Ok(())
    }

    /// Takes shares worth `amount` RAO, or all of them, and says what they were worth.
    fn sell(coldkey: &T::AccountId, hotkey: &T::AccountId, amount: Option<Rao>) -> Result<Rao, Error<T>> {
        let held = Positions::<T>::get(coldkey, hotkey);
        let mut pool = Pools::<T>::get(hotkey);
        let shares = match amount {
            Some(amount) => pool.shares_worth(amount)?.min(held),
            None => held,
        };
        let worth = pool.withdraw(shares)?;
        // Whoever leaves last takes what rounding left behind.
        let paid = worth.saturating_add(pool.sweep());
        Pools::<T>::insert(hotkey, pool);
        match held.saturating_sub(shares) {
            0 => Positions::<T>::remove(coldkey, hotkey),
            left => Positions::<T>::insert(coldkey, hotkey, left),
        }
        TotalStake::<T>::mutate(|total| *total = total.saturating_sub(paid));
        Ok(paid)
    }
}
