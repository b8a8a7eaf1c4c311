//! Subnets: creation, ownership, hyperparameters, dissolution.
//!
//! # Overview
//! A **subnet** is one market with its own incentive mechanism. Anybody can [`create`](Pallet::create) one by locking
//! TAO. Its owner then sets its rules' numbers and describes it, may hand it over, and gets the lock back when it
//! is dissolved. There is room for 128; when all are taken, a new subnet replaces the weakest.
//!
//! # Terms
//! - **netuid**: a subnet's number, from 1. A new subnet gets the lowest free one. There is no subnet 0.
//! - **owner**: a coldkey, kept by its [id](ganglion_primitives::ColdkeyId), so that a key swap changes nothing here.
//!   A subnet without an owner is **governance**'s; such are those of genesis. No newcomer replaces them: that takes a
//!   decision of governance.
//! - **hyperparameters**: the numbers in a subnet's rules, [one struct](Hyperparameters) per subnet, each field bounded
//!   by itself. A partial struct changes them. Some the owner may set; the others, which decide what the subnet costs
//!   the chain and what the owner takes from others, only governance (**root**; [`Setter`]).
//! - **lock**: the TAO behind a subnet. Its price doubles with each creation, falls by the last lock in each
//!   `lock_reduction_interval`, and never below `min_lock` ([`CreationTerms`]).
//! - **immunity**: a new subnet can't be replaced for `immunity_period` blocks.
//! - **weakest**: of the owned subnets past their immunity, the one with the least emission; among equals the one with the
//!   smallest lock, so that a place held for nothing goes first where it was cheapest; then the oldest.
//! - **dissolving**: a subnet that is gone, while the other pallets still keep rows under its number. They are removed over
//!   several blocks, in what room blocks have left ([`OnSubnetRemoved`]). Until then nobody gets the number, so that
//!   no subnet inherits anything from another.
//!
//! # Invariants
//! - [`Netuids`] is strictly ascending and names exactly the subnets that have a row and hyperparameters.
//! - Every row is within the bounds of [`Hyperparameters::check`], and the terms within those of
//!   [`CreationTerms::is_valid`].
//! - No number is both a subnet's and dissolving. Nothing here outlives its subnet.
//! - The pot holds at least the sum of all locks: exactly that, if nobody sends it TAO as a gift. A subnet without
//!   an owner has no lock, and every owner has an account.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;
// The benchmarks are tested on the ledger of `tests/rules`, which names the crate as any user does.
#[cfg(all(test, feature = "runtime-benchmarks"))]
extern crate self as ganglion_pallet_subnets;

mod authority;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod create;
mod dissolve;
mod identity;
mod invariants;
mod lock;
mod read;
mod terms;
mod weights;

pub use create::SubnetValue;
pub use dissolve::{OnSubnetRemoved, CLEAR_LIMIT};
pub use ganglion_primitives::{
    Hyperparameter, HyperparameterUpdate, Hyperparameters, OutOfBounds, Setter, MAX_NEURONS,
};
pub use identity::{Line, Paragraph, SubnetIdentity};
pub use pallet::*;
pub use terms::{CreationTerms, MAX_SUBNETS};
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use crate::{
        CreationTerms, Hyperparameter, HyperparameterUpdate, Hyperparameters, SubnetIdentity, WeightInfo, MAX_SUBNETS,
    };
    use alloc::{boxed::Box, string::String, vec::Vec};
    use frame_support::{pallet_prelude::*, traits::Contains, PalletId};
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{ColdkeyId, NetUid, Rao, RetryIn};

    /// A list of subnets.
    pub type NetuidList = BoundedVec<NetUid, ConstU32<{ MAX_SUBNETS as u32 }>>;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_staking::Config {
        /// Governance over parameters, root included: any subnet's hyperparameters, and the terms of creation.
        type ParametersOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Governance over subnets, root included: creates its own, and has the owner's say over every one.
        type SubnetsOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Names the account that holds all locks.
        #[pallet::constant]
        type LockPotId: Get<PalletId>;
        /// Longest name of a subnet, bytes.
        #[pallet::constant]
        type MaxNameLength: Get<u32>;
        /// Who knows what subnets are worth.
        type SubnetValue: crate::SubnetValue;
        /// Coldkeys whose swap is announced: they can't give subnets away or end them, so that a stolen key gains nothing
        /// while its owner waits out the delay.
        type Leaving: Contains<Self::AccountId>;
        /// Who keeps something under subnets' numbers.
        type OnSubnetRemoved: crate::OnSubnetRemoved;
        /// What the calls weigh.
        type WeightInfo: WeightInfo;
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
        pub owner: Option<ColdkeyId>,
        /// When it came to be.
        pub created_at: BlockNumberFor<T>,
        /// RAO that the owner gets back.
        pub lock: Rao,
    }

    /// The subnets' numbers, ascending.
    #[pallet::storage]
    pub type Netuids<T> = StorageValue<_, NetuidList, ValueQuery>;

    /// The subnets.
    #[pallet::storage]
    pub type Subnets<T: Config> = StorageMap<_, Twox64Concat, NetUid, Subnet<T>>;

    /// The numbers in a subnet's rules.
    #[pallet::storage]
    pub type Parameters<T: Config> = StorageMap<_, Twox64Concat, NetUid, Hyperparameters, ValueQuery>;

    /// How subnets present themselves.
    #[pallet::storage]
    pub type Identities<T> = StorageMap<_, Twox64Concat, NetUid, SubnetIdentity>;

    /// Numbers of dissolved subnets that other pallets still keep rows under, the oldest first.
    #[pallet::storage]
    pub type Dissolving<T> = StorageValue<_, NetuidList, ValueQuery>;

    /// The terms on which anybody can create a subnet.
    #[pallet::storage]
    pub type Terms<T> = StorageValue<_, CreationTerms, ValueQuery>;

    /// When the last subnet was created, and what was locked for it, RAO.
    #[pallet::storage]
    pub type LastCreation<T: Config> = StorageValue<_, (BlockNumberFor<T>, Rao)>;

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
        /// A subnet was created.
        SubnetCreated {
            /// Its number.
            netuid: NetUid,
            /// Its owner's coldkey; `None` is governance.
            owner: Option<T::AccountId>,
            /// Its name, UTF-8.
            name: BoundedVec<u8, T::MaxNameLength>,
            /// What was locked for it, RAO.
            lock: Rao,
        },
        /// A subnet is no more: its owner or governance ended it, or a new one took its place.
        SubnetDissolved {
            /// Its number.
            netuid: NetUid,
            /// Its owner's coldkey; `None` if it was governance's.
            owner: Option<T::AccountId>,
            /// What the owner got back, RAO.
            refund: Rao,
        },
        /// Nothing is left of a dissolved subnet: its number is free.
        SubnetCleared {
            /// The number.
            netuid: NetUid,
        },
        /// A subnet presents itself anew.
        IdentitySet {
            /// Which.
            netuid: NetUid,
        },
        /// A subnet and its lock have another owner.
        OwnershipTransferred {
            /// Which.
            netuid: NetUid,
            /// Whose it was; `None` is governance.
            from: Option<T::AccountId>,
            /// Whose it is.
            to: T::AccountId,
        },
        /// Governance changed what it takes to create a subnet.
        TermsSet {
            /// As they are now.
            terms: CreationTerms,
        },
    }

    /// Why a call was declined.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no subnet with this number: list those there are.
        UnknownSubnet,
        /// Only the subnet's owner or governance may do this: sign with the coldkey that owns it.
        NotOwner,
        /// The named hyperparameter is outside its bounds: the documentation of the struct gives them.
        OutOfBounds(Hyperparameter),
        /// Only governance may set the named hyperparameter: leave it out, or propose a referendum.
        RootOnly(Hyperparameter),
        /// A name is empty, or a text isn't UTF-8 or has control characters: write it in plain characters.
        InvalidText,
        /// Somebody created a subnet not long ago: try again in so many blocks.
        CreatedTooSoon(RetryIn),
        /// All places are taken by subnets in their immunity: the first loses it in so many blocks.
        AllImmune(RetryIn),
        /// All places are taken by subnets that only governance can dissolve: propose a referendum.
        NoRoom,
        /// The balance doesn't cover the lock: see its price, which falls with every block.
        CannotPayLock,
        /// The subnet's owner has no account to which the lock could go: this is a defect, report it.
        OwnerUnknown,
        /// Too many dissolved subnets are being cleaned up: try again in some blocks.
        CleaningUp,
        /// The terms of creation are outside their bounds: the documentation of the struct gives them.
        InvalidTerms,
        /// The new owner isn't a coldkey yet: it must stake or register a neuron once first.
        NoColdkey,
        /// A swap of the signing coldkey is announced: wait until it is done.
        SwapAnnounced,
    }

    /// The subnets that exist from block 0, owned by governance.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Number, name and hyperparameters of each.
        pub subnets: Vec<(NetUid, String, Hyperparameters)>,
        /// On what terms anybody can create others.
        pub terms: CreationTerms,
        /// Marks the type parameter as used.
        #[serde(skip)]
        pub marker: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(self.terms.is_valid(), "genesis terms are within bounds");
            Terms::<T>::put(&self.terms);
            assert!(
                self.subnets.len() <= usize::from(self.terms.max_subnets),
                "genesis has {} subnets where its terms allow {}",
                self.subnets.len(),
                self.terms.max_subnets
            );
            for (netuid, name, hyperparameters) in &self.subnets {
                assert!(
                    netuid.0 > 0 && !Subnets::<T>::contains_key(netuid),
                    "genesis subnets have numbers of their own"
                );
                hyperparameters.check().expect("genesis hyperparameters are within bounds");
                let named = !name.is_empty() && crate::identity::is_text(name.as_bytes(), false);
                assert!(named, "genesis subnet {netuid} needs a name without control characters");
                let name = name.as_bytes().to_vec().try_into().expect("genesis name fits");
                let subnet = Subnet { name, owner: None, created_at: Default::default(), lock: 0 };
                Pallet::<T>::insert(*netuid, subnet, hyperparameters.clone())
                    .unwrap_or_else(|_| panic!("there is room for the genesis subnets"));
            }
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Changes the hyperparameters that `update` names, as the subnet's owner or as governance.
        ///
        /// # Errors
        /// [`Error::UnknownSubnet`], [`Error::NotOwner`], [`Error::RootOnly`], [`Error::OutOfBounds`].
        #[pallet::call_index(0)]
        #[pallet::weight(<T as Config>::WeightInfo::set_hyperparameters())]
        pub fn set_hyperparameters(
            origin: OriginFor<T>,
            netuid: NetUid,
            update: Box<HyperparameterUpdate>,
        ) -> DispatchResult {
            let setter = Self::ensure_owner_or::<T::ParametersOrigin>(origin, netuid)?;
            Self::change_hyperparameters(netuid, setter, *update)
        }

        /// Creates a subnet named `name` (UTF-8), owned by the signing coldkey, for a lock of [`Pallet::lock_price`] RAO;
        /// or as governance, which owns it then, without lock and at any time. When all places are taken, it replaces
        /// the [weakest](Pallet::weakest) subnet.
        ///
        /// # Errors
        /// [`Error::InvalidText`], [`Error::CreatedTooSoon`], [`Error::AllImmune`], [`Error::NoRoom`],
        /// [`Error::CannotPayLock`], [`Error::CleaningUp`].
        #[pallet::call_index(1)]
        #[pallet::weight(<T as Config>::WeightInfo::create())]
        pub fn create(origin: OriginFor<T>, name: BoundedVec<u8, T::MaxNameLength>) -> DispatchResult {
            let creator = match T::SubnetsOrigin::try_origin(origin) {
                Ok(_) => None,
                Err(origin) => Some(ensure_signed(origin)?),
            };
            Self::found(creator, name)
        }

        /// Ends a subnet, as its owner or as governance. The owner gets the lock back. Its neurons lose their seats; their
        /// stake is untouched.
        ///
        /// # Errors
        /// [`Error::UnknownSubnet`], [`Error::NotOwner`], [`Error::SwapAnnounced`], [`Error::CleaningUp`].
        #[pallet::call_index(2)]
        #[pallet::weight(<T as Config>::WeightInfo::dissolve())]
        pub fn dissolve(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            Self::ensure_may_give_away(origin, netuid)?;
            Self::remove(netuid)
        }

        /// Describes a subnet, as its owner or as governance. It replaces the whole identity; an empty one removes it.
        ///
        /// # Errors
        /// [`Error::UnknownSubnet`], [`Error::NotOwner`], [`Error::InvalidText`].
        #[pallet::call_index(3)]
        #[pallet::weight(<T as Config>::WeightInfo::set_identity())]
        pub fn set_identity(origin: OriginFor<T>, netuid: NetUid, identity: Box<SubnetIdentity>) -> DispatchResult {
            Self::ensure_owner_or_root(origin, netuid)?;
            Self::describe(netuid, *identity)
        }

        /// Gives a subnet and its lock to the coldkey `to`, as its owner or as governance. What governance gives away is in
        /// its immunity from then on, as a new subnet is.
        ///
        /// # Errors
        /// [`Error::UnknownSubnet`], [`Error::NotOwner`], [`Error::SwapAnnounced`], [`Error::NoColdkey`].
        #[pallet::call_index(4)]
        #[pallet::weight(<T as Config>::WeightInfo::transfer_ownership())]
        pub fn transfer_ownership(origin: OriginFor<T>, netuid: NetUid, to: T::AccountId) -> DispatchResult {
            Self::ensure_may_give_away(origin, netuid)?;
            Self::hand_over(netuid, &to)
        }

        /// Changes what it takes to create a subnet, as governance.
        ///
        /// # Errors
        /// `BadOrigin`, [`Error::InvalidTerms`].
        #[pallet::call_index(5)]
        #[pallet::weight(<T as Config>::WeightInfo::set_terms())]
        pub fn set_terms(origin: OriginFor<T>, terms: CreationTerms) -> DispatchResult {
            T::ParametersOrigin::ensure_origin(origin)?;
            ensure!(terms.is_valid(), Error::<T>::InvalidTerms);
            Terms::<T>::put(&terms);
            Self::deposit_event(Event::TermsSet { terms });
            Ok(())
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            Self::clear_dissolved(remaining)
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(Into::into)
        }
    }
}
