//! Seats, and reading them.
//!
//! Seats lie in pages of [`PAGE`] by uid, so that an epoch, a pruning or a check of weights reads a subnet of 4 096
//! neurons in 16 reads, while a registration rewrites one page of 5 KiB.

use crate::pallet::*;
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::{BoundedVec, ConstU32};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, HotkeyId, NetUid, NeuronId, Uid};
use pallet_staking::Pallet as Staking;
use scale_info::TypeInfo;

/// Seats on a page.
pub const PAGE: u16 = 256;

/// A neuron in its seat.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Seat<BlockNumber> {
    /// Its identity for life.
    pub id: NeuronId,
    /// The key it signs with.
    pub hotkey: HotkeyId,
    /// When it joined.
    pub registered_at: BlockNumber,
}

/// The seats `256 * page ..`, by uid, without a gap.
pub type Page<BlockNumber> = BoundedVec<Seat<BlockNumber>, ConstU32<{ PAGE as u32 }>>;

/// The page of a uid, and its place there.
pub(crate) fn place(uid: Uid) -> (u8, usize) {
    // At most 4 096 seats: 16 pages.
    ((uid.0 / PAGE) as u8, usize::from(uid.0 % PAGE))
}

impl<T: Config> Pallet<T> {
    /// The neurons of a subnet by uid. Reads a page for each 256 of them.
    pub fn seats(netuid: NetUid) -> Vec<Seat<BlockNumberFor<T>>> {
        let count = Count::<T>::get(netuid);
        let pages = count.div_ceil(PAGE) as u8;
        let mut seats = Vec::with_capacity(count.into());
        for page in 0..pages {
            seats.extend(Seats::<T>::get(netuid, page));
        }
        seats
    }

    /// The ids of a subnet's neurons by uid. Reads a page for each 256 of them.
    pub fn ids(netuid: NetUid) -> Vec<NeuronId> {
        Self::seats(netuid).into_iter().map(|seat| seat.id).collect()
    }

    /// Who sits on `uid`.
    pub fn seat(netuid: NetUid, uid: Uid) -> Option<Seat<BlockNumberFor<T>>> {
        let (page, index) = place(uid);
        Seats::<T>::get(netuid, page).into_iter().nth(index)
    }

    /// The seat of the account `hotkey` in `netuid`.
    ///
    /// # Errors
    /// [`Error::NotRegistered`].
    pub fn seat_of(netuid: NetUid, hotkey: &AccountId) -> Result<(Uid, Seat<BlockNumberFor<T>>), Error<T>> {
        let hotkey = Staking::<T>::hotkey_id(hotkey).ok_or(Error::NotRegistered)?;
        let uid = Self::uid_of(netuid, hotkey).ok_or(Error::NotRegistered)?;
        let seat = Self::seat(netuid, uid).ok_or(Error::NotRegistered)?;
        Ok((uid, seat))
    }

    /// The seat of a hotkey in `netuid`.
    pub fn uid_of(netuid: NetUid, hotkey: HotkeyId) -> Option<Uid> {
        Uids::<T>::get(netuid, hotkey)
    }

    /// Whether a hotkey has a seat in any subnet.
    pub fn has_seat(hotkey: HotkeyId) -> bool {
        SeatCount::<T>::contains_key(hotkey)
    }
}
