//! Block producers: who they are, and the clock they work by.
//!
//! Genesis names the first producers (**founders**) and their session keys. The length of a slot and of a session are
//! genesis values too, so that one runtime serves the network (12 s) and fast local chains (1 s).
//!
//! Not here yet: the election of the 64 by stake. Until it is, the founders keep their seats, and session keys can be
//! exchanged but no seat be won.
//!
//! # Invariants
//! - There is a founder.
//! - Slot and session length never change: BABE derives its epochs from them.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod clock;
mod sessions;

pub use clock::{HalfSlot, SessionLength, SlotDuration};
pub use pallet::*;

/// Most block producers.
pub const MAX_PRODUCERS: u32 = 64;

#[frame_support::pallet]
pub mod pallet {
    use super::MAX_PRODUCERS;
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Length of a slot, milliseconds. A slot has one block at most.
    #[pallet::storage]
    pub type SlotMillis<T> = StorageValue<_, u64, ValueQuery, DefaultSlot>;

    /// Length of a session, slots.
    #[pallet::storage]
    pub type SessionSlots<T> = StorageValue<_, u64, ValueQuery, DefaultSession>;

    /// The first producers.
    #[pallet::storage]
    pub type Founders<T: Config> = StorageValue<_, BoundedVec<T::AccountId, ConstU32<MAX_PRODUCERS>>, ValueQuery>;

    /// 12 seconds.
    #[pallet::type_value]
    pub fn DefaultSlot() -> u64 {
        12_000
    }

    /// 300 slots, an hour at 12 s.
    #[pallet::type_value]
    pub fn DefaultSession() -> u64 {
        300
    }

    /// Starting state.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Length of a slot, milliseconds; 0 is the default of 12 000.
        pub slot_millis: u64,
        /// Length of a session, slots; 0 is the default of 300.
        pub session_slots: u64,
        /// The first producers, whose keys are in the session pallet's genesis.
        pub founders: Vec<T::AccountId>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if self.slot_millis > 0 {
                assert!((200..=600_000).contains(&self.slot_millis), "a slot lasts 200 ms to 600 s");
                SlotMillis::<T>::put(self.slot_millis);
            }
            if self.session_slots > 0 {
                assert!((10..=50_400).contains(&self.session_slots), "a session lasts 10 to 50 400 slots");
                SessionSlots::<T>::put(self.session_slots);
            }
            let founders = self.founders.clone().try_into().expect("at most 64 founders");
            Founders::<T>::put::<BoundedVec<_, _>>(founders);
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<frame_system::pallet_prelude::BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: frame_system::pallet_prelude::BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            ensure!(!Founders::<T>::get().is_empty(), "there is no founder");
            Ok(())
        }
    }
}
