//! Forgetting a dissolved subnet's neurons, a few at a time.

use crate::pallet::*;
use ganglion_primitives::NetUid;
use pallet_subnets::OnSubnetRemoved;

impl<T: Config> OnSubnetRemoved for Pallet<T> {
    /// A row is a neuron with all that anybody keeps under its id. Seats are vacated from the top, so that uids stay
    /// without a gap. Used seals stay: the number may be given out again while they live, and each works once. The first
    /// registration by work under the number forgets those that are past their lifetime.
    fn clear(netuid: NetUid, limit: u32) -> u32 {
        let removed = Self::vacate(netuid, limit);
        if removed < limit {
            JoiningPrices::<T>::mutate(|all| all.remove(&netuid));
        }
        removed
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn fill(netuid: NetUid, rows: u32) {
        // At most as many as there are seats.
        crate::benchmarking::fill::<T>(netuid, rows as u16);
    }
}
