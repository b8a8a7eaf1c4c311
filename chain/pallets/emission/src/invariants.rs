//! What must always hold.

use crate::pallet::*;
use alloc::collections::BTreeSet;
use frame_support::{
    ensure,
    traits::{fungible::Inspect, Get},
};
use ganglion_primitives::NetUid;
use ganglion_tokenomics::emission::MAX_SUPPLY;
use pallet_neurons::SeatOf;
use pallet_subnets::{Dissolving, Netuids};

type Check = Result<(), &'static str>;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        Self::check_money()?;
        Self::check_subnets()?;
        Self::check_neurons()
    }

    fn check_money() -> Check {
        let pending = Pending::<T>::iter_values().fold(0u64, u64::saturating_add);
        let owed = pending.saturating_add(Unallocated::<T>::get());
        ensure!(T::Currency::total_balance(&Self::pot()) >= owed, "the emission pot doesn't hold what is pending");
        let issuance = T::Currency::total_issuance();
        let expected = Emitted::<T>::get().checked_sub(Recycled::<T>::get());
        ensure!(Some(issuance) == expected, "total issuance is not emitted minus recycled");
        ensure!(issuance <= MAX_SUPPLY, "more than 21 000 000 TAO exist");
        Ok(())
    }

    fn check_subnets() -> Check {
        let known: BTreeSet<NetUid> = Netuids::<T>::get().into_iter().chain(Dissolving::<T>::get()).collect();
        let shares = LastShares::<T>::get();
        let rows = Pending::<T>::iter_keys()
            .chain(shares.iter().map(|(netuid, _)| *netuid))
            .chain(IdleEpochs::<T>::iter_keys())
            .chain(FirstJoined::<T>::iter_keys())
            .chain(LastOutcome::<T>::iter_keys())
            .chain(Permitted::<T>::iter_keys());
        for netuid in rows {
            ensure!(known.contains(&netuid), "a subnet that is no more has emission");
        }
        let mut idle = IdleEpochs::<T>::iter_values();
        ensure!(idle.all(|epochs| epochs <= T::MaxIdleEpochs::get()), "a subnet is idle for longer than it may be");
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(FirstJoined::<T>::iter_values().all(|first| first <= now), "a subnet's first neuron is yet to come");
        let due = DueEpochs::<T>::get();
        let waiting: BTreeSet<NetUid> = due.iter().copied().collect();
        ensure!(waiting.len() == due.len(), "a subnet waits for two epochs");
        Ok(())
    }

    fn check_neurons() -> Check {
        for (netuid, permitted) in Permitted::<T>::iter() {
            ensure!(permitted.windows(2).all(|pair| pair[0] < pair[1]), "permits are not sorted");
            let outcome = LastOutcome::<T>::get(netuid);
            let granted = outcome.iter().filter(|row| row.permit);
            ensure!(granted.clone().count() == permitted.len(), "other permits are listed than were granted");
            for row in granted {
                ensure!(permitted.binary_search(&row.id).is_ok(), "a permit is not listed");
            }
        }
        for (netuid, id, _) in Bonds::<T>::iter() {
            let home = SeatOf::<T>::get(id).map(|(home, _)| home);
            ensure!(home == Some(netuid), "bonds of a neuron that doesn't exist");
        }
        for outcome in LastOutcome::<T>::iter_values() {
            let ids: BTreeSet<_> = outcome.iter().map(|row| row.id).collect();
            ensure!(ids.len() == outcome.len(), "an outcome names a neuron twice");
        }
        Ok(())
    }
}
