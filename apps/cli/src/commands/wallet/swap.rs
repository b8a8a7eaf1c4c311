//! `ganglion wallet swap …`.

use anyhow::Result;
use ganglion_client::Write;

use crate::cli::SwapCommand;
use crate::commands::keys::{public, Role};
use crate::commands::write;

/// Puts another key in a key's place. Owners sign: the coldkey, and for the last step, or to decline it, the new one.
///
/// # Errors
/// Those of [`write::run`].
pub fn run(command: &SwapCommand) -> Result<()> {
    let cold = Role::Coldkey;
    match command {
        SwapCommand::Hotkey(args) => {
            let old = public(&args.write.wallet, Role::Hotkey)?;
            write::run(&args.write, cold, async |_, _| Ok(Write::swap_hotkey(old, args.new_hotkey)))
        }
        SwapCommand::Coldkey(args) => {
            write::run(&args.write, cold, async |_, _| Ok(Write::announce_coldkey_swap(args.new_coldkey)))
        }
        SwapCommand::Finish(args) => {
            write::run(&args.write, cold, async |_, _| Ok(Write::swap_coldkey(args.old_coldkey)))
        }
        SwapCommand::Decline(args) => {
            write::run(&args.write, cold, async |_, _| Ok(Write::decline_coldkey_swap(args.old_coldkey)))
        }
        SwapCommand::Dispute(args) => {
            write::run(&args.write, cold, async |_, signer| Ok(Write::dispute_coldkey_swap(signer)))
        }
    }
}
