//! Stake, delegation and take.
//!
//! # Overview
//! A **coldkey** stakes TAO on a **hotkey**, its own or another's (a **nomination**). Everything staked on one hotkey is
//! one share pool ([`Fund`]): a reward raises what a share is worth, a slash lowers it, and paying or slashing ten or ten
//! thousand nominators costs the same. The TAO itself stays in the balances pallet, on this pallet's pot account: what a
//! position is worth is always backed, RAO by RAO.
//!
//! - **Pay**: a miner's incentive belongs to the hotkey's owner, as stake. Of a validator's dividends the owner keeps a
//!   **take** (0 to 18 %, in 1/65535; raising it is rate-limited), the rest belongs to everybody with stake on the hotkey.
//!   The emission pallet pays a whole epoch with [`Pallet::pay_from`].
//! - **Stake is not asked its age**: whoever stakes a block before an epoch and unstakes a block after it earns the whole
//!   tempo's dividends on that stake, at the others' expense and with the same TAO in one subnet after another, for the
//!   take and the fees of two calls (about 0.005 TAO in this runtime, whatever the stake); only behind a block producer it
//!   is held. That is the price of shares that rise in one step; a remedy would be to keep new stake in a pool of its own
//!   until the hotkey's next epoch, as leaving stake is kept, or to let all stake leave a tempo late.
//! - **Leaving**: stake behind a block producer answers for what that does. It leaves after the **slash window**: it
//!   moves to the hotkey's leaving pool, earns nothing there, and can be withdrawn when the window is over. Until it is
//!   withdrawn a slash takes the same part of it as of other stake. Other stake leaves at once. [`Surety`] says which is
//!   which.
//! - **Fees**: who works and began with nothing has stake only; a fee can be taken out of it
//!   ([`Pallet::pay_from_stake`]).
//! - **Slash**: takes a part of all stake on a hotkey. A pool that is slashed to nothing starts anew.
//!
//! # Identities
//! Everything here, and in the pallets above, is stored under a [`HotkeyId`](ganglion_primitives::HotkeyId) or
//! [`ColdkeyId`](ganglion_primitives::ColdkeyId), never under a key. Two rows say which key an identity has now, so that
//! a key swap changes these and nothing else, however much is bound to the identity. Ids are never given out twice.
//!
//! A key that became an identity's has an account for good, whatever becomes of the identity: it can sign without a
//! balance, and, since the account is never removed, its nonce never starts anew and nothing it signed counts twice. A
//! hotkey's former key is retired: only the owner of that hotkey can use it as one again.
//!
//! So the rows that say who is who stay for ever: two for a hotkey, two for a coldkey, one for each key that was swapped
//! away. They can't be cleaned up, for old ids and old signatures must never mean somebody else. What bounds them is their
//! price: a hotkey is made by a registration, which costs work or TAO within the subnet's quota, a coldkey with its first
//! hotkey, stake, channel or subnet, and a swap has a price of its own.
//!
//! # Bounds
//! A coldkey's list ([`Backed`]) has room for 256 hotkeys: those it owns and those it nominates. Anybody can register a
//! hotkey for anybody; new hotkeys take at most 192 of these places, the others are for nominations. An own hotkey beyond
//! that is used and paid all the same, but is neither shown nor votes until pay finds room for it. The owner makes room by
//! calling `withdraw` for a hotkey without stake.
//!
//! # Invariants
//! - The pot holds at least [`TotalStake`], which equals the sum of all pools and leaving pools.
//! - A pool's shares equal the owner's and its nominators'; a leaving pool's equal its departures'. Without shares it has
//!   no value.
//! - Every id of a key leads back to that key; a hotkey has an owner; stake is on known hotkeys.
//! - The account of every key that is, or was, a hotkey's or a coldkey's exists, with or without a balance.
//! - A retired key leads to a hotkey, or a coldkey, that has another now.
//! - A take is at most 18 %.
//! - Every nomination and departure of a coldkey is on its list, and every own hotkey that found room; nothing else is.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;
// The benchmarks are tested on the ledger of the tests, which knows this crate by its name.
#[cfg(all(test, feature = "runtime-benchmarks"))]
extern crate self as ganglion_pallet_staking;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod enter;
mod fee;
mod fund;
mod hooks;
mod identity;
mod invariants;
mod leave;
mod payout;
mod position;
mod read;
mod slash;
mod stake;
mod stakes;
mod take;
mod types;
pub mod weights;

pub use fund::{Fund, Shares};
pub use hooks::{OnUnstaked, Surety};
pub use pallet::*;
pub use payout::Payout;
pub use stake::{Pay, Stake};
pub use stakes::{StakePage, Stakes};
pub use types::{
    Departure, Departures, Hotkey, HotkeyOf, Positions, MAX_DEPARTURES, MAX_PAGE, MAX_POSITIONS, MAX_TAKE, OWN_PLACES,
};
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use super::{Departures, Fund, HotkeyOf, OnUnstaked, Positions, Shares, StakePage, Surety, WeightInfo};
    use alloc::vec::Vec;
    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{Balanced, Credit, Inspect, Mutate},
            OnUnbalanced,
        },
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{ColdkeyId, HotkeyId, Rao, RetryIn};

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The one ledger of TAO.
        type Currency: Inspect<Self::AccountId, Balance = Rao> + Mutate<Self::AccountId> + Balanced<Self::AccountId>;
        /// Names the account that holds all staked TAO.
        #[pallet::constant]
        type PotId: Get<PalletId>;
        /// Least worth of a nomination after staking, RAO.
        #[pallet::constant]
        type MinNomination: Get<Rao>;
        /// Blocks that a hotkey's take stays as it is before it may be raised.
        #[pallet::constant]
        type TakeInterval: Get<BlockNumberFor<Self>>;
        /// Blocks that stake behind a block producer takes to leave: longer than a misdeed can stay unreported.
        #[pallet::constant]
        type SlashWindow: Get<BlockNumberFor<Self>>;
        /// Knows whose stake answers for what they do.
        type Surety: Surety;
        /// Gets what was slashed.
        type OnSlashed: OnUnbalanced<Credit<Self::AccountId, Self::Currency>>;
        /// Hears of stake that came back to a balance.
        type OnUnstaked: OnUnstaked<Self::AccountId>;
        /// What calls cost.
        type WeightInfo: WeightInfo;
    }

    /// The id of the next new hotkey.
    #[pallet::storage]
    pub type NextHotkeyId<T> = StorageValue<_, HotkeyId, ValueQuery>;

    /// The id of the next new coldkey.
    #[pallet::storage]
    pub type NextColdkeyId<T> = StorageValue<_, ColdkeyId, ValueQuery>;

    /// Hotkeys: their key, owner and take.
    #[pallet::storage]
    pub type Hotkeys<T: Config> = StorageMap<_, Twox64Concat, HotkeyId, HotkeyOf<T>>;

    /// The identity behind a hotkey.
    #[pallet::storage]
    pub type HotkeyIds<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, HotkeyId>;

    /// Keys that hotkeys had before a swap, and which: only that one's owner can make a hotkey of them again. Each cost
    /// the price of a swap.
    #[pallet::storage]
    pub type RetiredHotkeys<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, HotkeyId>;

    /// Coldkeys' keys.
    #[pallet::storage]
    pub type Coldkeys<T: Config> = StorageMap<_, Twox64Concat, ColdkeyId, T::AccountId>;

    /// Keys that coldkeys had before a swap, and which: a list of nominators that was read half goes on behind the same
    /// one. Each cost the price of a swap.
    #[pallet::storage]
    pub type RetiredColdkeys<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ColdkeyId>;

    /// The identity behind a coldkey.
    #[pallet::storage]
    pub type ColdkeyIds<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ColdkeyId>;

    /// The stake on hotkeys: id / 16 → stake by id. Read it through [`Stakes`](crate::Stakes).
    #[pallet::storage]
    pub type StakePages<T> = StorageMap<_, Twox64Concat, u64, StakePage, ValueQuery>;

    /// A nominator's part of the stake on a hotkey.
    #[pallet::storage]
    pub type Nominations<T> = StorageDoubleMap<_, Twox64Concat, HotkeyId, Twox64Concat, ColdkeyId, Shares, ValueQuery>;

    /// The hotkeys that a coldkey owns, has stake on, or that its stake is leaving.
    #[pallet::storage]
    pub type Backed<T> = StorageMap<_, Twox64Concat, ColdkeyId, Positions, ValueQuery>;

    /// Stake that is leaving a hotkey.
    #[pallet::storage]
    pub type LeavingPools<T> = StorageMap<_, Twox64Concat, HotkeyId, Fund, ValueQuery>;

    /// A coldkey's parts of that.
    #[pallet::storage]
    pub type Leaving<T: Config> =
        StorageDoubleMap<_, Twox64Concat, ColdkeyId, Twox64Concat, HotkeyId, Departures<T>, ValueQuery>;

    /// RAO staked in all, with what is leaving.
    #[pallet::storage]
    pub type TotalStake<T> = StorageValue<_, Rao, ValueQuery>;

    /// Stake at block 0: coldkey, hotkey, RAO. A hotkey named for the first time becomes the coldkey's own; with 0 RAO
    /// that is all. The TAO comes out of the coldkey's balance, which must be there by then.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Coldkey, hotkey, RAO.
        pub stakes: Vec<(T::AccountId, T::AccountId, Rao)>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (coldkey, hotkey, amount) in &self.stakes {
                if HotkeyIds::<T>::get(hotkey).is_none() {
                    let made = Pallet::<T>::ensure_owned(hotkey, coldkey);
                    assert!(made.is_ok(), "genesis: a hotkey could not be made: {made:?}");
                }
                if *amount > 0 {
                    let staked = Pallet::<T>::stake(coldkey, hotkey, *amount);
                    assert!(staked.is_ok(), "genesis: {amount} RAO could not be staked: {staked:?}");
                }
            }
        }
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
        /// Stake was paid out to its coldkey's balance.
        StakeRemoved {
            /// Whose it was.
            coldkey: T::AccountId,
            /// On whom.
            hotkey: T::AccountId,
            /// RAO.
            amount: Rao,
        },
        /// Stake behind a block producer is on its way out; `withdraw` pays it out.
        StakeLeaving {
            /// Whose it is.
            coldkey: T::AccountId,
            /// On whom.
            hotkey: T::AccountId,
            /// RAO.
            amount: Rao,
            /// The first block in which it may be withdrawn.
            until: BlockNumberFor<T>,
        },
        /// A part of all stake on a hotkey was taken away.
        StakeSlashed {
            /// The hotkey.
            hotkey: T::AccountId,
            /// RAO, with what was taken from leaving stake.
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
        /// This coldkey never owned or staked anything: stake or register with it first.
        UnknownColdkey,
        /// That key is a hotkey already: choose one that was never used as such.
        HotkeyTaken,
        /// That key is a coldkey already: choose one that was never used as such.
        ColdkeyTaken,
        /// The hotkey belongs to another coldkey: sign with that one, or choose another hotkey.
        NotOwner,
        /// The amount is zero: name one.
        ZeroAmount,
        /// The amount is less than one share is worth: stake more.
        AmountTooSmall,
        /// The nomination would be worth less than the least amount: stake more.
        NominationTooSmall,
        /// The position is worth less than that: take off at most what `account` shows.
        NotEnoughStake,
        /// The coldkey's list of 256 hotkeys is full: take all stake off one of them, withdraw from an own one without
        /// stake, or use another coldkey.
        TooManyPositions,
        /// Sixteen amounts are leaving this hotkey already: withdraw what has left its window, or wait for it.
        TooManyDepartures,
        /// Nothing of the coldkey's stake has left the hotkey's slash window yet: `account` shows when it does.
        NothingToWithdraw,
        /// The take is above 18 %: choose at most 11 796.
        TakeTooHigh,
        /// The take was changed not long ago: lower it, or wait that many blocks before it is raised.
        TakeRaisedTooSoon(RetryIn),
        /// An amount left the range of 64 bits: take a smaller one.
        Overflow,
        /// A hotkey of another coldkey had this key before it was swapped away: choose a key that was never used.
        HotkeyRetired,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Stakes `amount` RAO on `hotkey`. A nomination must then be worth the least amount.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::add_stake())]
        pub fn add_stake(origin: OriginFor<T>, hotkey: T::AccountId, amount: Rao) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::stake(&coldkey, &hotkey, amount)
        }

        /// Takes `amount` RAO off `hotkey`; what remains of a nomination below the least amount comes along. It is paid
        /// out at once, or, behind a block producer, waits for the slash window to pass and then for `withdraw`.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::remove_stake().max(T::WeightInfo::leave()))]
        pub fn remove_stake(origin: OriginFor<T>, hotkey: T::AccountId, amount: Rao) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::unstake(&coldkey, &hotkey, amount, T::Surety::is_bound)
        }

        /// Sets the take of an owned hotkey, in 1/65535. Lowering it is always allowed; raising it once an interval.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::set_take())]
        pub fn set_take(origin: OriginFor<T>, hotkey: T::AccountId, take: u16) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::change_take(&coldkey, &hotkey, take)
        }

        /// Pays out what has left the slash window of `hotkey`. Also clears a position that a slash made worthless, and
        /// takes an own hotkey without stake off the list of positions.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::withdraw())]
        pub fn withdraw(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::collect(&coldkey, &hotkey)
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
