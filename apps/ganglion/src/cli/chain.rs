//! The commands that read a chain, and the arguments that they share.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DirArgs;

/// Which chain to ask.
#[derive(Debug, Clone, Default, Args)]
pub struct ChainArgs {
    /// Chain node, a WebSocket URL; give several for failover [default: the local network's, else ws://127.0.0.1:9944]
    #[arg(long = "node", value_name = "URL", env = "GANGLION_NODE", value_delimiter = ',')]
    pub nodes: Vec<String>,
    /// Which local network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which wallet.
#[derive(Debug, Clone, Args)]
pub struct WalletArgs {
    /// Folder with the wallets [default: ~/.bittensor/wallets]
    #[arg(long, value_name = "FOLDER")]
    pub wallet_path: Option<PathBuf>,
    /// Name of the wallet
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub wallet_name: String,
    /// Name of the hotkey in the wallet
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub wallet_hotkey: String,
}

/// `ganglion subnet …`.
#[derive(Debug, Clone, Subcommand)]
pub enum SubnetCommand {
    /// List the subnets
    List(ChainArgs),
    /// Show a subnet: prices, limits, owner
    Show(SubnetOfArgs),
    /// Show every neuron of a subnet
    Metagraph(MetagraphArgs),
}

/// Which subnet.
#[derive(Debug, Clone, Args)]
pub struct SubnetOfArgs {
    /// Number of the subnet
    pub netuid: u16,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion subnet metagraph`.
#[derive(Debug, Clone, Args)]
pub struct MetagraphArgs {
    /// Number of the subnet
    pub netuid: u16,
    /// Column to sort by: uid, stake, incentive, dividends, emission, trust, earned
    #[arg(long, value_name = "COLUMN", default_value = "uid")]
    pub sort: String,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion neuron …`.
#[derive(Debug, Clone, Subcommand)]
pub enum NeuronCommand {
    /// Show a neuron: pay, limits, endpoint
    Show(NeuronShowArgs),
}

/// `ganglion neuron show`.
#[derive(Debug, Clone, Args)]
pub struct NeuronShowArgs {
    /// Its uid, or the address of its hotkey
    pub neuron: String,
    /// Number of the subnet
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion stake …`.
#[derive(Debug, Clone, Subcommand)]
pub enum StakeCommand {
    /// List a coldkey's stakes
    List(StakeListArgs),
}

/// `ganglion stake list`.
#[derive(Debug, Clone, Args)]
pub struct StakeListArgs {
    /// A coldkey's address [default: the wallet's]
    pub address: Option<String>,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
}

/// `ganglion delegate …`.
#[derive(Debug, Clone, Subcommand)]
pub enum DelegateCommand {
    /// List the validators that can be nominated
    List(ChainArgs),
    /// Show a validator and its nominators
    Show(DelegateShowArgs),
}

/// `ganglion delegate show`.
#[derive(Debug, Clone, Args)]
pub struct DelegateShowArgs {
    /// Address of the hotkey
    pub hotkey: String,
    /// Show at most this many nominators
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion validators …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ValidatorsCommand {
    /// List the 64 and the candidates
    List(ChainArgs),
}

/// `ganglion governance …`.
#[derive(Debug, Clone, Subcommand)]
pub enum GovernanceCommand {
    /// List referenda and tracks
    List(GovernanceListArgs),
}

/// `ganglion governance list`.
#[derive(Debug, Clone, Args)]
pub struct GovernanceListArgs {
    /// Show at most this many referenda
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub limit: u32,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion channel …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ChannelCommand {
    /// List payment channels
    List(ChannelListArgs),
}

/// `ganglion channel list`.
#[derive(Debug, Clone, Args)]
pub struct ChannelListArgs {
    /// A coldkey that opened channels [default: the wallet's]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "provider")]
    pub user: Option<String>,
    /// A provider's hotkey
    #[arg(long, value_name = "ADDRESS")]
    pub provider: Option<String>,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
}
