//! The 64: who produces blocks.

use crate::{AccountId, BlockNumber, NetUid, Rao};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// A producer's opinion on one subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RootWeight {
    /// The subnet.
    pub netuid: NetUid,
    /// Its weight; only the proportions of a row count.
    pub weight: u16,
}

/// One of the 64.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Producer {
    /// Its hotkey.
    pub hotkey: AccountId,
    /// Who owns it; `None` for a founder that never registered.
    pub coldkey: Option<AccountId>,
    /// Stake on it, own and nominated, RAO, as of now.
    pub stake: Rao,
    /// Whether it is one of those that genesis named, who have no stake.
    pub founder: bool,
    /// Whether its node is known to write blocks; only then it takes part in finality.
    pub present: bool,
    /// The last block that it wrote; before its first one, the block in which its first session began.
    pub last_block: BlockNumber,
    /// Whether it isn't elected for a while: it misbehaved, was absent, or wants to rest.
    pub chilled: bool,
    /// Whether it is a producer of the next session as well.
    pub stays: bool,
    /// How it would divide emission among subnets; empty if it said nothing.
    pub root_weights: Vec<RootWeight>,
    /// When it said so; `None` is never.
    pub root_weights_at: Option<BlockNumber>,
}

/// Somebody who wants to be one of the 64.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Candidate {
    /// Its hotkey.
    pub hotkey: AccountId,
    /// Stake on it, own and nominated, RAO, as of now.
    pub stake: Rao,
    /// Whether it isn't elected for a while.
    pub chilled: bool,
}

/// Who produces blocks in this session.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Producers {
    /// The block this was read at.
    pub block: BlockNumber,
    /// The session's number.
    pub session: u32,
    /// Length of a session, slots.
    pub session_slots: u64,
    /// Length of a slot, milliseconds.
    pub slot_millis: u64,
    /// The first slot of the next session, if nothing is skipped.
    pub next_session_slot: u64,
    /// Its producers.
    pub producers: Vec<Producer>,
    /// All candidates, those among the producers too, richest first as of the last election.
    pub candidates: Vec<Candidate>,
}
