//! Destroying TAO, counted.

use crate::pallet::*;
use core::marker::PhantomData;
use frame_support::traits::{fungible::Credit, Imbalance, OnUnbalanced};

/// TAO that belongs to nobody.
type Tao<T> = Credit<<T as frame_system::Config>::AccountId, <T as pallet_staking::Config>::Currency>;

impl<T: Config> Pallet<T> {
    /// Destroys `credit` and counts it.
    pub(crate) fn recycle(credit: Tao<T>) {
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

/// Recycles whatever it is given: burns of registration, fees, slashes, dust.
pub struct Recycle<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<Tao<T>> for Recycle<T> {
    fn on_nonzero_unbalanced(credit: Tao<T>) {
        Pallet::<T>::recycle(credit);
    }
}
