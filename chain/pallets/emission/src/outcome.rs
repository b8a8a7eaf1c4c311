//! What an epoch says of one neuron, and who asks.

use crate::pallet::*;
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use ganglion_primitives::{NetUid, NeuronId, Rao, Uid};
use scale_info::TypeInfo;

/// One neuron's row; proportions are in 1/65535.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct NeuronOutcome {
    /// Whose row this is: a newcomer in the seat has no part in it.
    pub id: NeuronId,
    /// May set weights on others.
    pub permit: bool,
    /// Its weights counted.
    pub active: bool,
    /// Stake-weighted sum of clipped weights.
    pub rank: u16,
    /// Share of the weight on it that survived clipping.
    pub trust: u16,
    /// Share of its own weights that survived clipping.
    pub validator_trust: u16,
    /// The weight the stake majority supports.
    pub consensus: u16,
    /// Share of the miners' half.
    pub incentive: u16,
    /// Share of the validators' half.
    pub dividends: u16,
    /// Order of pruning, lowest first.
    pub pruning: u16,
    /// RAO paid in this epoch.
    pub emission: Rao,
    /// RAO paid since registration.
    pub earned: Rao,
}

impl<T: Config> Pallet<T> {
    /// The last outcome of the neuron `id` in seat `uid`.
    pub fn outcome(netuid: NetUid, uid: Uid, id: NeuronId) -> Option<NeuronOutcome> {
        LastOutcome::<T>::get(netuid).into_iter().nth(usize::from(uid.0)).filter(|row| row.id == id)
    }
}

impl<T: Config> pallet_neurons::NeuronScores for Pallet<T> {
    fn pruning_scores(netuid: NetUid) -> Vec<(NeuronId, u16)> {
        LastOutcome::<T>::get(netuid).into_iter().map(|row| (row.id, row.pruning)).collect()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn fill(netuid: NetUid, ids: &[NeuronId]) {
        let rows: Vec<_> = ids.iter().map(|id| NeuronOutcome { id: *id, ..Default::default() }).collect();
        LastOutcome::<T>::insert(netuid, Outcomes::truncate_from(rows));
    }
}

impl<T: Config> pallet_weights::Permits for Pallet<T> {
    fn has_permit(netuid: NetUid, _: Uid, id: NeuronId) -> bool {
        Permitted::<T>::get(netuid).binary_search(&id).is_ok()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn grant(netuid: NetUid, _: Uid, id: NeuronId) {
        // As many as there can be, so that looking for one takes longest.
        let others = (1..u64::from(crate::MAX_PERMITS)).map(|other| NeuronId(u64::MAX - other));
        let mut permits: Vec<_> = others.chain([id]).collect();
        permits.sort_unstable();
        Permitted::<T>::insert(netuid, Permits::truncate_from(permits));
    }
}

impl<T: Config> pallet_neurons::OnNeuronRemoved for Pallet<T> {
    fn on_neuron_removed(netuid: NetUid, id: NeuronId) {
        Bonds::<T>::remove(netuid, id);
    }
}
