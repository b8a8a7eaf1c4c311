//! Seats, and reading them.
//!
//! Seats lie in pages of [`PAGE`] by uid, so that an epoch, a pruning or a check of weights reads a subnet of 4 096
//! neurons in 4 reads, while a registration rewrites one page of at most 20 KiB: pages are few because each must be looked
//! for in the trie. What a neuron does for itself reads none: [`Uids`] says who it is.

use crate::pallet::*;
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::{BoundedVec, ConstU32};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, HotkeyId, NetUid, NeuronId, Uid};
use pallet_staking::Pallet as Staking;
use pallet_subnets::MAX_NEURONS;
use scale_info::TypeInfo;

/// Seats on a page.
pub const PAGE: u16 = 1_024;

/// Pages of a full subnet.
const PAGES: u8 = MAX_NEURONS.div_ceil(PAGE) as u8;

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

/// The seats `1024 * page ..`, by uid, without a gap.
pub type Page<BlockNumber> = BoundedVec<Seat<BlockNumber>, ConstU32<{ PAGE as u32 }>>;

/// The page of a uid, and its place there.
pub(crate) fn place(uid: Uid) -> (u8, usize) {
    // At most 4 096 seats: 4 pages.
    ((uid.0 / PAGE) as u8, usize::from(uid.0 % PAGE))
}

impl<T: Config> Pallet<T> {
    /// The neurons of a subnet by uid. Reads a page for each 1 024 of them.
    pub fn seats(netuid: NetUid) -> Vec<Seat<BlockNumberFor<T>>> {
        Self::pages(netuid).flatten().collect()
    }

    /// The ids of a subnet's neurons by uid. Reads a page for each 1 024 of them.
    pub fn ids(netuid: NetUid) -> Vec<NeuronId> {
        Self::pages(netuid).flatten().map(|seat| seat.id).collect()
    }

    /// A subnet's pages, up to the first that isn't full: there is none behind it.
    fn pages(netuid: NetUid) -> impl Iterator<Item = Page<BlockNumberFor<T>>> {
        let mut next = Some(0u8);
        core::iter::from_fn(move || {
            let page = next.take()?;
            let seats = Seats::<T>::get(netuid, page);
            next = page.checked_add(1).filter(|next| *next < PAGES && seats.is_full());
            Some(seats)
        })
    }

    /// The seat of the account `hotkey` in `netuid`, and who it is there.
    ///
    /// # Errors
    /// [`Error::NotRegistered`].
    pub fn seat_of(netuid: NetUid, hotkey: &AccountId) -> Result<(Uid, NeuronId), Error<T>> {
        let hotkey = Staking::<T>::hotkey_id(hotkey).ok_or(Error::NotRegistered)?;
        Uids::<T>::get(netuid, hotkey).ok_or(Error::NotRegistered)
    }

    /// The seat of a hotkey in `netuid`.
    pub fn uid_of(netuid: NetUid, hotkey: HotkeyId) -> Option<Uid> {
        Uids::<T>::get(netuid, hotkey).map(|(uid, _)| uid)
    }

    /// Whether a hotkey has a seat in any subnet.
    pub fn has_seat(hotkey: HotkeyId) -> bool {
        SeatCount::<T>::contains_key(hotkey)
    }
}
