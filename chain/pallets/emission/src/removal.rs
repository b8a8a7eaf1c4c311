//! Forgetting a dissolved subnet.

use crate::pallet::*;
use ganglion_primitives::NetUid;
use pallet_subnets::OnSubnetRemoved;

impl<T: Config> OnSubnetRemoved for Pallet<T> {
    /// What is pending goes back to where the split takes it from, for all other subnets.
    fn clear(netuid: NetUid, limit: u32) -> u32 {
        let bonds = Bonds::<T>::drain_prefix(netuid).take(limit as usize).count() as u32;
        if bonds < limit {
            let pending = Pending::<T>::take(netuid);
            Unallocated::<T>::mutate(|unallocated| *unallocated = unallocated.saturating_add(pending));
            LastShares::<T>::mutate(|shares| shares.retain(|(other, _)| *other != netuid));
            IdleEpochs::<T>::remove(netuid);
            FirstJoined::<T>::remove(netuid);
            LastOutcome::<T>::remove(netuid);
            Permitted::<T>::remove(netuid);
        }
        bonds
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn fill(netuid: NetUid, rows: u32) {
        for id in pallet_neurons::Pallet::<T>::ids(netuid).into_iter().take(rows as usize) {
            Bonds::<T>::insert(netuid, id, pallet_weights::Row::truncate_from(alloc::vec![(id, u16::MAX); 256]));
        }
    }
}
