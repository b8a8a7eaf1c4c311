//! The clock as constants of other pallets.

use crate::pallet::{Config, SessionSlots, SlotMillis};
use core::marker::PhantomData;
use frame_support::traits::Get;

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
