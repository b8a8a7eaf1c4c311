//! Emission: mints each block, splits it among subnets, runs Yuma consensus every tempo and pays.
//!
//! # Overview
//! - **Minting.** Each block mints E(issuance) RAO into this pallet's pot: 1 TAO, halved each time half of what was missing
//!   from 21 000 000 TAO has been issued.
//! - **Split.** It goes to the subnets that have a neuron, as the block producers' [root weights](pallet_validators) say;
//!   equally while there are none. What can't be split is carried to the next block.
//! - **Pending.** There it waits for the subnet's next epoch. It exists from the block that minted it: issuance, and so the
//!   halvings, count it.
//! - **Epoch.** Every tempo + 1 blocks [`ganglion_yuma`] turns weights into pay: half to miners by **incentive**, half to
//!   validators by **dividends**, as stake, after the subnet owner's cut if there is one. What rounding leaves is carried to
//!   the next epoch.
//! - **No consensus.** If the validators agree on nothing, nobody is paid, the owner included. The emission stays pending
//!   for at most [`Config::MaxIdleEpochs`] epochs and is then **recycled**: destroyed, to be minted anew.
//! - **Launch.** While nobody in a subnet has stake (all of it together is less than the least nomination), all its neurons
//!   count the same. The first epoch that pays decides who
//!   has stake from then on. So that nobody takes that epoch alone, an epoch of an unstaked subnet pays nothing until two
//!   tempos after the last newcomer, and newcomers can't put that off beyond six tempos after the first
//!   ([`Pallet::launches_at`]). Emission stays pending until then, is not recycled, and no bonds grow.
//! - **Bonds.** A validator's share in what the miners it backed earn: an average over epochs, so that whoever finds a good
//!   miner early earns from it. Who doesn't judge now has none: it stopped setting weights, lost its permit, or weighs
//!   nobody but itself.
//!
//! # Work
//! An epoch reads the seats (a row for 1 024 of them), one stake row a neuron, and weights and bonds of those with a permit,
//! who are at most [`MAX_PERMITS`]. It writes one stake row for each neuron that is paid, bonds of those with a permit, and
//! one value with everybody's scores. Epochs that come due together queue: a block runs at least one, at most
//! [`Config::MaxEpochsPerBlock`], and no second one beyond [`Config::EpochBudget`].
//!
//! # Invariants
//! - The pot holds at least the subnets' pending plus what no subnet could take yet: exactly that, if nobody sends it TAO as
//!   a gift. Only subnets that exist, or are being cleaned up, have any pending.
//! - Total issuance equals what was emitted (with what genesis endowed) minus what was recycled, and never exceeds
//!   21 000 000 TAO.
//! - Permits and bonds belong to neurons that have, or had at the last epoch, a seat; bonds don't outlive their neuron.
//! - No subnet waits twice in the queue of epochs, or is idle for more than `MaxIdleEpochs`; an outcome names each neuron
//!   once.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

// The benchmarks' tests use the ledger of `tests/rules`, which knows this crate by its name.
#[cfg(all(test, feature = "runtime-benchmarks"))]
extern crate self as ganglion_pallet_emission;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod columns;
mod distribute;
mod epoch;
mod invariants;
mod launch;
mod mint;
mod outcome;
mod recycle;
mod removal;
mod schedule;
pub mod weights;

pub use outcome::NeuronOutcome;
pub use pallet::*;
pub use recycle::Recycle;
pub use weights::WeightInfo;

/// Most validators of a subnet: it bounds an epoch.
pub const MAX_PERMITS: u16 = ganglion_primitives::MAX_VALIDATORS;

#[frame_support::pallet]
pub mod pallet {
    use crate::{NeuronOutcome, WeightInfo, MAX_PERMITS};
    use frame_support::{pallet_prelude::*, weights::Weight, PalletId};
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{NetUid, NeuronId, Rao};
    use pallet_subnets::{MAX_NEURONS, MAX_SUBNETS};

    /// The last outcome of a subnet's neurons, by uid.
    pub type Outcomes = BoundedVec<NeuronOutcome, ConstU32<{ MAX_NEURONS as u32 }>>;
    /// Neurons with a permit, ascending.
    pub type Permits = BoundedVec<NeuronId, ConstU32<{ MAX_PERMITS as u32 }>>;
    /// RAO by subnet.
    pub type Shares = BoundedVec<(NetUid, Rao), ConstU32<{ MAX_SUBNETS as u32 }>>;
    /// A queue of subnets.
    pub type Queue = BoundedVec<NetUid, ConstU32<{ MAX_SUBNETS as u32 }>>;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_weights::Config {
        /// Names the account that holds pending emission.
        #[pallet::constant]
        type EmissionPotId: Get<PalletId>;
        /// Knows how the block producers want emission to be split among subnets.
        type RootVotes: pallet_validators::RootVotes;
        /// Most epochs a block runs; the rest wait for the next.
        #[pallet::constant]
        type MaxEpochsPerBlock: Get<u32>;
        /// How much of a block epochs may take, unless a single one takes more.
        #[pallet::constant]
        type EpochBudget: Get<Weight>;
        /// Epochs without consensus after which a subnet's pending emission is recycled.
        #[pallet::constant]
        type MaxIdleEpochs: Get<u16>;
        /// What hooks weigh.
        type WeightInfo: WeightInfo;
    }

    /// RAO minted since genesis, and endowed by it.
    #[pallet::storage]
    pub type Emitted<T> = StorageValue<_, Rao, ValueQuery>;

    /// RAO destroyed since genesis.
    #[pallet::storage]
    pub type Recycled<T> = StorageValue<_, Rao, ValueQuery>;

    /// RAO that no subnet could take yet: dust of the split, what dissolved subnets left, or there is no neuron anywhere.
    #[pallet::storage]
    pub type Unallocated<T> = StorageValue<_, Rao, ValueQuery>;

    /// RAO waiting for a subnet's epoch.
    #[pallet::storage]
    pub type Pending<T> = StorageMap<_, Twox64Concat, NetUid, Rao, ValueQuery>;

    /// RAO that subnets got from the last block.
    #[pallet::storage]
    pub type LastShares<T> = StorageValue<_, Shares, ValueQuery>;

    /// Epochs in a row that ended without consensus.
    #[pallet::storage]
    pub type IdleEpochs<T> = StorageMap<_, Twox64Concat, NetUid, u16, ValueQuery>;

    /// Block in which the first neuron joined a subnet, as its first epoch with a neuron found it.
    #[pallet::storage]
    pub type FirstJoined<T: Config> = StorageMap<_, Twox64Concat, NetUid, BlockNumberFor<T>>;

    /// Subnets whose epoch is due but had no room in a block yet, first come first served.
    #[pallet::storage]
    pub type DueEpochs<T> = StorageValue<_, Queue, ValueQuery>;

    /// What the last epoch said of a subnet's neurons.
    #[pallet::storage]
    pub type LastOutcome<T> = StorageMap<_, Twox64Concat, NetUid, Outcomes, ValueQuery>;

    /// Who may set weights on others, as of the last epoch. Apart from the outcome because every call that sets weights
    /// reads it.
    #[pallet::storage]
    pub type Permitted<T> = StorageMap<_, Twox64Concat, NetUid, Permits, ValueQuery>;

    /// A neuron's bonds: netuid, id → row.
    #[pallet::storage]
    pub type Bonds<T> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, NeuronId, pallet_weights::Row, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A subnet's epoch paid its neurons.
        EpochPaid {
            /// The subnet.
            netuid: NetUid,
            /// RAO to miners.
            miners: Rao,
            /// RAO to validators.
            validators: Rao,
            /// RAO to the owner.
            owner: Rao,
            /// RAO carried to the next epoch.
            carried: Rao,
        },
        /// A subnet's epoch found no consensus; its emission stays pending.
        NoConsensus {
            /// The subnet.
            netuid: NetUid,
            /// RAO pending.
            pending: Rao,
            /// Epochs in a row.
            idle_epochs: u16,
        },
        /// A subnet's epoch paid nobody because nobody there has stake and others may still be joining.
        Launching {
            /// The subnet.
            netuid: NetUid,
            /// RAO pending.
            pending: Rao,
            /// First block whose epoch pays, if nobody joins and nobody gets stake before.
            until: BlockNumberFor<T>,
        },
        /// TAO was destroyed.
        EmissionRecycled {
            /// RAO.
            amount: Rao,
        },
    }

    /// Checks what the other pallets endowed at block 0, and counts it as emitted.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Marks the type parameter as used.
        #[serde(skip)]
        pub marker: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Pallet::<T>::count_endowments();
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            let minted = Self::mint_and_split();
            minted.saturating_add(Self::run_due_epochs(now))
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(Into::into)
        }
    }
}
