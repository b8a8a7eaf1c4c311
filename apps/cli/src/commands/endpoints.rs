//! Which nodes to ask when nobody says.

use anyhow::Result;

use crate::cli::ChainArgs;
use crate::exit::NotRunning;
use crate::folder::{Folder, Phase};

/// Where a node listens by default.
pub const DEFAULT: &str = "ws://127.0.0.1:9944";

/// The nodes that the arguments name; else those of the local network; else the usual place on this machine.
///
/// # Errors
/// A folder was named and no network runs there.
pub fn of(args: &ChainArgs) -> Result<Vec<String>> {
    if !args.nodes.is_empty() {
        return Ok(args.nodes.clone());
    }
    let named = args.at.dir.is_some();
    let folder = Folder::locate(args.at.dir.as_deref())?;
    // A folder that can't be read matters only to whoever named it.
    let record = match folder.read() {
        Err(error) if named => return Err(error.into()),
        read => read.ok().flatten(),
    };
    match record.filter(|record| record.phase != Phase::Stopped && !record.nodes.is_empty()) {
        Some(record) => Ok(record.nodes.into_iter().map(|node| node.rpc).collect()),
        None if named => Err(NotRunning::at(folder.root()).into()),
        None => Ok(vec![DEFAULT.to_owned()]),
    }
}
