//! The state of the token.

use crate::{BlockNumber, NetUid, Rao};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// When a subnet is paid next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NextEpoch {
    /// The subnet.
    pub netuid: NetUid,
    /// The block whose start runs its epoch.
    pub block: BlockNumber,
}

/// The state of the token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct EmissionInfo {
    /// The block this was read at.
    pub block: BlockNumber,
    /// RAO in existence.
    pub issuance: Rao,
    /// RAO minted since genesis.
    pub emitted: Rao,
    /// RAO destroyed by registrations, key swaps, fees and slashes.
    pub recycled: Rao,
    /// RAO that the next block mints.
    pub block_emission: Rao,
    /// Issuance at which that halves next.
    pub next_halving: Rao,
    /// RAO in pots that no account owns yet.
    pub pending: Rao,
    /// RAO staked, with what is leaving.
    pub staked: Rao,
    /// RAO locked behind subnets.
    pub locked: Rao,
    /// RAO in payment channels.
    pub prepaid: Rao,
    /// RAO to lock for creating a subnet now.
    pub subnet_price: Rao,
    /// The first block in which one can be created.
    pub next_creation: BlockNumber,
    /// When each subnet is paid next, by number.
    pub next_epochs: Vec<NextEpoch>,
}
