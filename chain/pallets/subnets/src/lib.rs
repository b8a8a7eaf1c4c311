//! Subnets and their hyperparameters.
//!
//! A **subnet** is one market with its own incentive mechanism, named by its **netuid**. Its rules' numbers are the
//! **hyperparameters**: one struct per subnet, each field bounded by itself. The subnet's owner, or governance (root),
//! changes them with a partial struct; whoever owns no key owns nothing, and governance keeps the genesis subnets.
//!
//! Not here yet, and refused because no call exists: creating, dissolving and describing subnets after genesis.
//!
//! # Invariants
//! - Every subnet has hyperparameters and every hyperparameter row has a subnet.
//! - Every row is within the bounds of [`Hyperparameters::check`].

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod hyperparameters;

pub use hyperparameters::{HyperparameterUpdate, Hyperparameters, OutOfBounds, MAX_NEURONS};
pub use pallet::*;

#[frame_support::pallet]
pub mod pallet {
    use crate::{HyperparameterUpdate, Hyperparameters};
    use alloc::{boxed::Box, string::String, vec::Vec};
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::NetUid;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Longest name of a subnet, bytes.
        #[pallet::constant]
        type MaxNameLength: Get<u32>;
    }

    /// What identifies a subnet.
    #[derive(
        Encode,
        Decode,
        DecodeWithMemTracking,
        MaxEncodedLen,
        TypeInfo,
        CloneNoBound,
        PartialEqNoBound,
        EqNoBound,
        DebugNoBound,
    )]
    #[scale_info(skip_type_params(T))]
    pub struct Subnet<T: Config> {
        /// UTF-8.
        pub name: BoundedVec<u8, T::MaxNameLength>,
        /// Who sets the hyperparameters; `None` is governance.
        pub owner: Option<T::AccountId>,
        /// When it came to be.
        pub created_at: BlockNumberFor<T>,
    }

    /// The subnets.
    #[pallet::storage]
    pub type Subnets<T: Config> = CountedStorageMap<_, Twox64Concat, NetUid, Subnet<T>>;

    /// The numbers in a subnet's rules.
    #[pallet::storage]
    pub type Parameters<T: Config> = StorageMap<_, Twox64Concat, NetUid, Hyperparameters, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Hyperparameters were changed.
        HyperparametersSet {
            /// Of which subnet.
            netuid: NetUid,
            /// All of them, as they are now.
            hyperparameters: Hyperparameters,
        },
    }

    /// Why a call was declined.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no subnet with this number.
        UnknownSubnet,
        /// Only the subnet's owner or governance may do this.
        NotOwner,
        /// A hyperparameter is outside its bounds, which the metadata's documentation of the struct gives.
        OutOfBounds,
    }

    /// The subnets that exist from block 0, owned by governance.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Number, name and hyperparameters of each.
        pub subnets: Vec<(NetUid, String, Hyperparameters)>,
        /// Marks the type parameter as used.
        #[serde(skip)]
        pub marker: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (netuid, name, hyperparameters) in &self.subnets {
                hyperparameters.check().expect("genesis hyperparameters are within bounds");
                let name = name.as_bytes().to_vec().try_into().expect("genesis name fits");
                Subnets::<T>::insert(netuid, Subnet { name, owner: None, created_at: Default::default() });
                Parameters::<T>::insert(netuid, hyperparameters);
            }
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Changes the hyperparameters that `update` names.
        #[pallet::call_index(0)]
        #[pallet::weight(T::DbWeight::get().reads_writes(2, 1))]
        pub fn set_hyperparameters(
            origin: OriginFor<T>,
            netuid: NetUid,
            update: Box<HyperparameterUpdate>,
        ) -> DispatchResult {
            let signer = ensure_signed_or_root(origin)?;
            let subnet = Subnets::<T>::get(netuid).ok_or(Error::<T>::UnknownSubnet)?;
            ensure!(signer.is_none() || signer == subnet.owner, Error::<T>::NotOwner);
            let hyperparameters = update.apply(Parameters::<T>::get(netuid));
            hyperparameters.check().map_err(|_| Error::<T>::OutOfBounds)?;
            Parameters::<T>::insert(netuid, &hyperparameters);
            Self::deposit_event(Event::HyperparametersSet { netuid, hyperparameters });
            Ok(())
        }
    }

    impl<T: Config> Pallet<T> {
        /// All subnets' numbers, ascending.
        pub fn netuids() -> Vec<NetUid> {
            let mut all: Vec<_> = Subnets::<T>::iter_keys().collect();
            all.sort_unstable();
            all
        }

        /// A subnet's hyperparameters.
        ///
        /// # Errors
        /// [`Error::UnknownSubnet`].
        pub fn hyperparameters(netuid: NetUid) -> Result<Hyperparameters, Error<T>> {
            Parameters::<T>::try_get(netuid).map_err(|()| Error::UnknownSubnet)
        }
    }
}
