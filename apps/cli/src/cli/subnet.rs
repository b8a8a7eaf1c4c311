//! `ganglion subnet …`.

use clap::{Args, Subcommand, ValueEnum};

use super::{ChainArgs, WriteArgs};

/// `ganglion subnet …`.
#[derive(Debug, Clone, Subcommand)]
pub enum SubnetCommand {
    /// List the subnets
    List(ChainArgs),
    /// Show a subnet: prices, limits, owner
    Show(SubnetOfArgs),
    /// Show every neuron of a subnet
    Metagraph(MetagraphArgs),
    /// Make a subnet of your own; its price is locked and comes back when it is dissolved
    Create(SubnetCreateArgs),
    /// Change hyperparameters
    Set(SubnetSetArgs),
    /// Say what the subnet is for; what isn't named stays as it is
    Identity(SubnetIdentityArgs),
    /// End a subnet of your own
    Dissolve(SubnetDissolveArgs),
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

/// What a metagraph is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortBy {
    /// Number of the seat, the least first
    Uid,
    /// Stake behind it
    Stake,
    /// Share of the miners' half
    Incentive,
    /// Share of the validators' half
    Dividends,
    /// Pay of the last epoch
    Emission,
    /// Trust
    Trust,
    /// Pay since registration
    Earned,
}

/// `ganglion subnet metagraph`.
#[derive(Debug, Clone, Args)]
pub struct MetagraphArgs {
    /// Number of the subnet
    pub netuid: u16,
    /// Column to sort by, the greatest first
    #[arg(long, value_name = "COLUMN", value_enum, default_value_t = SortBy::Uid)]
    pub sort: SortBy,
    /// Go on, and show it again after each block that changed it, until Ctrl-C; with --json, a line each time
    #[arg(long)]
    pub follow: bool,
    /// Ask validators, too, what each miner produces in bits: in all, beside the others, and what nobody else says
    #[arg(long, conflicts_with = "follow")]
    pub scores: bool,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion subnet create`.
#[derive(Debug, Clone, Args)]
pub struct SubnetCreateArgs {
    /// Its name
    pub name: String,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion subnet set`.
#[derive(Debug, Clone, Args)]
pub struct SubnetSetArgs {
    /// Number of the subnet
    pub netuid: u16,
    /// What to change, such as weights_rate_limit=100; `ganglion subnet show` lists names and values
    #[arg(required = true, value_name = "NAME=VALUE")]
    pub changes: Vec<String>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion subnet identity`.
#[derive(Debug, Clone, Args)]
pub struct SubnetIdentityArgs {
    /// Number of the subnet
    pub netuid: u16,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Its web site
    #[arg(long, value_name = "TEXT")]
    pub url: Option<String>,
    /// Where its source code is
    #[arg(long, value_name = "TEXT")]
    pub repository: Option<String>,
    /// The address of a picture
    #[arg(long, value_name = "TEXT")]
    pub logo: Option<String>,
    /// A Discord channel or user
    #[arg(long, value_name = "TEXT")]
    pub discord: Option<String>,
    /// How else to reach the owner
    #[arg(long, value_name = "TEXT")]
    pub contact: Option<String>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion subnet dissolve`.
#[derive(Debug, Clone, Args)]
pub struct SubnetDissolveArgs {
    /// Number of the subnet
    pub netuid: u16,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}
