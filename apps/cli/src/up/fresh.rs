//! `--fresh`: deleting a network before starting anew.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{bail, Context, Result};

use crate::exit::Declined;
use crate::folder::Folder;
use crate::output;

/// Deletes the network in `folder`, after asking (unless `sure`).
///
/// # Errors
/// The user declined, there is nobody to ask, or something can't be deleted.
pub fn wipe(folder: &Folder, sure: bool) -> Result<()> {
    if !folder.is_used() {
        return Ok(());
    }
    if !sure {
        if !io::stdin().is_terminal() {
            bail!(Declined(format!(
                "nothing was deleted: --fresh deletes the chain and the wallets in {}, and there is no terminal to ask at; \
                 add --yes to confirm",
                folder.root().display()
            )));
        }
        output::talk(&format!("This deletes the chain, the wallets and the logs in {}.", folder.root().display()));
        output::talk("Type yes to go on:");
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).context("can't read the answer")?;
        if answer.trim() != "yes" {
            bail!(Declined("nothing was deleted".into()));
        }
    }
    folder.wipe()
}
