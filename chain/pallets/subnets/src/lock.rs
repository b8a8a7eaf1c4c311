//! The TAO locked in subnets.

use crate::{Config, CreationTerms, Error, LastCreation, Pallet, Terms};
use frame_support::traits::{fungible::Mutate, tokens::Preservation, Get};
use ganglion_primitives::{ColdkeyId, Rao};
use ganglion_tokenomics::lock_cost::{lock_cost, Lock};
use sp_runtime::{
    traits::{AccountIdConversion, SaturatedConversion},
    DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// The account that holds all locks.
    pub fn pot() -> T::AccountId {
        T::LockPotId::get().into_account_truncating()
    }

    /// RAO to lock for a subnet created now. It doubles with each creation and falls from then on.
    pub fn lock_price() -> Rao {
        let CreationTerms { min_lock, lock_reduction_interval, .. } = Terms::<T>::get();
        let (last_block, last_cost) = match LastCreation::<T>::get() {
            Some((block, lock)) => (block.saturated_into(), lock),
            None => (0, min_lock),
        };
        let lock =
            Lock { last_cost, min_cost: min_lock, last_block, reduction_interval: lock_reduction_interval.into() };
        lock_cost(&lock, frame_system::Pallet::<T>::block_number().saturated_into())
    }

    /// Takes the lock from `creator`, who keeps at least the existential deposit: an account that vanished would
    /// forget its nonce.
    pub(crate) fn lock(creator: &T::AccountId, amount: Rao) -> DispatchResult {
        T::Currency::transfer(creator, &Self::pot(), amount, Preservation::Preserve)
            .map_err(|_| Error::<T>::CannotPayLock)?;
        Ok(())
    }

    /// Pays a lock back to whoever the owner is now, and tells that account.
    pub(crate) fn unlock(owner: Option<ColdkeyId>, amount: Rao) -> Result<Option<T::AccountId>, DispatchError> {
        let Some(owner) = owner else { return Ok(None) };
        let account = pallet_staking::Pallet::<T>::coldkey_account(owner).ok_or(Error::<T>::OwnerUnknown)?;
        if amount > 0 {
            T::Currency::transfer(&Self::pot(), &account, amount, Preservation::Expendable)?;
        }
        Ok(Some(account))
    }
}
