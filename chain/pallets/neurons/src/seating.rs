//! Giving seats out and taking them back.

use crate::{pallet::*, seats::place, OnNeuronRemoved, Seat, PAGE};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, HotkeyId, NetUid, NeuronId, Rao, Uid};
use pallet_staking::Pallet as Staking;

impl<T: Config> Pallet<T> {
    /// Seats a hotkey that has none in `netuid`: on a new seat while there are any, else on that of the neuron to
    /// prune. `burned` is what it paid, RAO.
    ///
    /// # Errors
    /// [`Error::NoSeat`].
    pub(crate) fn take_seat(netuid: NetUid, hotkey: HotkeyId, account: AccountId, burned: Rao) -> Result<(), Error<T>> {
        let uid = Self::free_seat(netuid)?;
        let id = NextId::<T>::mutate(|next| {
            let id = *next;
            next.0 = next.0.saturating_add(1);
            id
        });
        let registered_at = frame_system::Pallet::<T>::block_number();
        Self::put(netuid, uid, Seat { id, hotkey, registered_at })?;
        Uids::<T>::insert(netuid, hotkey, (uid, id));
        SeatOf::<T>::insert(id, (netuid, uid));
        Self::count_seat(hotkey);
        Self::deposit_event(Event::NeuronRegistered { netuid, uid, id, hotkey: account, burned });
        Ok(())
    }

    /// A uid for a newcomer. Whoever was there is gone.
    fn free_seat(netuid: NetUid) -> Result<Uid, Error<T>> {
        let count = Count::<T>::get(netuid);
        if count < pallet_subnets::Parameters::<T>::get(netuid).max_neurons {
            Count::<T>::insert(netuid, count.saturating_add(1));
            return Ok(Uid(count));
        }
        let (uid, Seat { id, hotkey, .. }) = Self::to_prune(netuid).ok_or(Error::NoSeat)?;
        Self::forget(netuid, uid, id, hotkey);
        if let Some(hotkey) = Staking::<T>::hotkey_account(hotkey) {
            Self::deposit_event(Event::NeuronPruned { netuid, uid, id, hotkey });
        }
        Ok(uid)
    }

    fn put(netuid: NetUid, uid: Uid, seat: Seat<BlockNumberFor<T>>) -> Result<(), Error<T>> {
        let (page, index) = place(uid);
        Seats::<T>::try_mutate(netuid, page, |seats| match seats.get_mut(index) {
            Some(taken) => {
                *taken = seat;
                Ok(())
            }
            // The next one after the last: pages have no gaps.
            None => seats.try_push(seat).map_err(|_| Error::NoSeat),
        })
    }

    /// Takes up to `limit` seats of a subnet away, from the top. Says how many.
    pub(crate) fn vacate(netuid: NetUid, limit: u32) -> u32 {
        let mut count = Count::<T>::get(netuid);
        let mut removed = 0u32;
        while count > 0 && removed < limit {
            let (page, _) = place(Uid(count.saturating_sub(1)));
            let mut seats = Seats::<T>::take(netuid, page);
            while removed < limit {
                let Some(Seat { id, hotkey, .. }) = seats.pop() else { break };
                let uid = Uid(u16::from(page).saturating_mul(PAGE).saturating_add(seats.len() as u16));
                Self::forget(netuid, uid, id, hotkey);
                removed = removed.saturating_add(1);
            }
            count = u16::from(page).saturating_mul(PAGE).saturating_add(seats.len() as u16);
            if !seats.is_empty() {
                Seats::<T>::insert(netuid, page, seats);
            }
        }
        if count > 0 {
            Count::<T>::insert(netuid, count);
        } else {
            Count::<T>::remove(netuid);
        }
        removed
    }

    /// Removes everything that is kept under a neuron, but its place on the page. The hotkey's account stays: its nonce
    /// must not start anew.
    fn forget(netuid: NetUid, uid: Uid, id: NeuronId, hotkey: HotkeyId) {
        Uids::<T>::remove(netuid, hotkey);
        SeatOf::<T>::remove(id);
        Self::forget_endpoints(netuid, uid);
        T::OnNeuronRemoved::on_neuron_removed(netuid, id);
        Self::discount_seat(hotkey);
    }

    fn count_seat(hotkey: HotkeyId) {
        SeatCount::<T>::mutate(hotkey, |seats| *seats = seats.saturating_add(1));
    }

    fn discount_seat(hotkey: HotkeyId) {
        let left = SeatCount::<T>::get(hotkey).saturating_sub(1);
        if left > 0 {
            SeatCount::<T>::insert(hotkey, left);
        } else {
            SeatCount::<T>::remove(hotkey);
        }
    }
}
