//! TAO as access token: prepaid channels between users and providers.
//!
//! A question to a miner is worth far less than a transaction costs, and can't wait for a block. So a **user** pays
//! once into a **channel** to a **provider** and then pays for each answer with a signed message that never touches
//! the chain. Two transactions carry any number of payments.
//!
//! # Terms
//! - **Channel**: a user's deposit for one provider, under a number that is never given out again.
//! - **User**: the coldkey that opened it. Kept as a [`ColdkeyId`](ganglion_primitives::ColdkeyId), so that a coldkey
//!   swap takes the channels along.
//! - **Provider**: the hotkey that serves. Kept as a [`HotkeyId`](ganglion_primitives::HotkeyId): a channel works on
//!   when the hotkey is swapped or loses its seat.
//! - **Voucher key**: the sr25519 key that signs for the channel, named at opening and fixed for its life. It may be
//!   the coldkey itself; better it is a key of a gateway that holds no TAO: what a thief could promise is the deposit
//!   at most, and only to that provider.
//! - **[Voucher](ganglion_primitives::voucher)**: "of channel *c* the provider may have had *t* RAO in all". Totals
//!   only grow, so the latest voucher is worth all before it.
//! - **Redeem**: trade a voucher for TAO: its total, at most the deposit, less what was paid before. It goes to the
//!   free balance of the coldkey that **owns** the provider: hotkeys lie on servers and hold nothing.
//!
//! # A channel's life
//! 1. The user [opens](Pallet::open_channel) it; the deposit moves into the [pot](Pallet::pot).
//! 2. Per request, the user (or the gateway) sends a voucher over a larger total. The provider checks what the chain
//!    would: the signature, a total above the last one and within the deposit, and that the channel isn't closing. Then
//!    it answers.
//! 3. The provider [redeems](Pallet::redeem) the latest voucher whenever it likes, for many channels at once.
//! 4. The user [tops up](Pallet::top_up) when the deposit runs low.
//! 5. The end, one of two:
//!    - The user [closes](Pallet::close). For `CloseDelay` blocks more the provider can redeem, then no more. From that
//!      block on anybody can [settle](Pallet::settle): the rest goes back to the user.
//!    - The provider closes: it renounces what it hasn't redeemed, and the user has the rest at once.
//!
//! # Who risks what
//! The user: nothing beyond the totals it signed. The provider: the answer it gave before the next voucher came, and,
//! if it sleeps through `CloseDelay`, what it hadn't redeemed. Neither trusts the other or the gateway with more.
//!
//! A voucher can't be used on another channel or chain (both are in the signed bytes), nor twice (only a difference is
//! paid), nor after the end (numbers are never reused). A second valid signature over the same voucher is worth no more
//! than the first.
//!
//! # Genesis
//! There is nothing to configure: a chain begins without channels, and what they cost and how long they take to close are
//! the runtime's constants.
//!
//! # Invariants
//! - The pot holds the sum of `deposit − redeemed` over all channels (and what strangers may have sent to its account).
//! - No provider has got more than the deposit, nor more than the largest total signed.
//! - A channel is listed once with its user and once with its provider; nothing else is listed.
//! - At no block can a channel be both redeemed from and settled because it was closed.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

// The benchmarks' tests use the ledger of `tests/rules`, which knows this crate by its name.
#[cfg(all(test, feature = "runtime-benchmarks"))]
extern crate self as ganglion_pallet_access;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod channel;
mod close;
mod invariants;
mod open;
mod party;
mod read;
mod redeem;
mod weights;

pub use channel::{Channel, Refusal};
pub use pallet::*;
pub use read::InfoOf;
pub use weights::WeightInfo;

/// Most channels in one page of [`Pallet::channels_of_provider`].
pub const MAX_PAGE: u32 = 256;

/// The one ledger of TAO.
pub(crate) type CurrencyOf<T> = <T as pallet_staking::Config>::Currency;

#[frame_support::pallet]
pub mod pallet {
    use crate::{Channel, Refusal, WeightInfo};
    use frame_support::{pallet_prelude::*, PalletId};
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{ChannelId, ColdkeyId, HotkeyId, Rao, RetryIn, SignedVoucher, VoucherKey};

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, Hash = ganglion_primitives::Hash> + pallet_staking::Config
    {
        /// Names the account that holds the TAO of all channels.
        #[pallet::constant]
        type ChannelPotId: Get<PalletId>;
        /// Least deposit at opening, RAO: what keeps a row of the ledger from being free.
        #[pallet::constant]
        type MinDeposit: Get<Rao>;
        /// Blocks that a provider has to redeem after the user has closed.
        #[pallet::constant]
        type CloseDelay: Get<BlockNumberFor<Self>>;
        /// Most channels that one user has at a time.
        #[pallet::constant]
        type MaxChannels: Get<u32>;
        /// Most vouchers in one call.
        #[pallet::constant]
        type MaxVouchers: Get<u32>;
        /// What the calls weigh.
        type WeightInfo: WeightInfo;
    }

    /// The number of the next channel.
    #[pallet::storage]
    pub type NextChannelId<T> = StorageValue<_, ChannelId, ValueQuery>;

    /// All channels that aren't settled.
    #[pallet::storage]
    pub type Channels<T: Config> = StorageMap<_, Twox64Concat, ChannelId, Channel<BlockNumberFor<T>>>;

    /// A user's channels, oldest first.
    #[pallet::storage]
    pub type ChannelsOf<T: Config> =
        StorageMap<_, Twox64Concat, ColdkeyId, BoundedVec<ChannelId, T::MaxChannels>, ValueQuery>;

    /// A provider's channels: hotkey, channel. Not bounded, as each one costs its user a deposit; read in pages.
    #[pallet::storage]
    pub type ChannelsTo<T> = StorageDoubleMap<_, Twox64Concat, HotkeyId, Twox64Concat, ChannelId, ()>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A user prepaid a provider.
        ChannelOpened {
            /// The new channel.
            channel: ChannelId,
            /// The coldkey that pays.
            user: T::AccountId,
            /// The hotkey that will serve.
            provider: T::AccountId,
            /// Whose vouchers count.
            voucher_key: VoucherKey,
            /// RAO.
            deposit: Rao,
        },
        /// A user added to a deposit.
        ChannelToppedUp {
            /// The channel.
            channel: ChannelId,
            /// RAO added.
            amount: Rao,
            /// RAO put in since the channel was opened.
            deposit: Rao,
        },
        /// A provider was paid.
        Redeemed {
            /// The channel.
            channel: ChannelId,
            /// RAO paid now.
            amount: Rao,
            /// RAO paid since the channel was opened.
            redeemed: Rao,
            /// The coldkey that owns the provider.
            paid_to: T::AccountId,
        },
        /// A voucher among others paid nothing.
        VoucherRefused {
            /// The channel it named.
            channel: ChannelId,
            /// Why.
            reason: DispatchError,
        },
        /// A user is closing: the provider should redeem.
        ChannelClosing {
            /// The channel.
            channel: ChannelId,
            /// The first block at which nothing can be redeemed any more.
            closes_at: BlockNumberFor<T>,
        },
        /// A channel ended.
        ChannelSettled {
            /// The channel.
            channel: ChannelId,
            /// The coldkey that got the rest.
            user: T::AccountId,
            /// RAO.
            refund: Rao,
        },
    }

    /// Why a call was declined.
    #[pallet::error]
    pub enum Error<T> {
        /// Nobody has ever registered this hotkey: check the address.
        UnknownProvider,
        /// There is no channel of that number, or it has been settled: list your channels.
        UnknownChannel,
        /// The ledger doesn't know the user's coldkey any more: this is a defect, report it.
        UnknownUser,
        /// Only the coldkey that opened the channel can do that: sign with it.
        NotUser,
        /// Only the channel's provider can redeem: sign with its hotkey or with the coldkey that owns it.
        NotProvider,
        /// Only the channel's user or its provider can close it: sign as one of them.
        NotParty,
        /// The deposit is below the least one: the constant `MinDeposit` has it.
        DepositTooSmall,
        /// The amount is zero: name one.
        ZeroAmount,
        /// The all-zero voucher key is refused: anybody could sign for it. Name a key that you hold.
        InvalidVoucherKey,
        /// You have as many channels as one user can: close one first.
        TooManyChannels,
        /// The channel is being closed already: settle it when its delay is over.
        AlreadyClosing,
        /// The channel isn't being closed: close it first.
        NotClosing,
        /// The provider may still redeem: settle after as many blocks as this says.
        TooEarly(RetryIn),
        /// The channel has closed: its vouchers are worth nothing any more. Redeem earlier next time.
        RedemptionOver,
        /// The voucher key hasn't signed this total for this channel on this chain: ask the user for another voucher.
        BadSignature,
        /// The voucher pays nothing: its total was paid before, or the deposit is used up. Ask for a later one, or a top-up.
        NothingToRedeem,
        /// There is no voucher in the call: add at least one.
        NoVoucher,
        /// An amount left the range of 64 bits: take a smaller one.
        Overflow,
    }

    impl<T> From<Refusal> for Error<T> {
        fn from(refusal: Refusal) -> Self {
            match refusal {
                Refusal::ZeroAmount => Self::ZeroAmount,
                Refusal::Overflow => Self::Overflow,
                Refusal::Closing => Self::AlreadyClosing,
                Refusal::Over => Self::RedemptionOver,
                Refusal::NothingNew => Self::NothingToRedeem,
            }
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Opens a channel to the hotkey `provider` with `deposit` RAO. Vouchers will need the signature of
        /// `voucher_key` (sr25519), which can't be changed later. The account must keep at least one RAO.
        ///
        /// The event names the channel.
        #[pallet::call_index(0)]
        #[pallet::weight(<T as Config>::WeightInfo::open_channel())]
        pub fn open_channel(
            origin: OriginFor<T>,
            provider: T::AccountId,
            deposit: Rao,
            voucher_key: VoucherKey,
        ) -> DispatchResult {
            let user = ensure_signed(origin)?;
            Self::open(user, provider, deposit, voucher_key)
        }

        /// Adds `amount` RAO to the deposit of an own channel that isn't closing.
        #[pallet::call_index(1)]
        #[pallet::weight(<T as Config>::WeightInfo::top_up())]
        pub fn top_up(origin: OriginFor<T>, channel: ChannelId, amount: Rao) -> DispatchResult {
            let user = ensure_signed(origin)?;
            Self::add(&user, channel, amount)
        }

        /// Redeems vouchers on any channels of which the signer is the provider's hotkey or owner. Each pays what its
        /// total is above what was paid before, to the owner's free balance.
        ///
        /// A voucher that pays nothing is passed over, with an event; if none pays, the call fails with the first
        /// reason.
        #[pallet::call_index(2)]
        #[pallet::weight(<T as Config>::WeightInfo::redeem(vouchers.len() as u32))]
        pub fn redeem(origin: OriginFor<T>, vouchers: BoundedVec<SignedVoucher, T::MaxVouchers>) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::redeem_all(&provider, &vouchers)
        }

        /// Closes a channel. Its user gives the provider `CloseDelay` blocks to redeem, unless nothing is left. Its
        /// provider (hotkey or owner) ends it at once and renounces what it hasn't redeemed.
        #[pallet::call_index(3)]
        #[pallet::weight(<T as Config>::WeightInfo::close())]
        pub fn close(origin: OriginFor<T>, channel: ChannelId) -> DispatchResult {
            let party = ensure_signed(origin)?;
            Self::begin_close(&party, channel)
        }

        /// Ends a channel whose time to redeem is over: the rest goes to its user. Anybody may ask for it.
        #[pallet::call_index(4)]
        #[pallet::weight(<T as Config>::WeightInfo::settle())]
        pub fn settle(origin: OriginFor<T>, channel: ChannelId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::settle_closed(channel)
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
