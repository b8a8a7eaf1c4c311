//! Weights: what a validator thinks of the neurons of a subnet.
//!
//! # Overview
//!
//! A neuron with a permit sets a **row** of weights on others; without one it can only name itself. The epoch turns the
//! rows of all validators into consensus. Where a subnet asks for **commit–reveal**, which is the default, a validator
//! commits the hash of its row in one interval and reveals the row in the next, so that reading the chain teaches a
//! copier only what is already old. Where it doesn't, rows are set openly, once in `weights_rate_limit` blocks; reveals
//! keep that limit too.
//!
//! # Terms
//!
//! - **Weight**: a number from 0 to 65535 on a neuron, named by its [`NeuronId`](ganglion_primitives::NeuronId), not by its
//!   seat: whoever gets the seat later gets nothing of it. Only proportions count; a row is stored scaled to a largest
//!   weight of 65535.
//! - **Permit**: the right to weigh others, given by the last epoch to the neurons with most stake.
//! - **Commitment**: a [hash](commit_hash) of a row to come. It is the neuron's, and survives a swap of its hotkey.
//!
//! # Bounds
//!
//! Setting, committing and revealing are feeless for registered neurons and happen at most once a block, once an interval
//! and once a commitment. A limit that says "later" says how many blocks later ([`RetryIn`](ganglion_primitives::RetryIn)).
//! Checking a row reads the subnet's seats once, however many neurons it names.
//!
//! There is nothing to configure at genesis: nobody has set weights yet, and a subnet's numbers are its hyperparameters.
//!
//! # Invariants
//!
//! - Rows and commitments belong to neurons that exist, and go with them.
//! - A row names no neuron twice and none that never was; its largest weight is 65535. Neurons it names may be gone.
//! - A commitment's window isn't empty.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

// The benchmarks' tests use the ledger of `tests/rules`, which knows this crate by its name.
#[cfg(all(test, feature = "runtime-benchmarks"))]
extern crate self as ganglion_pallet_weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod check;
mod commit;
mod invariants;
mod store;
mod weights;

pub use commit::{commit_hash, Commitment};
pub use pallet::*;
pub use store::{Opinion, Row};
pub use weights::WeightInfo;

/// Knows who may set weights on others.
pub trait Permits {
    /// Whether the last epoch gave this neuron a permit.
    fn has_permit(
        netuid: ganglion_primitives::NetUid,
        uid: ganglion_primitives::Uid,
        id: ganglion_primitives::NeuronId,
    ) -> bool;

    /// Gives the neuron a permit, as an epoch does.
    #[cfg(feature = "runtime-benchmarks")]
    fn grant(netuid: ganglion_primitives::NetUid, uid: ganglion_primitives::Uid, id: ganglion_primitives::NeuronId);
}

#[frame_support::pallet]
pub mod pallet {
    use crate::{Commitment, Opinion, Permits, WeightInfo};
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{Hash, NetUid, NeuronId, RetryIn};

    pub use crate::store::Row;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_neurons::Config {
        /// Who may set weights on others.
        type Permits: Permits;
        /// What calls weigh.
        type WeightInfo: WeightInfo;
    }

    /// A neuron's weights, and since when: netuid, id → row. One row for both, because an epoch reads both, of all who
    /// ever set weights.
    #[pallet::storage]
    pub type Weights<T: Config> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, NeuronId, Opinion<BlockNumberFor<T>>>;

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
        /// Weights were set not long ago: wait that many blocks.
        TooSoon(RetryIn),
        /// Without a permit only weight on oneself is taken: permits go to the neurons with most stake each epoch.
        NoPermit,
        /// A neuron is named twice: give each one weight.
        DuplicateNeuron,
        /// A neuron is named that isn't in the subnet: read the metagraph again.
        UnknownNeuron,
        /// There are fewer weights than `min_allowed_weights`: judge more neurons.
        TooFewWeights,
        /// One weight exceeds `max_weight_limit`: spread them more evenly.
        WeightTooLarge,
        /// There are more weights than the subnet has neurons: read the metagraph again.
        TooManyWeights,
        /// Every weight is zero: give at least one neuron some.
        AllZero,
        /// There is a commitment of this interval already: wait that many blocks for the next.
        AlreadyCommitted(RetryIn),
        /// Nothing was committed: commit before you reveal.
        NothingCommitted,
        /// The reveal is early: wait that many blocks.
        RevealTooEarly(RetryIn),
        /// The reveal is late; the commitment is void: commit again.
        RevealTooLate,
        /// The revealed weights are not the ones that were committed: reveal those, with their salt and version key.
        HashMismatch,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the signing neuron's weights. Feeless.
        #[pallet::call_index(0)]
        #[pallet::weight((
            <T as Config>::WeightInfo::set_weights(weights.len() as u32), DispatchClass::Normal, Pays::No
        ))]
        pub fn set_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            weights: Vec<(NeuronId, u16)>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::set(netuid, &hotkey, &weights, version_key)
        }

        /// Commits to weights by their hash (see [`commit_hash`](crate::commit_hash)). Feeless.
        #[pallet::call_index(1)]
        #[pallet::weight((<T as Config>::WeightInfo::commit_weights(), DispatchClass::Normal, Pays::No))]
        pub fn commit_weights(origin: OriginFor<T>, netuid: NetUid, hash: Hash) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::commit(netuid, hotkey, hash)
        }

        /// Reveals committed weights and sets them; the commitment is gone afterwards. Feeless.
        #[pallet::call_index(2)]
        #[pallet::weight((
            <T as Config>::WeightInfo::reveal_weights(weights.len() as u32), DispatchClass::Normal, Pays::No
        ))]
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
