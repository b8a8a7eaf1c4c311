//! A fair start for subnets without stake.
//!
//! Stake ends the equal standing of all who worked to join, so it must be more than a gesture: as long as all of a
//! subnet's neurons together have less than the least nomination ([`MinNomination`]), which nobody could put there for
//! another, they have none. Otherwise 1 RAO would take over a subnet, with everything that is pending there.
//!
//! [`MinNomination`]: pallet_staking::Config::MinNomination

use crate::pallet::*;
use alloc::vec::Vec;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{NetUid, Rao};
use pallet_neurons::Seat;
use sp_runtime::traits::Saturating;

/// Tempos that all have, from the last registration on, to set their first weights.
const AFTER_LAST: u32 = 2;

/// Tempos after the first registration beyond which newcomers can't put the start off.
const AFTER_FIRST: u32 = 6;

impl<T: Config> Pallet<T> {
    /// First block whose epoch pays in a subnet that nobody has stake in yet; `None` once it is here or somebody has stake,
    /// or while nobody has joined. Later newcomers can put it off, within limits.
    ///
    /// Most subnets launched long ago; to see that takes two reads.
    pub fn launches_at(netuid: NetUid) -> Option<BlockNumberFor<T>> {
        let first = FirstJoined::<T>::get(netuid);
        if first.is_some_and(|first| Self::latest_start(netuid, first) <= frame_system::Pallet::<T>::block_number()) {
            return None;
        }
        let seats = pallet_neurons::Pallet::<T>::seats(netuid);
        let stakes = seats.iter().map(|seat| pallet_staking::Pallet::<T>::stake_on(seat.hotkey));
        Self::launch_among(netuid, &seats, stakes)
    }

    /// [`Self::launches_at`] for who has read the seats; `stakes` is what is staked on each, RAO. Of that no more is asked
    /// for than makes a difference.
    pub fn launch_among(
        netuid: NetUid,
        seats: &[Seat<BlockNumberFor<T>>],
        stakes: impl IntoIterator<Item = Rao>,
    ) -> Option<BlockNumberFor<T>> {
        let now = frame_system::Pallet::<T>::block_number();
        let start = Self::start(netuid, seats).filter(|start| now < *start)?;
        let mut total: Rao = 0;
        let counts = stakes.into_iter().any(|stake| {
            total = total.saturating_add(stake);
            total > 0 && total >= T::MinNomination::get()
        });
        (!counts).then_some(start)
    }

    /// What is staked on each of a subnet's neurons, RAO: nothing on anybody while it is too little to count.
    pub(crate) fn stakes(seats: &[Seat<BlockNumberFor<T>>]) -> Vec<Rao> {
        let mut stakes = pallet_staking::Pallet::<T>::stakes_on(seats.iter().map(|seat| seat.hotkey));
        if stakes.iter().copied().fold(0, Rao::saturating_add) < T::MinNomination::get() {
            stakes.fill(0);
        }
        stakes
    }

    /// Until when an epoch must wait, given the stakes of all neurons.
    pub(crate) fn waits_until(
        netuid: NetUid,
        now: BlockNumberFor<T>,
        seats: &[Seat<BlockNumberFor<T>>],
        stakes: &[Rao],
    ) -> Option<BlockNumberFor<T>> {
        let start = Self::start(netuid, seats)?;
        let unstaked = stakes.iter().all(|stake| *stake == 0);
        (unstaked && now < start).then_some(start)
    }

    /// Remembers when the first neuron joined: its seat can be another's by the next epoch.
    pub(crate) fn remember_first(netuid: NetUid, seats: &[Seat<BlockNumberFor<T>>]) {
        if let Some(first) = seats.iter().map(|seat| seat.registered_at).min() {
            if !FirstJoined::<T>::contains_key(netuid) {
                FirstJoined::<T>::insert(netuid, first);
            }
        }
    }

    fn start(netuid: NetUid, seats: &[Seat<BlockNumberFor<T>>]) -> Option<BlockNumberFor<T>> {
        let joined = || seats.iter().map(|seat| seat.registered_at);
        let first = FirstJoined::<T>::get(netuid).or_else(|| joined().min())?;
        let calm = joined().max()?.saturating_add(Self::tempos(netuid, AFTER_LAST));
        Some(calm.min(Self::latest_start(netuid, first)))
    }

    /// The start that nobody can put off, given when the first neuron joined.
    fn latest_start(netuid: NetUid, first: BlockNumberFor<T>) -> BlockNumberFor<T> {
        first.saturating_add(Self::tempos(netuid, AFTER_FIRST))
    }

    /// Blocks of so many epochs.
    fn tempos(netuid: NetUid, count: u32) -> BlockNumberFor<T> {
        let period = u32::from(pallet_subnets::Parameters::<T>::get(netuid).tempo).saturating_add(1);
        period.saturating_mul(count).into()
    }
}
