//! Small values that the client answers with.

use std::time::Duration;

/// A block, by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockRef {
    /// Height; genesis is 0.
    pub number: u32,
    /// Hash of the header.
    pub hash: [u8; 32],
}

/// How the node itself is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Connected peers.
    pub peers: u32,
    /// Whether it is still catching up with the chain.
    pub syncing: bool,
}

/// Where a transaction went in. It succeeded there; the block may not be final yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The block's hash.
    pub block_hash: [u8; 32],
    /// The block's height.
    pub block_number: u32,
    /// The transaction's hash.
    pub extrinsic_hash: [u8; 32],
}

/// How long the client waits, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// To connect to any of the endpoints, in all.
    pub connect: Duration,
    /// For one read, reconnecting included.
    pub call: Duration,
    /// For a transaction to be in a best block, submission included.
    pub inclusion: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), call: Duration::from_secs(10), inclusion: Duration::from_secs(60) }
    }
}
