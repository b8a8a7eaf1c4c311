//! The chain node: the one place that names `ganglion_node`.

use std::ffi::OsString;

use anyhow::{anyhow, Context, Result};
pub use ganglion_node::Ledger;

/// Runs a node until it is told to stop; `args` begins with the program's name.
///
/// # Errors
/// The node failed or its options are wrong.
pub fn run(args: Vec<OsString>, ledger: Ledger) -> Result<()> {
    ganglion_node::run(args, ledger).map_err(|error| anyhow!("the node failed: {error}"))
}

/// The specification of a new local chain, JSON.
///
/// # Errors
/// The runtime's genesis can't be built.
pub fn local_spec(ledger: Ledger, slot_ms: u64) -> Result<String> {
    (ledger.local)(slot_ms).map_err(|error| anyhow!("can't make the chain's specification: {error}"))
}

/// The libp2p peer id that belongs to a node key.
///
/// # Errors
/// The bytes are no key.
pub fn peer_id(secret: &[u8; 32]) -> Result<String> {
    ganglion_node::peer_id(secret).context("these bytes are no node key")
}
