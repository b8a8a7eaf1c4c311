//! `ganglion agent …`.

use clap::{Args, Subcommand, ValueEnum};
use ganglion_keys::PublicKey;

use super::{PasswordArgs, SocketArgs, WalletArgs};

/// `ganglion agent …`.
#[derive(Debug, Clone, Subcommand)]
pub enum AgentCommand {
    /// Be the agent, until Ctrl-C or `ganglion agent stop`
    Run(AgentRunArgs),
    /// Unlock a wallet's key and let the agent sign with it for a while
    Add(AgentAddArgs),
    /// List the keys that the agent holds
    List(AgentListArgs),
    /// Make the agent forget one key
    Remove(AgentRemoveArgs),
    /// Make the agent forget all keys
    Lock(AgentRunArgs),
    /// End the agent
    Stop(AgentRunArgs),
}

/// `ganglion agent run`, `lock` and `stop`.
#[derive(Debug, Clone, Args)]
pub struct AgentRunArgs {
    /// Where.
    #[command(flatten)]
    pub at: SocketArgs,
}

/// What a key in the agent may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Purpose {
    /// Transactions
    Transaction,
    /// Texts of `ganglion wallet sign`
    Text,
}

/// `ganglion agent add`.
#[derive(Debug, Clone, Args)]
pub struct AgentAddArgs {
    /// The hotkey; without this, the coldkey
    #[arg(long)]
    pub hotkey: bool,
    /// For how many minutes, 30 days at most
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=43_200))]
    pub minutes: u32,
    /// What it may sign [default: both]
    #[arg(long = "for", value_name = "PURPOSE", value_enum, value_delimiter = ',')]
    pub purposes: Vec<Purpose>,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// The key's password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Where.
    #[command(flatten)]
    pub at: SocketArgs,
}

/// `ganglion agent list`.
#[derive(Debug, Clone, Args)]
pub struct AgentListArgs {
    /// Where.
    #[command(flatten)]
    pub at: SocketArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion agent remove`.
#[derive(Debug, Clone, Args)]
pub struct AgentRemoveArgs {
    /// The key's address
    pub key: PublicKey,
    /// Where.
    #[command(flatten)]
    pub at: SocketArgs,
}
