//! `ganglion doctor`, `completions`, `man`, `schema` and `explorer`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;

use super::{ChainArgs, SocketArgs, WalletArgs};

/// `ganglion doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// Which agent.
    #[command(flatten)]
    pub agent: SocketArgs,
}

/// `ganglion completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// For which shell
    pub shell: Shell,
}

/// `ganglion man`.
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// Write a page for every command into this folder, instead of the main one to standard output
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// `ganglion schema`.
#[derive(Debug, Clone, Args)]
pub struct SchemaArgs {
    /// The command, such as `wallet balance`; without it, the commands that print JSON are listed
    pub command: Vec<String>,
}

/// `ganglion explorer …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ExplorerCommand {
    /// Serve the network's web pages (not in this version)
    Run,
}
