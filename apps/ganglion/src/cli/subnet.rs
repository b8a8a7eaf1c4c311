//! `ganglion subnet …`, `ganglion neuron …` and `ganglion weights …`.

use std::net::IpAddr;

use clap::{Args, Subcommand};

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
    /// Say what the subnet is for
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
    #[arg(long, default_value = "")]
    pub description: String,
    /// Its web site
    #[arg(long, default_value = "")]
    pub url: String,
    /// Where its source code is
    #[arg(long, default_value = "")]
    pub repository: String,
    /// The address of a picture
    #[arg(long, default_value = "")]
    pub logo: String,
    /// A Discord channel or user
    #[arg(long, default_value = "")]
    pub discord: String,
    /// How else to reach the owner
    #[arg(long, default_value = "")]
    pub contact: String,
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

/// `ganglion neuron …`.
#[derive(Debug, Clone, Subcommand)]
pub enum NeuronCommand {
    /// Join a subnet, by work or by paying
    Register(RegisterArgs),
    /// Announce where the neuron's axon listens
    Serve(ServeArgs),
    /// Show a neuron: pay, limits, endpoint
    Show(NeuronShowArgs),
}

/// `ganglion neuron register`.
#[derive(Debug, Clone, Args)]
pub struct RegisterArgs {
    /// Number of the subnet
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// By proof of work: costs time, no TAO (this is the default)
    #[arg(long, conflicts_with = "burn")]
    pub pow: bool,
    /// By paying the burn, which is recycled
    #[arg(long)]
    pub burn: bool,
    /// Threads for the work [default: all]
    #[arg(long, value_name = "N", conflicts_with = "burn")]
    pub threads: Option<usize>,
    /// Give up after this many seconds of work
    #[arg(long, value_name = "S", default_value_t = 86_400, conflicts_with = "burn")]
    pub timeout: u64,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion neuron serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Number of the subnet
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// Address where others reach the axon
    #[arg(long, value_name = "IP")]
    pub ip: IpAddr,
    /// Its port
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,
    /// Announce a Prometheus endpoint instead
    #[arg(long)]
    pub prometheus: bool,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
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

/// `ganglion weights …`.
#[derive(Debug, Clone, Subcommand)]
pub enum WeightsCommand {
    /// Show the weights that validators have set
    Show(WeightsShowArgs),
    /// Set weights in the open
    Set(WeightsSetArgs),
    /// Commit to weights; the salt is kept in the wallet's folder until the reveal
    Commit(WeightsSetArgs),
    /// Reveal the weights committed to
    Reveal(WeightsRevealArgs),
}

/// `ganglion weights show`.
#[derive(Debug, Clone, Args)]
pub struct WeightsShowArgs {
    /// Number of the subnet
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// Only this validator's, by uid
    #[arg(long, value_name = "UID")]
    pub uid: Option<u16>,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion weights set` and `commit`.
#[derive(Debug, Clone, Args)]
pub struct WeightsSetArgs {
    /// Weights by uid; only their proportions count
    #[arg(required = true, value_name = "UID=WEIGHT")]
    pub weights: Vec<String>,
    /// Number of the subnet
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// The version that the weights were made for [default: the subnet's]
    #[arg(long, value_name = "N")]
    pub version_key: Option<u64>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion weights reveal`.
#[derive(Debug, Clone, Args)]
pub struct WeightsRevealArgs {
    /// Number of the subnet
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}
