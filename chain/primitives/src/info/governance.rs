//! Referenda: what is being decided, and how.

use crate::{AccountId, BlockNumber, Hash, Rao};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// A kind of decision: what it may do, and what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Track {
    /// Its number.
    pub id: u16,
    /// Its name, UTF-8.
    pub name: Vec<u8>,
    /// RAO to deposit for a decision; it comes back.
    pub decision_deposit: Rao,
    /// Blocks from submission until deciding can begin.
    pub prepare_period: BlockNumber,
    /// Blocks in which it must pass.
    pub decision_period: BlockNumber,
    /// Blocks for which it must go on passing.
    pub confirm_period: BlockNumber,
    /// Least number of blocks from approval to enactment.
    pub enactment_period: BlockNumber,
}

/// What a referendum waits for before deciding begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Preparation {
    /// Somebody to pay the decision deposit.
    Deposit,
    /// The end of the prepare period.
    Period,
    /// A place among those being decided.
    Place,
}

/// How far a referendum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum PollState {
    /// Votes are taken, nothing is decided yet.
    Preparing(Preparation),
    /// Being decided.
    Deciding {
        /// Since this block.
        since: BlockNumber,
        /// If it passes now: the block in which it is approved if it goes on passing.
        confirmed_at: Option<BlockNumber>,
    },
    /// Passed, in this block.
    Approved(BlockNumber),
    /// Failed, in this block.
    Rejected(BlockNumber),
    /// Called off, in this block; deposits come back.
    Cancelled(BlockNumber),
    /// Never decided.
    TimedOut(BlockNumber),
    /// Called off, in this block; deposits were taken.
    Killed(BlockNumber),
}

/// One referendum.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Poll {
    /// Its number.
    pub index: u32,
    /// How far it is.
    pub state: PollState,
    /// Its track; `None` once it is over.
    pub track: Option<u16>,
    /// Who submitted it; `None` once the deposit is back.
    pub proposer: Option<AccountId>,
    /// Hash of the proposed call; `None` once it is over.
    pub proposal: Option<Hash>,
    /// The proposed call itself, encoded, if the ledger has it and it is at most 16 KiB long.
    pub call: Option<Vec<u8>>,
    /// When it was submitted; `None` once it is over.
    pub submitted: Option<BlockNumber>,
    /// RAO for it, with conviction.
    pub ayes: Rao,
    /// RAO against it, with conviction.
    pub nays: Rao,
    /// RAO for it, without conviction.
    pub support: Rao,
}

/// A page of referenda, and how they are decided.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct GovernanceInfo {
    /// The block this was read at.
    pub block: BlockNumber,
    /// RAO of which a track asks a share in favour: what can vote, or fourteen days' emission if that is more.
    pub electorate: Rao,
    /// RAO to deposit for submitting a referendum.
    pub submission_deposit: Rao,
    /// Blocks for which a vote with conviction 1 stays locked; other convictions multiply it.
    pub lock_period: BlockNumber,
    /// The tracks.
    pub tracks: Vec<Track>,
    /// Referenda, latest first.
    pub polls: Vec<Poll>,
    /// What to ask for as `before` to get the next page; `None` ends the list.
    pub next: Option<u32>,
}
