//! Pay, as stake.

use crate::{Config, Error, Owner, Pallet, Pools, Take, TotalStake};
use ganglion_primitives::Rao;

impl<T: Config> Pallet<T> {
    /// Credits a miner's incentive to the hotkey's owner, as stake. The caller has put `amount` RAO into the pot.
    ///
    /// # Errors
    /// [`Error::UnknownHotkey`], [`Error::Overflow`].
    pub fn credit_miner(hotkey: &T::AccountId, amount: Rao) -> Result<(), Error<T>> {
        if amount == 0 {
            return Ok(());
        }
        let owner = Owner::<T>::get(hotkey).ok_or(Error::UnknownHotkey)?;
        Self::buy(&owner, hotkey, amount)
    }

    /// Credits a validator's dividends: the take to the owner, the rest to everybody with stake on the hotkey, in one
    /// step. The caller has put `amount` RAO into the pot.
    ///
    /// # Errors
    /// [`Error::UnknownHotkey`], [`Error::Overflow`].
    pub fn credit_validator(hotkey: &T::AccountId, amount: Rao) -> Result<(), Error<T>> {
        let mut pool = Pools::<T>::get(hotkey);
        let take = if pool.shares() == 0 { amount } else { share(amount, Take::<T>::get(hotkey)) };
        let rest = amount.saturating_sub(take);
        if rest > 0 {
            pool.reward(rest)?;
            Pools::<T>::insert(hotkey, pool);
            TotalStake::<T>::mutate(|total| *total = total.saturating_add(rest));
        }
        Self::credit_miner(hotkey, take)
    }
}

/// `proportion`/65535 of `amount`, rounded down.
fn share(amount: Rao, proportion: u16) -> Rao {
    let product = u128::from(amount).saturating_mul(u128::from(proportion));
    // At most `amount`, so it fits.
    (product / u128::from(u16::MAX)) as Rao
}
