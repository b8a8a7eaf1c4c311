//! UIDs: who has a seat in a subnet, how it was won, and where it listens.
//!
//! A **neuron** is a hotkey with a seat (**uid**) in a subnet. A seat is won by **work** (a seal, feeless and without
//! any balance) or by **burn** (TAO, recycled); both prices follow demand. When all seats are taken, a newcomer
//! replaces the neuron with the lowest pruning score that is past its **immunity**.
//!
//! A neuron's [`NeuronId`](ganglion_primitives::NeuronId) is never reused. Weights, bonds, endpoints and commitments
//! are bound to it, so that whoever gets a used seat inherits nothing.
//!
//! # Invariants
//! - `Seats`, `Uids` and `SeatOf` describe the same neurons; uids are `0..Count`.
//! - A hotkey with a seat has an owner and an account reference, so that it can sign without a balance.
//! - No subnet has more neurons than `max_neurons` said when the last one joined.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod endpoints;
mod invariants;
mod prices;
mod pruning;
mod register;
mod seats;
mod unsigned;

pub use pallet::*;
pub use prices::Prices;
pub use pruning::{NeuronScores, OnNeuronRemoved};
pub use seats::Seat;

#[frame_support::pallet]
pub mod pallet {
    use crate::{NeuronScores, OnNeuronRemoved, Prices, Seat};
    use frame_support::{pallet_prelude::*, weights::Weight};
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{Endpoint, NetUid, NeuronId, Rao, Uid};

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId = ganglion_primitives::AccountId>
        + pallet_subnets::Config
        + pallet_staking::Config
    {
        /// Who knows what neurons are worth, for pruning.
        type Scores: NeuronScores;
        /// Who keeps something under a neuron's id.
        type OnNeuronRemoved: OnNeuronRemoved;
        /// Who counts destroyed TAO.
        type OnRecycled: frame_support::traits::OnUnbalanced<
            frame_support::traits::fungible::Credit<Self::AccountId, Self::NeuronCurrency>,
        >;
        /// The one ledger of TAO.
        type NeuronCurrency: frame_support::traits::fungible::Balanced<Self::AccountId, Balance = Rao>;
        /// How many blocks after the one it is bound to a seal is taken.
        #[pallet::constant]
        type SealLifetime: Get<BlockNumberFor<Self>>;
    }

    /// The id of the next neuron.
    #[pallet::storage]
    pub type NextId<T> = StorageValue<_, NeuronId, ValueQuery>;

    /// Seats taken in a subnet.
    #[pallet::storage]
    pub type Count<T> = StorageMap<_, Twox64Concat, NetUid, u16, ValueQuery>;

    /// Who sits where: netuid, uid → neuron.
    #[pallet::storage]
    pub type Seats<T: Config> = StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, Uid, Seat<BlockNumberFor<T>>>;

    /// A hotkey's seat: netuid, hotkey → uid.
    #[pallet::storage]
    pub type Uids<T: Config> = StorageDoubleMap<_, Twox64Concat, NetUid, Blake2_128Concat, T::AccountId, Uid>;

    /// A neuron's seat.
    #[pallet::storage]
    pub type SeatOf<T> = StorageMap<_, Twox64Concat, NeuronId, (NetUid, Uid)>;

    /// Where a neuron listens, and since when: netuid, id → endpoint.
    #[pallet::storage]
    pub type Endpoints<T: Config> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, NeuronId, (Endpoint, BlockNumberFor<T>)>;

    /// What joining costs now.
    #[pallet::storage]
    pub type JoiningPrices<T: Config> = StorageMap<_, Twox64Concat, NetUid, Prices>;

    /// Seals taken within their lifetime; each works once.
    #[pallet::storage]
    pub type UsedSeals<T: Config> =
        StorageMap<_, Twox64Concat, NetUid, BoundedVec<(BlockNumberFor<T>, [u8; 32]), ConstU32<1024>>, ValueQuery>;

    /// Hash of block 0, part of every seal's preimage. Kept because the ledger forgets old hashes.
    #[pallet::storage]
    pub type GenesisHash<T: Config> = StorageValue<_, T::Hash>;

    /// Whether loopback and private addresses can be announced (local networks).
    #[pallet::storage]
    pub type PrivateEndpoints<T> = StorageValue<_, bool, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A neuron joined.
        NeuronRegistered {
            /// The subnet.
            netuid: NetUid,
            /// Its seat.
            uid: Uid,
            /// Its identity.
            id: NeuronId,
            /// Its hotkey.
            hotkey: T::AccountId,
            /// What it paid, RAO; zero if it worked.
            burned: Rao,
        },
        /// A neuron lost its seat to a newcomer.
        NeuronPruned {
            /// The subnet.
            netuid: NetUid,
            /// The seat.
            uid: Uid,
            /// Who lost it.
            id: NeuronId,
            /// Its hotkey.
            hotkey: T::AccountId,
        },
        /// A neuron announced where it listens.
        AxonServed {
            /// The subnet.
            netuid: NetUid,
            /// The neuron.
            id: NeuronId,
            /// Where.
            endpoint: Endpoint,
        },
    }

    /// Why a call was declined.
    #[pallet::error]
    pub enum Error<T> {
        /// The subnet takes no new neurons.
        RegistrationClosed,
        /// The hotkey already has a seat in this subnet.
        AlreadyRegistered,
        /// The hotkey has no seat in this subnet: register it first.
        NotRegistered,
        /// As many neurons joined in this block as may: try in the next.
        TooManyRegistrationsThisBlock,
        /// Three times the target joined in this interval: try in the next.
        TooManyRegistrationsThisInterval,
        /// The seal's block is in the future, too old, or unknown: solve for a recent block.
        SealBlockOutOfRange,
        /// The seal doesn't meet the difficulty: solve again with the current one.
        SealTooWeak,
        /// The seal was used before.
        SealUsed,
        /// The balance doesn't cover the burn: see `registration` for the price, or register by work.
        CannotPayBurn,
        /// The address can't be reached by others: announce a public one.
        AddressUnreachable,
        /// `ip_type` must be 4 or 6 and fit the address.
        InvalidIpType,
        /// The port must not be 0.
        InvalidPort,
        /// The endpoint was announced not long ago: wait for `serving_rate_limit` blocks.
        ServingTooFast,
        /// Every seat is taken by a neuron that can't be replaced.
        NoSeat,
    }

    /// Starting state.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// See [`PrivateEndpoints`].
        pub private_endpoints: bool,
        /// Marks the type parameter as used.
        #[serde(skip)]
        pub marker: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            PrivateEndpoints::<T>::put(self.private_endpoints);
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Joins a subnet by work: `nonce` makes a seal over the hash of block `block_number`, both keys and the
        /// subnet. Unsigned, feeless, checked by the pool.
        #[pallet::call_index(0)]
        #[pallet::weight((Pallet::<T>::registration_weight(), DispatchClass::Normal, Pays::No))]
        pub fn register(
            origin: OriginFor<T>,
            netuid: NetUid,
            block_number: BlockNumberFor<T>,
            nonce: u64,
            hotkey: T::AccountId,
            coldkey: T::AccountId,
        ) -> DispatchResult {
            ensure_none(origin)?;
            Self::register_by_work(netuid, block_number, nonce, hotkey, coldkey)
        }

        /// Joins a subnet by recycling the current burn from the signing coldkey.
        #[pallet::call_index(1)]
        #[pallet::weight(Pallet::<T>::registration_weight())]
        pub fn burned_register(origin: OriginFor<T>, netuid: NetUid, hotkey: T::AccountId) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::register_by_burn(netuid, hotkey, coldkey)
        }

        /// Announces where the signing hotkey's axon listens.
        #[pallet::call_index(2)]
        #[pallet::weight((T::DbWeight::get().reads_writes(5, 1), DispatchClass::Normal, Pays::No))]
        pub fn serve_axon(origin: OriginFor<T>, netuid: NetUid, endpoint: Endpoint) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::announce(netuid, &hotkey, endpoint)
        }
    }

    // The successor of this trait needs extension-version-5 transactions, which no client library sends yet by default.
    #[pallet::validate_unsigned]
    #[allow(deprecated)]
    impl<T: Config> ValidateUnsigned for Pallet<T> {
        type Call = Call<T>;

        fn validate_unsigned(_: TransactionSource, call: &Self::Call) -> TransactionValidity {
            Self::validate_work(call)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            Self::remember_genesis(now);
            Self::adjust_prices(now)
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(Into::into)
        }
    }
}
