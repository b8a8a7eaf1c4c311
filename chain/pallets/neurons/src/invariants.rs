//! What must always hold.

use crate::{endpoints::ENDPOINTS, pallet::*, Seat, PAGE};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{HotkeyId, NetUid, Uid};
use pallet_staking::Pallet as Staking;
use pallet_subnets::{Dissolving, Netuids, MAX_NEURONS};

type Checked = Result<(), &'static str>;

fn ensure(holds: bool, broken: &'static str) -> Checked {
    holds.then_some(()).ok_or(broken)
}

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Checked {
        let mut hotkeys: BTreeMap<HotkeyId, u16> = BTreeMap::new();
        let mut neurons = 0;
        let mut pages = 0;
        for (netuid, count) in Count::<T>::iter() {
            Self::check_pages(netuid, count)?;
            for (uid, seat) in (0..).map(Uid).zip(Self::seats(netuid)) {
                Self::check_seat(netuid, uid, &seat)?;
                let seats = hotkeys.entry(seat.hotkey).or_default();
                *seats = seats.saturating_add(1);
                neurons += 1;
            }
            pages += usize::from(count.div_ceil(PAGE));
        }
        ensure(Seats::<T>::iter().count() == pages, "there are seats that no count covers")?;
        ensure(Uids::<T>::iter().count() == neurons, "a hotkey leads to a seat that isn't its own")?;
        ensure(SeatOf::<T>::iter().count() == neurons, "an id leads to a seat that isn't its own")?;
        Self::check_hotkeys(&hotkeys)?;
        Self::check_subnets()?;
        Self::check_endpoints()?;
        Self::check_seals()?;
        Self::check_swaps()
    }

    fn check_subnets() -> Checked {
        let known: BTreeSet<NetUid> = Netuids::<T>::get().into_iter().chain(Dissolving::<T>::get()).collect();
        let priced = JoiningPrices::<T>::get();
        let mut rows = Count::<T>::iter_keys().chain(priced.keys().copied());
        ensure(rows.all(|netuid| known.contains(&netuid)), "a subnet that is no more has seats or prices")
    }

    fn check_pages(netuid: NetUid, count: u16) -> Checked {
        ensure(count > 0, "a count of nothing is kept")?;
        ensure(count <= MAX_NEURONS, "a subnet has too many neurons")?;
        let mut left = count;
        for page in 0..count.div_ceil(PAGE) {
            let here = left.min(PAGE);
            let seats = Seats::<T>::get(netuid, page as u8);
            ensure(seats.len() == usize::from(here), "a page of seats has a gap or an end that the count denies")?;
            left -= here;
        }
        Ok(())
    }

    fn check_seat(netuid: NetUid, uid: Uid, seat: &Seat<BlockNumberFor<T>>) -> Checked {
        let leads = Uids::<T>::get(netuid, seat.hotkey) == Some((uid, seat.id));
        ensure(leads, "a seat's hotkey leads to another neuron")?;
        ensure(SeatOf::<T>::get(seat.id) == Some((netuid, uid)), "a seat's id leads elsewhere")?;
        ensure(seat.id < NextId::<T>::get(), "an id was used before it was given out")?;
        ensure(seat.registered_at <= frame_system::Pallet::<T>::block_number(), "a neuron joined in the future")
    }

    fn check_hotkeys(seated: &BTreeMap<HotkeyId, u16>) -> Checked {
        ensure(SeatCount::<T>::iter().count() == seated.len(), "a hotkey without a seat has a count of seats")?;
        for (hotkey, seats) in seated {
            ensure(SeatCount::<T>::get(hotkey) == *seats, "a hotkey's seats are miscounted")?;
            ensure(Staking::<T>::owner_account(*hotkey).is_some(), "a neuron has no owner")?;
        }
        Ok(())
    }

    fn check_endpoints() -> Checked {
        for (netuid, number, page) in Endpoints::<T>::iter().chain(PrometheusEndpoints::<T>::iter()) {
            ensure(!page.is_empty(), "a page without endpoints is kept")?;
            for uid in page.keys() {
                ensure(uid.0 / ENDPOINTS == u16::from(number), "an endpoint is on another's page")?;
                ensure(uid.0 < Count::<T>::get(netuid), "an endpoint outlived its neuron")?;
            }
        }
        Ok(())
    }

    fn check_seals() -> Checked {
        let now = frame_system::Pallet::<T>::block_number();
        for seals in UsedSeals::<T>::iter_values() {
            let distinct: BTreeSet<_> = seals.iter().map(|(_, seal)| *seal).collect();
            ensure(distinct.len() == seals.len(), "a seal was used twice")?;
            let past = seals.iter().all(|(block, _)| *block < now);
            ensure(past, "a seal was used before the block that it is bound to was there")?;
        }
        Ok(())
    }

    fn check_swaps() -> Checked {
        let mut swaps = 0;
        for (coldkey, swap) in ColdkeySwaps::<T>::iter() {
            ensure(Staking::<T>::coldkey_account(coldkey).is_some(), "a swap of a coldkey that doesn't exist")?;
            ensure(SwapTargets::<T>::get(&swap.new) == Some(coldkey), "a swap's target waits for another")?;
            let exists = frame_system::Pallet::<T>::sufficients(&swap.new) > 0;
            ensure(exists, "a swap's target can't decline it: it has no account")?;
            swaps += 1;
        }
        ensure(SwapTargets::<T>::iter().count() == swaps, "a key awaits a swap that nobody announced")
    }
}
