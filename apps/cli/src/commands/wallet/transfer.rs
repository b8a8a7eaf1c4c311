//! `ganglion wallet transfer`.

use anyhow::Result;
use ganglion_client::Write;

use crate::amount::Amount;
use crate::cli::TransferArgs;
use crate::commands::keys::Role;
use crate::commands::write;

/// Sends TAO.
///
/// # Errors
/// Those of [`write::run`].
pub fn run(args: &TransferArgs) -> Result<()> {
    write::run(&args.write, Role::Coldkey, async |_, _| {
        Ok(match args.amount {
            Amount::All => Write::transfer_all(args.to, !args.allow_death),
            Amount::Some(rao) if args.allow_death => Write::transfer_allow_death(args.to, rao),
            Amount::Some(rao) => Write::transfer(args.to, rao),
        })
    })
}
