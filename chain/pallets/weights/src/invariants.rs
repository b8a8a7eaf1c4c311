//! What must always hold.

use crate::pallet::*;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        for (netuid, id, _) in Weights::<T>::iter() {
            if pallet_neurons::SeatOf::<T>::get(id).is_none_or(|(home, _)| home != netuid) {
                return Err("weights of a neuron that doesn't exist");
            }
            if !LastUpdate::<T>::contains_key(netuid, id) {
                return Err("weights without a last update");
            }
        }
        Ok(())
    }
}
