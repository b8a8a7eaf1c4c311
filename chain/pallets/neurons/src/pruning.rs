//! Which neuron gives way when all seats are taken.

use crate::{pallet::*, Seat};
use alloc::vec::Vec;
use core::cmp::Reverse;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{NetUid, NeuronId, Uid};
use pallet_staking::Pallet as Staking;
use sp_runtime::traits::Saturating;

/// Knows what neurons are worth.
pub trait NeuronScores {
    /// Pruning scores by uid, in 1/65535, as of the subnet's last epoch. A neuron that joined since has none: it is not
    /// in the list, or another's id is in its place.
    fn pruning_scores(netuid: NetUid) -> Vec<(NeuronId, u16)>;

    /// Gives the neurons `ids` of a subnet scores, as an epoch does.
    #[cfg(feature = "runtime-benchmarks")]
    fn fill(_netuid: NetUid, _ids: &[NeuronId]) {}
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
    /// immune, the same among them. Never the owner's validator.
    ///
    /// Who was not scored yet counts as best: nobody goes unjudged while a judged neuron can.
    pub(crate) fn to_prune(netuid: NetUid) -> Option<(Uid, Seat<BlockNumberFor<T>>)> {
        let now = frame_system::Pallet::<T>::block_number();
        let immunity = pallet_subnets::Parameters::<T>::get(netuid).immunity_period.into();
        let scores = T::Scores::pruning_scores(netuid);
        let seats = Self::seats(netuid);
        let protected = Self::owners_validator(netuid, &seats);
        let rank = |(uid, seat): &(Uid, Seat<BlockNumberFor<T>>)| {
            let scored = scores.get(usize::from(uid.0)).filter(|(id, _)| *id == seat.id);
            let score = scored.map_or(u16::MAX, |(_, score)| *score);
            let immune = now.saturating_sub(seat.registered_at) < immunity;
            (immune, score, seat.registered_at, *uid)
        };
        (0..).map(Uid).zip(seats).filter(|(_, seat)| Some(seat.id) != protected).min_by_key(rank)
    }

    /// The subnet owner's neuron: of those whose hotkey it owns and has on its list, the one with most stake, then the
    /// oldest, then the lowest uid.
    fn owners_validator(netuid: NetUid, seats: &[Seat<BlockNumberFor<T>>]) -> Option<NeuronId> {
        let owner = pallet_subnets::Pallet::<T>::owner(netuid)?;
        let backed = pallet_staking::Backed::<T>::get(owner);
        seats
            .iter()
            .enumerate()
            .filter(|(_, seat)| backed.binary_search(&seat.hotkey).is_ok())
            .filter(|(_, seat)| Staking::<T>::owner_of(seat.hotkey) == Some(owner))
            .max_by_key(|(uid, seat)| (Staking::<T>::stake_on(seat.hotkey), Reverse((seat.registered_at, *uid))))
            .map(|(_, seat)| seat.id)
    }
}
