//! Which nodes to ask when nobody says.

use anyhow::Result;

use crate::cli::ChainArgs;
use crate::folder::Folder;

/// Where a node listens by default.
const DEFAULT: &str = "ws://127.0.0.1:9944";

/// The nodes that the arguments name; else those of the local network; else the usual place on this machine.
pub fn of(args: &ChainArgs) -> Result<Vec<String>> {
    if !args.nodes.is_empty() {
        return Ok(args.nodes.clone());
    }
    let folder = Folder::locate(args.at.dir.as_deref())?;
    // A folder that can't be read matters only to whoever named it.
    let record = match folder.read() {
        Ok(record) => record,
        Err(error) if args.at.dir.is_some() => return Err(error.into()),
        Err(_) => None,
    };
    match record {
        Some(record) if !record.nodes.is_empty() => Ok(record.nodes.into_iter().map(|node| node.rpc).collect()),
        _ if args.at.dir.is_some() => Err(crate::exit::NotRunning::at(folder.root()).into()),
        _ => Ok(vec![DEFAULT.to_owned()]),
    }
}
