//! What is stored.

use crate::Shares;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{ColdkeyId, HotkeyId};
use scale_info::TypeInfo;

/// The largest take, 18 %, in 1/65535; also the take of a hotkey that never chose one.
pub const MAX_TAKE: u16 = 11_796;

/// Most hotkeys in a coldkey's list: own ones and nominated ones together.
pub const MAX_POSITIONS: u32 = 256;

/// How many of these places new hotkeys may take. Anybody can register a hotkey for anybody, and must not fill the list.
pub const OWN_PLACES: u32 = 192;

/// Most departures of one coldkey from one hotkey that wait at the same time.
pub const MAX_DEPARTURES: u32 = 16;

/// Most nominators on a page.
pub const MAX_PAGE: u32 = 1_000;

/// A hotkey's row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Hotkey<AccountId, BlockNumber> {
    /// The key itself. A key swap changes this and nothing else.
    pub account: AccountId,
    /// Whom it belongs to.
    pub owner: ColdkeyId,
    /// The owner's take of validator dividends, in 1/65535.
    pub take: u16,
    /// When the take became what it is.
    pub take_changed_at: BlockNumber,
}

/// The [`Hotkey`] of a runtime.
pub type HotkeyOf<T> = Hotkey<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// Stake on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Departure<BlockNumber> {
    /// Its part of the hotkey's leaving pool.
    pub shares: Shares,
    /// The first block in which it may be withdrawn.
    pub until: BlockNumber,
}

/// One coldkey's departures from one hotkey, oldest first.
pub type Departures<T> = BoundedVec<Departure<BlockNumberFor<T>>, ConstU32<MAX_DEPARTURES>>;

/// The hotkeys that a coldkey owns or has stake on, sorted.
pub type Positions = BoundedVec<HotkeyId, ConstU32<MAX_POSITIONS>>;
