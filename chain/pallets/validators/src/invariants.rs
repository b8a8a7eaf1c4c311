//! What must always hold.

use crate::{
    candidates::rank, Attendances, Candidates, Config, Founders, Pallet, RootWeights, SessionSlots, SlotMillis,
    Standings,
};
use alloc::collections::BTreeSet;
use frame_support::{ensure, traits::Get};
use ganglion_primitives::HotkeyId;
use pallet_subnets::{Dissolving, Pallet as Subnets};
use sp_runtime::traits::Bounded;

type Check = Result<(), &'static str>;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        ensure!(!Founders::<T>::get().is_empty(), "there is no founder");
        ensure!(SlotMillis::<T>::get() > 0 && SessionSlots::<T>::get() > 0, "time stands still");
        Self::check_candidates()?;
        Self::check_members()?;
        Self::check_root_weights()
    }

    fn check_candidates() -> Check {
        let list = Candidates::<T>::get();
        ensure!(list.len() <= T::MaxCandidates::get() as usize, "there are too many candidates");
        ensure!(list.windows(2).all(|pair| rank(&pair[0]) < rank(&pair[1])), "candidates are not sorted by stake");
        let names: BTreeSet<HotkeyId> = list.iter().map(|candidate| candidate.hotkey).collect();
        ensure!(names.len() == list.len(), "a candidate is listed twice");
        ensure!(names.iter().all(|hotkey| Self::has_keys(*hotkey)), "a candidate has no session keys");
        Ok(())
    }

    fn check_members() -> Check {
        let members: BTreeSet<HotkeyId> = Self::active().collect();
        ensure!(!members.is_empty(), "there is no block producer");
        let all: BTreeSet<HotkeyId> = Self::planned().chain(members.iter().copied()).collect();
        let watched: BTreeSet<HotkeyId> = Attendances::<T>::iter_keys().collect();
        ensure!(watched == members, "others than the members have attendance rows");
        let bound: BTreeSet<HotkeyId> = Standings::<T>::iter()
            .filter(|(_, standing)| standing.bound_until == Bounded::max_value())
            .map(|(hotkey, _)| hotkey)
            .collect();
        ensure!(bound == all, "other stake is bound than that of the members");
        Ok(())
    }

    fn check_root_weights() -> Check {
        for (hotkey, row) in RootWeights::<T>::iter() {
            ensure!(Self::is_member(hotkey), "somebody who is no member has root weights");
            let known = |netuid| Subnets::<T>::exists(netuid) || Dissolving::<T>::get().contains(&netuid);
            ensure!(row.weights.iter().all(|(netuid, _)| known(*netuid)), "root weights name a subnet that never was");
            let names: BTreeSet<_> = row.weights.iter().map(|(netuid, _)| *netuid).collect();
            ensure!(names.len() == row.weights.len(), "root weights name a subnet twice");
        }
        Ok(())
    }
}
