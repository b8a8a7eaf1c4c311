//! What must always hold.

use crate::pallet::*;
use frame_support::traits::fungible::Inspect;
use ganglion_tokenomics::emission::MAX_SUPPLY;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        let pending: u64 = Pending::<T>::iter_values().sum();
        if T::Ledger::total_balance(&Self::pot()) != pending.saturating_add(Unallocated::<T>::get()) {
            return Err("the emission pot doesn't hold what is pending");
        }
        let issuance = T::Ledger::total_issuance();
        if issuance != Emitted::<T>::get().saturating_sub(Recycled::<T>::get()) {
            return Err("total issuance is not emitted minus recycled");
        }
        if issuance > MAX_SUPPLY {
            return Err("more than 21 000 000 TAO exist");
        }
        Ok(())
    }
}
