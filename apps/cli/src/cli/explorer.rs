//! `ganglion explorer …`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ChainArgs, DirArgs};

/// `ganglion explorer …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ExplorerCommand {
    /// Serve the network's web pages, and index what they show
    Run(ExplorerRunArgs),
    /// Make the index anew, up to the last finalised block
    Reindex(ExplorerReindexArgs),
    /// Make an index of a chain that never was, to measure pages with
    Synthetic(ExplorerSyntheticArgs),
}

/// `ganglion explorer run`.
#[derive(Debug, Clone, Args)]
pub struct ExplorerRunArgs {
    /// Chain node, a WebSocket URL; give several for failover [default: the local network's, else ws://127.0.0.1:9944]
    #[arg(long = "node", value_name = "URL", env = "GANGLION_NODE", value_delimiter = ',')]
    pub nodes: Vec<String>,
    /// Which local network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Ask no node: show the index as it is
    #[arg(long)]
    pub no_node: bool,
    /// The index's file [default: ganglion/explorer.sqlite in the user's data folder]
    #[arg(long, value_name = "FILE")]
    pub index: Option<PathBuf>,
    /// Address to listen at
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub ip: IpAddr,
    /// Port to listen at
    #[arg(long, value_name = "PORT", default_value_t = 8090)]
    pub port: u16,
    /// Read validators' pages at private addresses too, as in a laboratory's network; without this only if all nodes are
    /// on this machine
    #[arg(long)]
    pub private_addresses: bool,
}

/// `ganglion explorer reindex`.
#[derive(Debug, Clone, Args)]
pub struct ExplorerReindexArgs {
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// The index's file [default: ganglion/explorer.sqlite in the user's data folder]
    #[arg(long, value_name = "FILE")]
    pub index: Option<PathBuf>,
}

/// `ganglion explorer synthetic`.
#[derive(Debug, Clone, Args)]
pub struct ExplorerSyntheticArgs {
    /// How many blocks it has
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub blocks: u32,
    /// Where to write it; what is there goes
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Neurons of its largest subnet
    #[arg(long, value_name = "N", default_value_t = 4_096, value_parser = clap::value_parser!(u16).range(1..=4_096))]
    pub neurons: u16,
    /// Accounts that send and stake
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub accounts: u32,
    /// Everything follows from it: the same seed gives the same chain
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Let names and identities be attempts to run scripts
    #[arg(long)]
    pub hostile: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
