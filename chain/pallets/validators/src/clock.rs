//! The clock as constants of other pallets.

use crate::pallet::{Config, SessionSlots, SlotMillis};
use core::marker::PhantomData;
use frame_support::traits::Get;
use sp_runtime::traits::UniqueSaturatedInto;
use sp_staking::SessionIndex;

/// Length of a slot, milliseconds.
pub struct SlotDuration<T>(PhantomData<T>);

impl<T: Config> Get<u64> for SlotDuration<T> {
    fn get() -> u64 {
        SlotMillis::<T>::get()
    }
}

/// Half a slot, milliseconds: the least time between two timestamps, from which BABE takes the slot's length.
pub struct HalfSlot<T>(PhantomData<T>);

impl<T: Config> Get<u64> for HalfSlot<T> {
    fn get() -> u64 {
        SlotMillis::<T>::get() / 2
    }
}

/// Length of a session, slots.
pub struct SessionLength<T>(PhantomData<T>);

impl<T: Config> Get<u64> for SessionLength<T> {
    fn get() -> u64 {
        SessionSlots::<T>::get()
    }
}

/// Sessions that the slash window can span: as long as stake answers for a session, its offences can be proved. Twice
/// the window's length, because slots can stay empty, and two more for those that have begun and not ended.
pub struct HistoryDepth<T>(PhantomData<T>);

impl<T: Config> Get<u64> for HistoryDepth<T> {
    fn get() -> u64 {
        let window: u64 = ReportLongevity::<T>::get();
        window.saturating_mul(2).div_ceil(SessionSlots::<T>::get().max(1)).saturating_add(2)
    }
}

impl<T: Config> Get<SessionIndex> for HistoryDepth<T> {
    fn get() -> SessionIndex {
        <Self as Get<u64>>::get().unique_saturated_into()
    }
}

/// Blocks during which an equivocation can be reported: the slash window.
pub struct ReportLongevity<T>(PhantomData<T>);

impl<T: Config> Get<u64> for ReportLongevity<T> {
    fn get() -> u64 {
        T::SlashWindow::get().unique_saturated_into()
    }
}
