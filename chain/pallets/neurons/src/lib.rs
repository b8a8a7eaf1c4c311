//! UIDs: who has a seat in a subnet, how it was won, where it listens, and what becomes of it when a key changes.
//!
//! # Overview
//!
//! A seat is won by **work** (a seal, feeless and without any balance) or by **burn** (TAO, recycled); both prices
//! follow demand once an interval. An interval takes three times its target, a third of which only work fills, so that
//! those who have TAO never shut out those who have none. When all seats are taken, a newcomer replaces the neuron with the lowest pruning
//! score that is past its immunity; the subnet owner's own validator is never replaced.
//!
//! `max_neurons` bounds growth. Lowering it below the number of neurons sends nobody away: the subnet stops growing,
//! and each newcomer replaces a neuron.
//!
//! # Terms
//!
//! - **Neuron**: a hotkey with a seat in a subnet. Its [`NeuronId`](ganglion_primitives::NeuronId) is never reused;
//!   weights, bonds, endpoints and commitments are bound to it, so that whoever gets a used seat inherits nothing.
//! - **Uid**: the number of a seat, 0 to count − 1. It is reused.
//! - **Seal**: proof of work over genesis hash, subnet, a recent block's hash, hotkey and coldkey. Works once.
//! - **Immunity**: blocks after joining in which a neuron is not pruned while another can be.
//!
//! # Key swaps
//!
//! Everything is stored under ids that are no keys, so that a swap changes one row, whoever has nominated or been paid.
//!
//! **Hotkey**, at once, by its owner: seats, stake, nominations, take, permits and commitments stay where they are,
//! under the new key. TAO on the old hotkey's own account stays on it. The old key is retired: strangers can't make a
//! hotkey of it.
//!
//! **Coldkey**, in two steps: the old key announces the new one and pays; after `ColdkeySwapDelay` blocks the new key
//! carries it out, which is its consent: with stake it takes over votes and their locks. Then the new key owns the
//! hotkeys, stakes and subnets, and has the old account's transferable TAO.
//! What is bound to the account stays with it: TAO on hold or locked, its proxies and multisigs. Votes are the runtime's
//! matter ([`OnColdkeySwap`]): the same stake must not vote twice, so that a new key that has votes of its own takes them
//! back, and waits until they bind nothing, before it takes over.
//!
//! Until it is carried out an announcement changes little: the old key can still do everything, spend and unstake
//! included, but not end a subnet or hand it over; and the new key can do nothing. The delay is there so that the owner of
//! a stolen key sees what is coming.
//! Announcing again replaces the announcement, starts the delay anew and costs again: a mistake can be mended. Either
//! holder of the old key can **dispute** the swap. That freezes the swap, not the account: the old key still does
//! everything except announcing another. Root then carries the swap out or dismisses it; the price is not given back.
//! While a key is named as another's new one, work can't make it a coldkey. So that nobody is kept waiting by strangers, the
//! named key can **decline**, without a fee or a balance, and is free again; but not while the swap is disputed: whoever
//! stole the old key names a key of its own, and would be rid of the dispute. Root then frees it. TAO makes a coldkey of a
//! named key at any time: with stake, or by burn; from then on it works like any other.
//!
//! # What a hotkey's owner doesn't control
//!
//! Who registers a hotkey first owns it, and nobody asks the hotkey. A rival who sees a registration wait in the pool can
//! come first with `burned_register` for the same hotkey: as a block's author, or by a tip if the victim burns too (work
//! goes before what pays). Or with work of its own: a seal names the coldkey that it was found for and can't be stolen, but
//! anybody can look for another. The victim's registration then fails with `NotOwner`: it has lost the fee or the work,
//! not the burn.
//!
//! The rival pays the burn or the work each time, within the interval's quota, and gets a seat without the hotkey's
//! secret: it can't serve, set weights or commit before it has swapped the hotkey for one of its own, at the price of a
//! swap. But it owns whatever the hotkey is paid. So the victim must not work with that hotkey: it makes another, which
//! costs nothing, and registers that. Whoever starts a neuron makes sure first that the hotkey's owner is the coldkey that
//! it should be. A hotkey that the chain knows is safe: only its owner registers it in further subnets, and a retired one
//! is only for whom it belonged to.
//!
//! A call in which the hotkey consents would end this. It was left out: every client would have to bring two keys
//! together to register, and a hotkey that has never earned anything is easily replaced.
//!
//! # Invariants
//!
//! - `Seats`, `Uids` and `SeatOf` describe the same neurons; uids are `0..Count`, pages are full but the last.
//! - `SeatCount` is a hotkey's number of seats in all subnets. A hotkey with a seat has an owner (and an account for good:
//!   see [`pallet_staking`]).
//! - Endpoints belong to neurons that exist; seats and prices to subnets that exist or are being cleaned up.
//! - A subnet has at most [`MAX_NEURONS`](pallet_subnets::MAX_NEURONS), and grows only below `max_neurons`.
//! - Seals in `UsedSeals` are distinct, and bound to blocks that are past. They stay with a subnet's number: what the last
//!   subnet that had it took works for the next no more.
//! - `ColdkeySwaps` and `SwapTargets` describe the same swaps, of coldkeys that exist; the accounts that they lead to exist.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

// The benchmarks' tests use the ledger of `tests/rules`, which knows this crate by its name.
#[cfg(all(test, feature = "runtime-benchmarks"))]
extern crate self as ganglion_pallet_neurons;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod coldkey_swap;
mod endpoints;
mod hotkey_swap;
mod invariants;
mod prices;
mod pruning;
mod register;
mod removal;
mod seals;
mod seating;
mod seats;
mod unsigned;
mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::fill;
pub use coldkey_swap::{ColdkeySwap, OnColdkeySwap};
pub use endpoints::{Announced, EndpointPage};
pub use pallet::*;
pub use prices::Prices;
pub use pruning::{NeuronScores, OnNeuronRemoved};
pub use seats::{Page, Seat, PAGE};
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use crate::{
        seals::Seals, ColdkeySwap, EndpointPage, NeuronScores, OnColdkeySwap, OnNeuronRemoved, Page, Prices, WeightInfo,
    };
    use frame_support::{
        pallet_prelude::*,
        traits::{fungible::Credit, OnUnbalanced},
        weights::Weight,
    };
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{AccountId, ColdkeyId, Endpoint, HotkeyId, NetUid, NeuronId, Rao, RetryIn, Uid};
    use pallet_subnets::MAX_SUBNETS;

    /// TAO on its way out of existence.
    pub type Recycled<T> = Credit<<T as frame_system::Config>::AccountId, <T as pallet_staking::Config>::Currency>;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId = AccountId>
        + pallet_subnets::Config
        + pallet_staking::Config
    {
        /// Who knows what neurons are worth, for pruning.
        type Scores: NeuronScores;
        /// Who keeps something under a neuron's id.
        type OnNeuronRemoved: OnNeuronRemoved;
        /// Who counts destroyed TAO.
        type OnRecycled: OnUnbalanced<Recycled<Self>>;
        /// Told before and after a coldkey's belongings move to another account; an error stops the swap.
        type OnColdkeySwap: OnColdkeySwap<Self::AccountId>;
        /// How many blocks after the one it is bound to a seal is taken.
        #[pallet::constant]
        type SealLifetime: Get<BlockNumberFor<Self>>;
        /// Price of a key swap, RAO, recycled.
        #[pallet::constant]
        type KeySwapCost: Get<Rao>;
        /// Blocks between the announcement of a coldkey swap and the swap.
        #[pallet::constant]
        type ColdkeySwapDelay: Get<BlockNumberFor<Self>>;
        /// What calls and hooks weigh.
        type WeightInfo: WeightInfo;
    }

    /// The id of the next neuron.
    #[pallet::storage]
    pub type NextId<T> = StorageValue<_, NeuronId, ValueQuery>;

    /// Seats taken in a subnet.
    #[pallet::storage]
    pub type Count<T> = StorageMap<_, Twox64Concat, NetUid, u16, ValueQuery>;

    /// Who sits where: netuid, uid / 1024 → neurons by uid % 1024.
    #[pallet::storage]
    pub type Seats<T: Config> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, u8, Page<BlockNumberFor<T>>, ValueQuery>;

    /// A hotkey's seat, and who it is there: netuid, hotkey → uid, id. With the id, so that what a neuron does reads no
    /// page of seats.
    #[pallet::storage]
    pub type Uids<T> = StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, HotkeyId, (Uid, NeuronId)>;

    /// A neuron's seat.
    #[pallet::storage]
    pub type SeatOf<T> = StorageMap<_, Twox64Concat, NeuronId, (NetUid, Uid)>;

    /// How many seats a hotkey has in all subnets; no row if none.
    #[pallet::storage]
    pub type SeatCount<T> = StorageMap<_, Twox64Concat, HotkeyId, u16, ValueQuery>;

    /// Where neurons' axons listen, and since when: netuid, uid / 64 → endpoints by uid.
    #[pallet::storage]
    pub type Endpoints<T: Config> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, u8, EndpointPage<BlockNumberFor<T>>, ValueQuery>;

    /// Where neurons' metrics are, and since when: netuid, uid / 64 → endpoints by uid.
    #[pallet::storage]
    pub type PrometheusEndpoints<T: Config> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, u8, EndpointPage<BlockNumberFor<T>>, ValueQuery>;

    /// What joining costs now, of every subnet.
    #[pallet::storage]
    pub type JoiningPrices<T: Config> = StorageValue<
        _,
        BoundedBTreeMap<NetUid, Prices<BlockNumberFor<T>>, ConstU32<{ MAX_SUBNETS as u32 }>>,
        ValueQuery,
    >;

    /// Seals taken under a subnet's number within their lifetime, and older ones until the next is taken; each works once.
    /// The lowest free number is given out first, so that there are at most as many rows as there ever were subnets at a
    /// time, those that were being cleaned up included.
    #[pallet::storage]
    pub type UsedSeals<T: Config> = StorageMap<_, Twox64Concat, NetUid, Seals<BlockNumberFor<T>>, ValueQuery>;

    /// Hash of block 0, part of every seal's preimage. Kept because the ledger forgets old hashes.
    #[pallet::storage]
    pub type GenesisHash<T: Config> = StorageValue<_, T::Hash>;

    /// Whether loopback and private addresses can be announced (local networks).
    #[pallet::storage]
    pub type PrivateEndpoints<T> = StorageValue<_, bool, ValueQuery>;

    /// Announced swaps of coldkeys.
    #[pallet::storage]
    pub type ColdkeySwaps<T: Config> = StorageMap<_, Twox64Concat, ColdkeyId, ColdkeySwap<BlockNumberFor<T>>>;

    /// The keys that announced swaps lead to, and which coldkey waits for each.
    #[pallet::storage]
    pub type SwapTargets<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ColdkeyId>;

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
        /// A neuron announced where its metrics are.
        PrometheusServed {
            /// The subnet.
            netuid: NetUid,
            /// The neuron.
            id: NeuronId,
            /// Where.
            endpoint: Endpoint,
        },
        /// A hotkey has a new key.
        HotkeySwapped {
            /// The coldkey that owns it.
            owner: T::AccountId,
            /// The key it had.
            old: T::AccountId,
            /// The key it has.
            new: T::AccountId,
        },
        /// A coldkey will have a new key.
        ColdkeySwapAnnounced {
            /// The key it has.
            old: T::AccountId,
            /// The key it will have.
            new: T::AccountId,
            /// First block that takes the swap.
            due: BlockNumberFor<T>,
        },
        /// An announced swap is frozen until root resolves it.
        ColdkeySwapDisputed {
            /// The key whose swap it is.
            old: T::AccountId,
        },
        /// Root dismissed a disputed swap.
        ColdkeySwapDismissed {
            /// The key that stays.
            old: T::AccountId,
        },
        /// The key that an announced swap leads to wants nothing of it.
        ColdkeySwapDeclined {
            /// The key that stays.
            old: T::AccountId,
            /// The key that declined.
            new: T::AccountId,
        },
        /// A coldkey has a new key.
        ColdkeySwapped {
            /// The key it had.
            old: T::AccountId,
            /// The key it has.
            new: T::AccountId,
            /// Free balance that moved along, RAO.
            moved: Rao,
        },
    }

    /// Why a call was declined.
    #[pallet::error]
    pub enum Error<T> {
        /// The subnet takes no new neurons: join another, or wait until its owner opens it.
        RegistrationClosed,
        /// The hotkey already has a seat in this subnet: use it, or register another hotkey.
        AlreadyRegistered,
        /// The hotkey has no seat in this subnet: register it first.
        NotRegistered,
        /// As many neurons joined in this block as may: try in the next.
        TooManyRegistrationsThisBlock,
        /// Three times the target joined in this interval, or twice by burn: work, or wait that many blocks for the next.
        TooManyRegistrationsThisInterval(RetryIn),
        /// The seal's block is in the future, too old, or unknown: solve for a recent block.
        SealBlockOutOfRange,
        /// The seal doesn't meet the difficulty: solve again with the current one.
        SealTooWeak,
        /// The seal was used before: solve again.
        SealUsed,
        /// The balance doesn't cover the burn: see `registration` for the price, or register by work.
        CannotPayBurn,
        /// The address can't be reached by others: announce a public one.
        AddressUnreachable,
        /// The address isn't of the kind that `ip_type` says: set it to 4 or 6, as the address is.
        InvalidIpType,
        /// The port is 0: announce the one that is listened on.
        InvalidPort,
        /// The endpoint was announced not long ago: wait that many blocks.
        ServingTooFast(RetryIn),
        /// Every seat is taken by a neuron that can't be replaced: join another subnet.
        NoSeat,
        /// The balance doesn't cover the price of a key swap: 1 TAO, beside what keeps the account.
        CannotPaySwap,
        /// The old and the new key are the same: choose another.
        SameKey,
        /// An announced swap will make this key another coldkey's: choose another.
        KeyAwaited,
        /// No swap of this coldkey is announced: announce it first.
        NothingAnnounced,
        /// The swap isn't due: wait that many blocks.
        SwapNotDue(RetryIn),
        /// The swap is disputed: root must resolve it.
        SwapDisputed,
        /// Only the coldkey itself or root can dispute its swap: sign with it.
        NotYourSwap,
        /// Only the key that takes over can carry the swap out, or decline it: sign with it.
        NotTheNewKey,
        /// The swap isn't disputed: there is nothing to resolve.
        NotDisputed,
        /// The new key's own votes bind TAO: take them back with it, wait until their conviction is over, then swap.
        NewKeyVotes,
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
        #[pallet::weight((<T as Config>::WeightInfo::register(), DispatchClass::Normal, Pays::No))]
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
        #[pallet::weight(<T as Config>::WeightInfo::burned_register())]
        pub fn burned_register(origin: OriginFor<T>, netuid: NetUid, hotkey: T::AccountId) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::register_by_burn(netuid, hotkey, coldkey)
        }

        /// Announces where the signing hotkey's axon listens. Feeless, once in `serving_rate_limit` blocks.
        #[pallet::call_index(2)]
        #[pallet::weight((<T as Config>::WeightInfo::serve_axon(), DispatchClass::Normal, Pays::No))]
        pub fn serve_axon(origin: OriginFor<T>, netuid: NetUid, endpoint: Endpoint) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::announce_axon(netuid, &hotkey, endpoint)
        }

        /// Announces where the signing hotkey's metrics are, for Prometheus. Feeless, once in `serving_rate_limit`
        /// blocks, whatever the axon does.
        #[pallet::call_index(3)]
        #[pallet::weight((<T as Config>::WeightInfo::serve_prometheus(), DispatchClass::Normal, Pays::No))]
        pub fn serve_prometheus(origin: OriginFor<T>, netuid: NetUid, endpoint: Endpoint) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::announce_prometheus(netuid, &hotkey, endpoint)
        }

        /// Gives the hotkey `old` of the signing coldkey the key `new`, at once and everywhere. Recycles `KeySwapCost`.
        /// `new` must not be a hotkey, nor have been another's.
        #[pallet::call_index(4)]
        #[pallet::weight(<T as Config>::WeightInfo::swap_hotkey())]
        pub fn swap_hotkey(origin: OriginFor<T>, old: T::AccountId, new: T::AccountId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::exchange_hotkey(owner, old, new)
        }

        /// Announces that the signing coldkey will have the key `new`. Recycles `KeySwapCost` now, so that an empty
        /// account can't stop the swap. `new` must not be a coldkey, nor become one meanwhile. Replaces an earlier
        /// announcement that isn't disputed.
        #[pallet::call_index(5)]
        #[pallet::weight(<T as Config>::WeightInfo::announce_coldkey_swap())]
        pub fn announce_coldkey_swap(origin: OriginFor<T>, new: T::AccountId) -> DispatchResult {
            let old = ensure_signed(origin)?;
            Self::announce_swap(old, new)
        }

        /// Carries out the announced swap of `old`, once it is due, as the new key.
        #[pallet::call_index(6)]
        #[pallet::weight(<T as Config>::WeightInfo::swap_coldkey().saturating_add(T::OnColdkeySwap::weight()))]
        pub fn swap_coldkey(origin: OriginFor<T>, old: T::AccountId) -> DispatchResult {
            let by = ensure_signed(origin)?;
            Self::execute_swap(&by, old)
        }

        /// Freezes the announced swap of `old` until root resolves it. Only `old` itself or root may.
        #[pallet::call_index(7)]
        #[pallet::weight(<T as Config>::WeightInfo::dispute_coldkey_swap())]
        pub fn dispute_coldkey_swap(origin: OriginFor<T>, old: T::AccountId) -> DispatchResult {
            let by = ensure_signed_or_root(origin)?;
            Self::dispute_swap(by, old)
        }

        /// Ends a dispute: carries the swap of `old` out now, or dismisses it. Only root may.
        #[pallet::call_index(8)]
        #[pallet::weight(<T as Config>::WeightInfo::resolve_coldkey_swap().saturating_add(T::OnColdkeySwap::weight()))]
        pub fn resolve_coldkey_swap(origin: OriginFor<T>, old: T::AccountId, allow: bool) -> DispatchResult {
            ensure_root(origin)?;
            Self::resolve_swap(old, allow)
        }

        /// Drops the announced swap of `old`, which nobody disputes, as the key that it leads to: nobody's key waits for
        /// what it didn't ask for. Feeless, since that key may have nothing; each announcement cost its author a swap's
        /// price.
        #[pallet::call_index(9)]
        #[pallet::weight((<T as Config>::WeightInfo::decline_coldkey_swap(), DispatchClass::Normal, Pays::No))]
        pub fn decline_coldkey_swap(origin: OriginFor<T>, old: T::AccountId) -> DispatchResult {
            let by = ensure_signed(origin)?;
            Self::decline_swap(by, old)
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
