//! What an account has.

use crate::{AccountId, BlockNumber, NetUid, Rao};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// One stake of an account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Position {
    /// The hotkey that is backed.
    pub hotkey: AccountId,
    /// Whether the account owns that hotkey.
    pub owned: bool,
    /// Worth now, RAO.
    pub stake: Rao,
}

/// Stake that is waiting out its slash window.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Departure {
    /// The hotkey that it backed.
    pub hotkey: AccountId,
    /// Worth now, RAO.
    pub amount: Rao,
    /// The first block in which it can be withdrawn.
    pub until: BlockNumber,
}

/// What an account has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AccountPositions {
    /// Balance that is neither staked nor on deposit, RAO. Votes may have frozen a part of it.
    pub free: Rao,
    /// Stakes, own and nominated, at most 256.
    pub positions: Vec<Position>,
    /// Of `free`, what can be spent now, RAO.
    pub spendable: Rao,
    /// Deposits (proxies, multisigs, referenda, preimages), RAO; they come back.
    pub reserved: Rao,
    /// RAO bound by votes, whether free or staked.
    pub voting: Rao,
    /// Stake on its way out.
    pub leaving: Vec<Departure>,
    /// Subnets that it owns.
    pub subnets: Vec<NetUid>,
    /// Payment channels that it opened and that are not settled yet.
    pub channels: u32,
    /// Transactions signed so far.
    pub nonce: u32,
}
