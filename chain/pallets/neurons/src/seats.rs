//! Giving seats out and taking them back.

use crate::{pallet::*, OnNeuronRemoved};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::{BoundedVec, ConstU32};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, NetUid, NeuronId, Rao, Uid};
use scale_info::TypeInfo;

/// A neuron in its seat.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Seat<BlockNumber> {
    /// Its identity for life.
    pub id: NeuronId,
    /// The key it signs with.
    pub hotkey: AccountId,
    /// When it joined.
    pub registered_at: BlockNumber,
}

/// Seals that were taken: block they were bound to, seal.
pub(crate) type Seals<T> = BoundedVec<(BlockNumberFor<T>, [u8; 32]), ConstU32<1024>>;

impl<T: Config> Pallet<T> {
    /// The neurons of a subnet by uid.
    pub fn seats(netuid: NetUid) -> alloc::vec::Vec<Seat<BlockNumberFor<T>>> {
        (0..Count::<T>::get(netuid)).filter_map(|uid| Seats::<T>::get(netuid, Uid(uid))).collect()
    }

    /// The seat of `hotkey` in `netuid`.
    ///
    /// # Errors
    /// [`Error::NotRegistered`].
    pub fn seat_of(netuid: NetUid, hotkey: &AccountId) -> Result<(Uid, Seat<BlockNumberFor<T>>), Error<T>> {
        let uid = Uids::<T>::get(netuid, hotkey).ok_or(Error::NotRegistered)?;
        let seat = Seats::<T>::get(netuid, uid).ok_or(Error::NotRegistered)?;
        Ok((uid, seat))
    }

    /// Seats `hotkey`: on a free seat, or on that of the neuron to prune.
    pub(crate) fn take_seat(netuid: NetUid, hotkey: AccountId, burned: Rao) -> Result<(), Error<T>> {
        let limit = pallet_subnets::Parameters::<T>::get(netuid).max_neurons;
        let count = Count::<T>::get(netuid);
        let uid = if count < limit {
            Count::<T>::insert(netuid, count.saturating_add(1));
            Uid(count)
        } else {
            let uid = Self::to_prune(netuid).ok_or(Error::NoSeat)?;
            Self::vacate(netuid, uid);
            uid
        };
        let id = NextId::<T>::mutate(|next| {
            let id = *next;
            next.0 = next.0.saturating_add(1);
            id
        });
        let registered_at = frame_system::Pallet::<T>::block_number();
        Seats::<T>::insert(netuid, uid, Seat { id, hotkey: hotkey.clone(), registered_at });
        Uids::<T>::insert(netuid, &hotkey, uid);
        SeatOf::<T>::insert(id, (netuid, uid));
        frame_system::Pallet::<T>::inc_sufficients(&hotkey);
        Self::deposit_event(Event::NeuronRegistered { netuid, uid, id, hotkey, burned });
        Ok(())
    }

    fn vacate(netuid: NetUid, uid: Uid) {
        let Some(Seat { id, hotkey, .. }) = Seats::<T>::take(netuid, uid) else { return };
        Uids::<T>::remove(netuid, &hotkey);
        SeatOf::<T>::remove(id);
        Endpoints::<T>::remove(netuid, id);
        T::OnNeuronRemoved::on_neuron_removed(netuid, id);
        frame_system::Pallet::<T>::dec_sufficients(&hotkey);
        Self::deposit_event(Event::NeuronPruned { netuid, uid, id, hotkey });
    }
}
