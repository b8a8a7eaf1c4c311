//! What is written of a block.

use ganglion_client::{ChainBlock, ChainCall, UnreadableCall};
use ganglion_primitives::{
    info::{GovernanceInfo, Producers},
    AccountPositions, EmissionInfo, Metagraph, NetUid, SubnetInfo,
};
use std::collections::BTreeMap;

/// A block, and what was read of the ledger as it left it.
#[derive(Clone, Debug)]
pub struct Indexed {
    /// The block.
    pub block: ChainBlock,
    /// What else was read.
    pub extra: Extra,
}

/// What blocks don't tell by themselves, read where something happened to it or at the chain's end.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// Metagraphs, by subnet.
    pub metagraphs: BTreeMap<NetUid, Metagraph>,
    /// All subnets.
    pub subnets: Option<Vec<SubnetInfo>>,
    /// The token.
    pub emission: Option<EmissionInfo>,
    /// The producers.
    pub producers: Option<Producers>,
    /// What is known of producers beside that, in their order; empty if nothing was asked.
    pub backing: Vec<Option<Backing>>,
    /// Referenda, with what it takes to pass one.
    pub governance: Option<GovernanceInfo>,
    /// What referenda propose, by their numbers: as calls, or why they can't be told as such.
    pub calls: BTreeMap<u32, Result<ChainCall, UnreadableCall>>,
    /// What accounts have.
    pub accounts: Vec<([u8; 32], AccountPositions)>,
}

/// Nominators of a producer that are counted: so many may be more.
pub(crate) const MOST_NOMINATORS: u32 = 256;

/// Who stands behind a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backing {
    /// The owner's share of dividends, in 1/65535.
    pub take: u16,
    /// The owner's own stake, RAO.
    pub own: u64,
    /// Nominators, counted up to 256: so many may be more.
    pub nominators: u32,
}

impl Indexed {
    /// A block of which nothing else was read.
    pub fn bare(block: ChainBlock) -> Self {
        Self { block, extra: Extra::default() }
    }
}
