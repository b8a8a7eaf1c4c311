//! A hotkey and who backs it.

use crate::{AccountId, BlockNumber, HotkeyId, NetUid, Rao, Uid};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// A hotkey at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct HotkeyInfo {
    /// The coldkey that owns it.
    pub owner: AccountId,
    /// The owner's share of validator dividends, in 1/65535.
    pub take: u16,
    /// Stake on it, own and nominated, RAO.
    pub stake: Rao,
    /// The owner's part of that, RAO.
    pub own: Rao,
    /// Its seats.
    pub seats: Vec<(NetUid, Uid)>,
    /// Whether it produces blocks in this session.
    pub producer: bool,
}

/// One nominator of a hotkey.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Nomination {
    /// Who backs the hotkey.
    pub coldkey: AccountId,
    /// Worth now, RAO.
    pub stake: Rao,
}

/// A page of a hotkey's nominators.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NominatorPage {
    /// The hotkey.
    pub hotkey: HotkeyInfo,
    /// Its nominators, in an order that is always the same but means nothing; its owner isn't among them.
    pub nominators: Vec<Nomination>,
    /// What to ask for as `after` to get the next page; `None` ends the list.
    pub next: Option<AccountId>,
}

/// A hotkey that nominators can back: it has a validator permit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Delegate {
    /// Its key.
    pub hotkey: AccountId,
    /// What there is to know of it.
    pub info: HotkeyInfo,
    /// Where it has a permit, by the last epoch.
    pub permits: Vec<NetUid>,
}

/// A page of delegates.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DelegatePage {
    /// The block this was read at.
    pub block: BlockNumber,
    /// Who was a hotkey first comes first.
    pub delegates: Vec<Delegate>,
    /// What to ask for as `from` to get the next page; `None` ends the list.
    pub next: Option<HotkeyId>,
}
