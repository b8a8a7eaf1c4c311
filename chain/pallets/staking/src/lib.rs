//! Stake, delegation and take.
//!
//! A **coldkey** stakes TAO to a **hotkey**, its own or another's (nomination). Everything staked to one hotkey is one
//! [share pool](ganglion_tokenomics::pool): a reward raises what a share is worth, so paying ten or ten thousand
//! nominators costs the same. The **owner** of a hotkey keeps a **take** of validator dividends, in 1/65535.
//!
//! The TAO itself stays in the balances pallet, on this pallet's pot account: what a position is worth is always
//! backed, RAO by RAO.
//!
//! # Invariants
//! - The pot's balance equals the sum of all pools' values equals [`TotalStake`].
//! - A pool's shares equal the sum of its positions' shares.
//! - A hotkey with a pool has an owner.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod account;
mod invariants;
mod nominate;
mod payout;
mod read;

pub use pallet::*;

/// The largest take, 18 %, in 1/65535.
pub const MAX_TAKE: u16 = 11_796;

#[frame_support::pallet]
pub mod pallet {
    use super::MAX_TAKE;
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{Inspect, Mutate},
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::Rao;
    use ganglion_tokenomics::pool::Pool;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The one ledger of TAO.
        type Currency: Inspect<Self::AccountId, Balance = Rao> + Mutate<Self::AccountId>;
        /// Names the account that holds all staked TAO.
        #[pallet::constant]
        type PotId: Get<PalletId>;
        /// Least worth of a nomination after staking, RAO.
        #[pallet::constant]
        type MinNomination: Get<Rao>;
        /// Blocks between two increases of one hotkey's take.
        #[pallet::constant]
        type TakeInterval: Get<BlockNumberFor<Self>>;
    }

    /// A hotkey's owning coldkey.
    #[pallet::storage]
    pub type Owner<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, T::AccountId>;

    /// A hotkey's take of validator dividends, in 1/65535.
    #[pallet::storage]
    pub type Take<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u16, ValueQuery, MaxTake>;

    /// When a hotkey's take was last raised.
    #[pallet::storage]
    pub type TakeRaisedAt<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, BlockNumberFor<T>>;

    /// All stake on a hotkey.
    #[pallet::storage]
    pub type Pools<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Pool, ValueQuery>;

    /// A coldkey's shares of a hotkey's pool: coldkey, hotkey → shares.
    #[pallet::storage]
    pub type Positions<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, T::AccountId, u128, ValueQuery>;

    /// RAO staked in all.
    #[pallet::storage]
    pub type TotalStake<T: Config> = StorageValue<_, Rao, ValueQuery>;

    /// The take of a hotkey that never chose one.
    #[pallet::type_value]
    pub fn MaxTake() -> u16 {
        MAX_TAKE
    }

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// TAO was staked.
        StakeAdded {
            /// Who staked.
            coldkey: T::AccountId,
            /// On whom.
            hotkey: T::AccountId,
            /// RAO.
            amount: Rao,
        },
        /// Stake was withdrawn.
        StakeRemoved {
            /// Who withdrew.
            coldkey: T::AccountId,
            /// From whom.
            hotkey: T::AccountId,
            /// RAO.
            amount: Rao,
        },
        /// An owner chose a take.
        TakeSet {
            /// The hotkey.
            hotkey: T::AccountId,
            /// Its take, in 1/65535.
            take: u16,
        },
    }

    /// Why a call was declined.
    #[pallet::error]
    pub enum Error<T> {
        /// No subnet knows this hotkey: register it first.
        UnknownHotkey,
        /// The hotkey belongs to another coldkey.
        NotOwner,
        /// The amount is zero.
        ZeroAmount,
        /// The nomination would be worth less than the least amount: stake more.
        NominationTooSmall,
        /// The position is worth less than that: withdraw at most what `account` shows.
        NotEnoughStake,
        /// The take is above 18 % (11 796).
        TakeTooHigh,
        /// The take was raised not long ago: lower it, or wait until the interval is over.
        TakeRaisedTooSoon,
        /// An amount left the range of 64 bits.
        Overflow,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Stakes `amount` RAO to `hotkey`.
        #[pallet::call_index(0)]
        #[pallet::weight(T::DbWeight::get().reads_writes(6, 6))]
        pub fn add_stake(origin: OriginFor<T>, hotkey: T::AccountId, amount: Rao) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::stake(&coldkey, &hotkey, amount)
        }

        /// Withdraws `amount` RAO from `hotkey`; what remains below the least nomination is withdrawn as well.
        #[pallet::call_index(1)]
        #[pallet::weight(T::DbWeight::get().reads_writes(6, 6))]
        pub fn remove_stake(origin: OriginFor<T>, hotkey: T::AccountId, amount: Rao) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::unstake(&coldkey, &hotkey, amount)
        }

        /// Sets the take of an owned hotkey, in 1/65535. Lowering it is always allowed; raising it once an interval.
        #[pallet::call_index(2)]
        #[pallet::weight(T::DbWeight::get().reads_writes(3, 2))]
        pub fn set_take(origin: OriginFor<T>, hotkey: T::AccountId, take: u16) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::change_take(&coldkey, &hotkey, take)
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
