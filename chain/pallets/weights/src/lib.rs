//! Weights: what a validator thinks of the neurons of a subnet.
//!
//! A weight names a neuron by its [`NeuronId`](ganglion_primitives::NeuronId), not by its seat: whoever gets the seat
//! later gets nothing of it. Where a subnet asks for **commit–reveal**, a validator commits the hash of its weights in
//! one interval and reveals them in the next, so that reading the chain teaches a copier only what is already old.
//!
//! # Invariants
//! - Every row belongs to a neuron that exists, and has a last update.
//! - No row is longer than a subnet has seats.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod check;
mod commit;
mod invariants;
mod store;

pub use commit::{commit_hash, Commitment};
pub use pallet::*;

/// Knows who may set weights on others.
pub trait Permits {
    /// Whether the last epoch gave this neuron a permit.
    fn has_permit(
        netuid: ganglion_primitives::NetUid,
        uid: ganglion_primitives::Uid,
        id: ganglion_primitives::NeuronId,
    ) -> bool;
}

#[frame_support::pallet]
pub mod pallet {
    use crate::{Commitment, Permits};
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{Hash, NetUid, NeuronId};

    /// One row: which neuron, how much.
    pub type Row = BoundedVec<(NeuronId, u16), ConstU32<{ pallet_subnets::MAX_NEURONS as u32 }>>;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_neurons::Config {
        /// Who may set weights on others.
        type Permits: Permits;
    }

    /// A neuron's weights: netuid, id → row, its largest value 65535.
    #[pallet::storage]
    pub type Weights<T> = StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, NeuronId, Row, ValueQuery>;

    /// When a neuron last set weights: netuid, id → block.
    #[pallet::storage]
    pub type LastUpdate<T: Config> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, NeuronId, BlockNumberFor<T>>;

    /// Weights that are committed but not revealed: netuid, id → commitment.
    #[pallet::storage]
    pub type Commitments<T: Config> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, NeuronId, Commitment<BlockNumberFor<T>>>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A neuron set weights.
        WeightsSet {
            /// The subnet.
            netuid: NetUid,
            /// Who.
            id: NeuronId,
        },
        /// A neuron committed to weights.
        WeightsCommitted {
            /// The subnet.
            netuid: NetUid,
            /// Who.
            id: NeuronId,
            /// To what.
            hash: Hash,
            /// First block that takes the reveal.
            reveal_from: BlockNumberFor<T>,
            /// First block that no longer does.
            reveal_until: BlockNumberFor<T>,
        },
    }

    /// Why a call was declined.
    #[pallet::error]
    pub enum Error<T> {
        /// This subnet takes committed weights only: commit, then reveal.
        CommitRevealOn,
        /// This subnet takes weights directly: set them.
        CommitRevealOff,
        /// The version key is older than the subnet demands: update the validator.
        VersionTooOld,
        /// Weights were set not long ago: the earliest block is last update plus `weights_rate_limit`.
        TooSoon,
        /// Without a permit only weight on oneself is taken: permits go to the neurons with most stake each epoch.
        NoPermit,
        /// A neuron is named twice.
        DuplicateNeuron,
        /// A neuron is named that isn't in the subnet.
        UnknownNeuron,
        /// There are fewer weights than `min_allowed_weights`.
        TooFewWeights,
        /// One weight exceeds `max_weight_limit`.
        WeightTooLarge,
        /// There are more weights than the subnet has neurons.
        TooManyWeights,
        /// Every weight is zero.
        AllZero,
        /// There is a commitment of this interval already: one each.
        AlreadyCommitted,
        /// Nothing was committed.
        NothingCommitted,
        /// The reveal is early: it is taken in the interval after the commit.
        RevealTooEarly,
        /// The reveal is late; the commitment is void: commit again.
        RevealTooLate,
        /// The revealed weights are not the ones that were committed.
        HashMismatch,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the signing neuron's weights.
        #[pallet::call_index(0)]
        #[pallet::weight((Pallet::<T>::setting_weight(weights.len()), DispatchClass::Normal, Pays::No))]
        pub fn set_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            weights: Vec<(NeuronId, u16)>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            let hyperparameters = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?;
            ensure!(!hyperparameters.commit_reveal, Error::<T>::CommitRevealOn);
            Self::set(netuid, &hotkey, weights, version_key)
        }

        /// Commits to weights by their hash (see [`commit_hash`](crate::commit_hash)).
        #[pallet::call_index(1)]
        #[pallet::weight((T::DbWeight::get().reads_writes(5, 1), DispatchClass::Normal, Pays::No))]
        pub fn commit_weights(origin: OriginFor<T>, netuid: NetUid, hash: Hash) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::commit(netuid, &hotkey, hash)
        }

        /// Reveals committed weights and sets them; the commitment is gone afterwards.
        #[pallet::call_index(2)]
        #[pallet::weight((Pallet::<T>::setting_weight(weights.len()), DispatchClass::Normal, Pays::No))]
        pub fn reveal_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            weights: Vec<(NeuronId, u16)>,
            salt: [u8; 16],
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::reveal(netuid, &hotkey, weights, salt, version_key)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(Into::into)
        }
    }
}
