//! What is stored.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use ganglion_primitives::{HotkeyId, NetUid, Rao};
use scale_info::TypeInfo;
use sp_staking::SessionIndex;

/// Most block producers.
pub const MAX_PRODUCERS: u32 = 64;

/// Weights by subnet; only ratios matter.
pub type SubnetWeights = BoundedVec<(NetUid, u16), ConstU32<{ pallet_subnets::MAX_SUBNETS as u32 }>>;

/// Somebody who can be elected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Candidate {
    /// Who.
    pub hotkey: HotkeyId,
    /// Stake, own and nominated, at the last election or when it became a candidate since, RAO.
    pub stake: Rao,
}

/// What is known of a candidate or member.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Standing<BlockNumber> {
    /// Block of its last change: new keys, chill, stand.
    pub changed_at: Option<BlockNumber>,
    /// Whether, and why, it isn't elected.
    pub chill: Option<Chill>,
    /// First block in which its stake answers for nothing any more; the highest number while it is a member.
    pub bound_until: BlockNumber,
}

/// A time without election.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Chill {
    /// Why.
    pub cause: ChillCause,
    /// First session in which it can stand again.
    pub until: SessionIndex,
}

/// Why somebody isn't elected for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum ChillCause {
    /// It wished so.
    Wish,
    /// It wrote no blocks.
    Absence,
    /// It signed what contradicts itself.
    Offence,
}

/// Whether a member's node is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Attendance<BlockNumber> {
    /// The last block that it wrote; before its first one, the block in which its first session began.
    pub last_block: BlockNumber,
    /// Whether it wrote a block since it became a member or was last absent.
    pub present: bool,
}

/// A member's vote on subnets.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct RootRow<BlockNumber> {
    /// What it wants, unscaled.
    pub weights: SubnetWeights,
    /// When it said so.
    pub set_at: BlockNumber,
}
