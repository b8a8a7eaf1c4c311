//! Small values that the client answers with.

use serde::Serialize;
use std::{fmt, time::Duration};

/// A block, by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
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

/// Where a transaction went in. It succeeded there; the block may not be final yet
/// ([`Client::is_final`](crate::Client::is_final)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The block's hash.
    pub block_hash: [u8; 32],
    /// The block's height.
    pub block_number: u32,
    /// The transaction's hash.
    pub extrinsic_hash: [u8; 32],
    /// Its place in the block: what its events name.
    pub extrinsic_index: u32,
}

impl Inclusion {
    /// The block.
    pub fn block(&self) -> BlockRef {
        BlockRef { number: self.block_number, hash: self.block_hash }
    }
}

/// When something that is too early now can be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Retry {
    /// The first block that takes it.
    pub block: u32,
    /// About how long that is from now, if no slot stays empty.
    pub seconds: u64,
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from block {} on, in about {} s", self.block, self.seconds)
    }
}

/// Why the chain says no, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The pallet that refuses.
    pub pallet: String,
    /// Name of its error.
    pub error: String,
    /// The chain's own explanation; may be empty.
    pub docs: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.error)?;
        match self.docs.as_str() {
            "" => Ok(()),
            docs => write!(f, " ({docs})"),
        }
    }
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
