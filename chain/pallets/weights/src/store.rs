//! Setting weights, and forgetting them with their neuron.

use crate::{check::Setter, pallet::*};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use ganglion_primitives::{AccountId, NetUid, NeuronId};
use ganglion_yuma::math::max_upscale_u16;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    /// Weight of setting `count` weights: one read each to see that the neuron exists.
    pub(crate) fn setting_weight(count: usize) -> Weight {
        let reads = (count as u64).saturating_add(8);
        T::DbWeight::get().reads_writes(reads, 3)
    }

    pub(crate) fn set(
        netuid: NetUid,
        hotkey: &AccountId,
        weights: Vec<(NeuronId, u16)>,
        version_key: u64,
    ) -> DispatchResult {
        let hyperparameters = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?;
        let (uid, id) = Self::may_set(netuid, hotkey)?;
        let setter = Setter { netuid, uid, id, hyperparameters: &hyperparameters };
        Self::check(&setter, &weights, version_key)?;
        let values: Vec<u16> = weights.iter().map(|(_, value)| *value).collect();
        let scaled = max_upscale_u16(&values);
        let row: Vec<_> = weights.into_iter().zip(scaled).map(|((id, _), value)| (id, value)).collect();
        Weights::<T>::insert(netuid, id, Row::try_from(row).map_err(|_| Error::<T>::TooManyWeights)?);
        LastUpdate::<T>::insert(netuid, id, frame_system::Pallet::<T>::block_number());
        Self::deposit_event(Event::WeightsSet { netuid, id });
        Ok(())
    }
}

impl<T: Config> pallet_neurons::OnNeuronRemoved for Pallet<T> {
    fn on_neuron_removed(netuid: NetUid, id: NeuronId) {
        Weights::<T>::remove(netuid, id);
        LastUpdate::<T>::remove(netuid, id);
        Commitments::<T>::remove(netuid, id);
    }
}
