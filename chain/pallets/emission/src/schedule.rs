//! Which epochs a block runs.

use crate::{pallet::*, weights::epoch as epoch_weight, WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{BlockNumber, NetUid};
use ganglion_tokenomics::epoch_trigger::{blocks_until_epoch, is_epoch};
use ganglion_yuma::Workspace;
use pallet_subnets::{Pallet as Subnets, Parameters};
use sp_runtime::traits::SaturatedConversion;

impl<T: Config> Pallet<T> {
    /// Runs the epochs that are due, as many as fit the block; the others wait their turn.
    pub(crate) fn run_due_epochs(now: BlockNumberFor<T>) -> Weight {
        let mut due = Self::due(now);
        let mut used = Weight::zero();
        let mut workspace = Workspace::new();
        let mut ran = 0u32;
        while let Some(netuid) = due.first().copied() {
            let fits = used.saturating_add(Self::worst_epoch(netuid)).all_lte(T::EpochBudget::get());
            if ran >= T::MaxEpochsPerBlock::get() || (ran > 0 && !fits) {
                break;
            }
            due.remove(0);
            ran = ran.saturating_add(1);
            used = used.saturating_add(Self::run_epoch(netuid, now, &mut workspace));
        }
        if !due.is_empty() {
            // The first that waits was looked at: its neurons and its permits. An epoch that runs reads them anyway.
            used = used.saturating_add(T::DbWeight::get().reads(2));
        }
        if due != DueEpochs::<T>::get() {
            DueEpochs::<T>::put(due);
        }
        used.saturating_add(<T as Config>::WeightInfo::schedule())
    }

    /// The queue with the subnets whose epoch this block holds, and without those that are no more.
    fn due(now: BlockNumberFor<T>) -> Queue {
        let block: u64 = now.saturated_into();
        let netuids = Subnets::<T>::netuids();
        let mut due = DueEpochs::<T>::get();
        due.retain(|netuid| netuids.binary_search(netuid).is_ok());
        for netuid in netuids {
            if is_epoch(netuid.0, Parameters::<T>::get(netuid).tempo, block) && !due.contains(&netuid) {
                // There are at most as many subnets as the queue has places.
                let _ = due.try_push(netuid);
            }
        }
        due
    }

    /// The most that an epoch of `netuid` can weigh: every validator weighs every neuron. Those of the last epoch judge in
    /// this one, and may be more than there may be now, or than there are neurons.
    fn worst_epoch(netuid: NetUid) -> Weight {
        let neurons = u32::from(pallet_neurons::Count::<T>::get(netuid));
        let permitted = Permitted::<T>::decode_len(netuid).unwrap_or(0) as u32;
        let judges = u32::from(Parameters::<T>::get(netuid).max_validators).min(neurons).max(permitted);
        epoch_weight::<<T as Config>::WeightInfo>(neurons, judges, judges.saturating_mul(neurons).saturating_mul(2))
    }

    /// The block whose start runs the next epoch of `netuid`, if no others are waiting for room.
    pub fn next_epoch(netuid: NetUid, now: BlockNumber) -> BlockNumber {
        let tempo = Parameters::<T>::get(netuid).tempo;
        let next = u64::from(now).saturating_add(1);
        next.saturating_add(blocks_until_epoch(netuid.0, tempo, next)).saturated_into()
    }
}
