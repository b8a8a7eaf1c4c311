//! Destroying TAO, counted.

use crate::pallet::*;
use core::marker::PhantomData;
use frame_support::traits::{fungible::Credit, Imbalance, OnUnbalanced};

impl<T: Config> Pallet<T> {
    /// Destroys `credit` and counts it.
    pub(crate) fn recycle(credit: Credit<T::AccountId, T::Ledger>) {
        let amount = credit.peek();
        if amount == 0 {
            return;
        }
        Recycled::<T>::mutate(|recycled| *recycled = recycled.saturating_add(amount));
        Self::deposit_event(Event::EmissionRecycled { amount });
        // Dropping the credit lowers the total issuance.
        drop(credit);
    }
}

/// Recycles whatever it is given: burns of registration, fees, dust.
pub struct Recycle<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<Credit<T::AccountId, T::Ledger>> for Recycle<T> {
    fn on_nonzero_unbalanced(credit: Credit<T::AccountId, T::Ledger>) {
        Pallet::<T>::recycle(credit);
    }
}
