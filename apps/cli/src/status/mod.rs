//! `ganglion status`: heights, issuance, and what every neuron is worth.

mod gather;
pub mod shape;
pub mod table;

use anyhow::{bail, Result};

use crate::cli::StatusArgs;
use crate::exit::NotRunning;
use crate::folder::{Folder, Phase, Record};
use crate::output;

/// Shows the network in the folder, within five seconds even if a node is dead.
///
/// # Errors
/// [`NotRunning`]; no node answers.
pub fn run(args: &StatusArgs) -> Result<()> {
    let folder = Folder::locate(args.at.dir.as_deref())?;
    let record = running(&folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let status = runtime.block_on(gather::gather(&record));
    runtime.shutdown_background();
    if args.json {
        output::json(&status)?;
    } else {
        output::data(&table::render(&status))?;
    }
    if record.phase == Phase::Starting {
        output::talk(&format!("{} the network is still being started", output::yellow("note:")));
    }
    if status.nodes.iter().all(|node| !node.alive) {
        bail!("no node answers: see the logs in {}", folder.root().join("logs").display());
    }
    Ok(())
}

/// The record of the network that runs in `folder`.
///
/// # Errors
/// [`NotRunning`], or `network.json` can't be read.
pub fn running(folder: &Folder) -> Result<Record> {
    match folder.read()? {
        Some(record) if record.is_running() => Ok(record),
        _ => Err(NotRunning::at(folder.root()).into()),
    }
}
