//! `ganglion neuron …` and `ganglion weights …`.

use std::net::IpAddr;

use clap::{Args, Subcommand};

use super::{ChainArgs, WriteArgs};

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
    #[arg(long, value_name = "N", conflicts_with = "burn", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Give up after this many seconds of work
    #[arg(long, value_name = "S", default_value_t = 86_400, conflicts_with = "burn")]
    pub timeout: u64,
    /// Whose neuron, and how it is signed: work is its own proof and needs no password.
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
    /// Announce where Prometheus finds its metrics instead
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
    /// Commit to weights; what must be revealed is kept in the user's data folder until the reveal is final
    Commit(WeightsSetArgs),
    /// Reveal the weights committed to, and wait up to two minutes until that is final
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
    #[arg(required = true, value_name = "UID=WEIGHT", value_parser = super::pair)]
    pub weights: Vec<(u16, f64)>,
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
