//! Which neuron gives way when all seats are taken.

use crate::pallet::*;
use ganglion_primitives::{NetUid, NeuronId, Uid};
use sp_runtime::traits::Saturating;

/// Knows what neurons are worth.
pub trait NeuronScores {
    /// Pruning scores by uid, in 1/65535; a neuron that was never scored has none or zero.
    fn pruning_scores(netuid: NetUid) -> alloc::vec::Vec<(NeuronId, u16)>;
}

/// Keeps something under neurons' ids.
pub trait OnNeuronRemoved {
    /// The neuron is gone for good: forget it.
    fn on_neuron_removed(netuid: NetUid, id: NeuronId);
}

#[impl_trait_for_tuples::impl_for_tuples(4)]
impl OnNeuronRemoved for Tuple {
    fn on_neuron_removed(netuid: NetUid, id: NeuronId) {
        for_tuples!( #( Tuple::on_neuron_removed(netuid, id); )* );
    }
}

impl<T: Config> Pallet<T> {
    /// The neuron with the lowest score past immunity; among equals the oldest, then the lowest uid. If all are
    /// immune, the same among them.
    pub(crate) fn to_prune(netuid: NetUid) -> Option<Uid> {
        let now = frame_system::Pallet::<T>::block_number();
        let immunity = pallet_subnets::Parameters::<T>::get(netuid).immunity_period.into();
        let scores = T::Scores::pruning_scores(netuid);
        let rank = |(uid, seat): &(u16, crate::Seat<_>)| {
            let score = scores.get(usize::from(*uid)).filter(|(id, _)| *id == seat.id).map_or(0, |(_, score)| *score);
            let immune = now.saturating_sub(seat.registered_at) < immunity;
            (immune, score, seat.registered_at, *uid)
        };
        let all = (0..Count::<T>::get(netuid)).filter_map(|uid| Some((uid, Seats::<T>::get(netuid, Uid(uid))?)));
        all.min_by_key(rank).map(|(uid, _)| Uid(uid))
    }
}
