//! What must always hold.

use crate::pallet::*;
use ganglion_primitives::Uid;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        let mut neurons = 0usize;
        for netuid in pallet_subnets::Pallet::<T>::netuids() {
            for uid in 0..Count::<T>::get(netuid) {
                let seat = Seats::<T>::get(netuid, Uid(uid)).ok_or("a uid below the count has no seat")?;
                if Uids::<T>::get(netuid, &seat.hotkey) != Some(Uid(uid)) {
                    return Err("a seat's hotkey leads to another uid");
                }
                if SeatOf::<T>::get(seat.id) != Some((netuid, Uid(uid))) {
                    return Err("a seat's id leads elsewhere");
                }
                if seat.id >= NextId::<T>::get() {
                    return Err("an id was used before it was given out");
                }
                if !pallet_staking::Owner::<T>::contains_key(&seat.hotkey) {
                    return Err("a neuron has no owner");
                }
                if frame_system::Pallet::<T>::sufficients(&seat.hotkey) == 0 {
                    return Err("a neuron has no account reference");
                }
                neurons = neurons.saturating_add(1);
            }
        }
        if Seats::<T>::iter().count() != neurons || SeatOf::<T>::iter().count() != neurons {
            return Err("there are seats that no count covers");
        }
        Ok(())
    }
}
