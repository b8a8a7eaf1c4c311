//! `ganglion wallet …`.

mod balance;
mod create;
mod import;
mod list;
mod password;
mod preview;
mod show;
mod swap;
mod text;
mod transfer;

use anyhow::Result;

use crate::cli::WalletCommand;

pub use balance::BalancePage;
pub use create::NewKeys;
pub use list::WalletList;
pub use preview::KeysToMake;
pub use show::WalletPage;
pub use text::{SignedText, VerifiedText};

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: WalletCommand) -> Result<()> {
    match command {
        WalletCommand::Create(args) => create::run(&args),
        WalletCommand::Import(args) => import::run(&args),
        WalletCommand::List(args) => list::run(&args),
        WalletCommand::Show(args) => show::run(&args),
        WalletCommand::Balance(args) => balance::run(&args),
        WalletCommand::Transfer(args) => transfer::run(&args),
        WalletCommand::Sign(args) => text::sign(&args),
        WalletCommand::Verify(args) => text::verify(&args),
        WalletCommand::Swap(command) => swap::run(&command),
        WalletCommand::Password(args) => password::run(&args),
    }
}
