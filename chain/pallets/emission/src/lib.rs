//! Emission: mints each block, splits it among subnets, runs Yuma consensus every tempo and pays.
//!
//! Each block mints E(issuance) RAO into this pallet's pot. It is split among the subnets that have a neuron, and waits
//! there as **pending** until the subnet's epoch, which pays half to miners by **incentive** and half to validators by
//! **dividends**, as stake. What rounding leaves is carried to the next epoch. Without consensus all of it waits, for a
//! bounded number of epochs, and is then **recycled** (destroyed).
//!
//! # Invariants
//! - The pot's balance equals the subnets' pending plus what no subnet could take yet.
//! - Total issuance equals what was emitted minus what was recycled, and never exceeds 21 000 000 TAO.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod distribute;
mod epoch;
mod invariants;
mod mint;
mod outcome;
mod recycle;

pub use outcome::NeuronOutcome;
pub use pallet::*;
pub use recycle::Recycle;

#[frame_support::pallet]
pub mod pallet {
    use crate::NeuronOutcome;
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{Balanced, Inspect, Mutate},
        weights::Weight,
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{NetUid, NeuronId, Rao};

    /// The last outcome of a subnet's neurons, by uid.
    pub type Outcomes = BoundedVec<NeuronOutcome, ConstU32<{ pallet_subnets::MAX_NEURONS as u32 }>>;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_weights::Config {
        /// The one ledger of TAO.
        type Ledger: Inspect<Self::AccountId, Balance = Rao> + Mutate<Self::AccountId> + Balanced<Self::AccountId>;
        /// Names the account that holds pending emission.
        #[pallet::constant]
        type EmissionPotId: Get<PalletId>;
        /// Most epochs a block runs; the rest wait for the next.
        #[pallet::constant]
        type MaxEpochsPerBlock: Get<u32>;
        /// Epochs without consensus after which a subnet's pending emission is recycled.
        #[pallet::constant]
        type MaxIdleEpochs: Get<u16>;
    }

    /// RAO minted since genesis.
    #[pallet::storage]
    pub type Emitted<T> = StorageValue<_, Rao, ValueQuery>;

    /// RAO destroyed since genesis.
    #[pallet::storage]
    pub type Recycled<T> = StorageValue<_, Rao, ValueQuery>;

    /// RAO that no subnet could take yet: dust of the split, or there is no neuron anywhere.
    #[pallet::storage]
    pub type Unallocated<T> = StorageValue<_, Rao, ValueQuery>;

    /// RAO waiting for a subnet's epoch.
    #[pallet::storage]
    pub type Pending<T> = StorageMap<_, Twox64Concat, NetUid, Rao, ValueQuery>;

    /// RAO that a subnet got from the last block.
    #[pallet::storage]
    pub type LastShare<T> = StorageMap<_, Twox64Concat, NetUid, Rao, ValueQuery>;

    /// Epochs in a row that ended without consensus.
    #[pallet::storage]
    pub type IdleEpochs<T> = StorageMap<_, Twox64Concat, NetUid, u16, ValueQuery>;

    /// Subnets whose epoch is due but had no room in a block yet, first come first served.
    #[pallet::storage]
    pub type DueEpochs<T> = StorageValue<_, BoundedVec<NetUid, ConstU32<128>>, ValueQuery>;

    /// What the last epoch said of a subnet's neurons.
    #[pallet::storage]
    pub type LastOutcome<T> = StorageMap<_, Twox64Concat, NetUid, Outcomes, ValueQuery>;

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
        /// TAO was destroyed.
        EmissionRecycled {
            /// RAO.
            amount: Rao,
        },
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
