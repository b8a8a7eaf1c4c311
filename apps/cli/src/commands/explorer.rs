//! `ganglion explorer …`.

use anyhow::{bail, Result};

use crate::cli::ExplorerCommand;

/// Says that there is none yet.
///
/// # Errors
/// Always.
pub fn run(command: &ExplorerCommand) -> Result<()> {
    match command {
        ExplorerCommand::Run => bail!(
            "this version has no explorer: `ganglion status`, `ganglion subnet metagraph` and `--json` show the same numbers"
        ),
    }
}
