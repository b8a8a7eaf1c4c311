//! Arguments of `ganglion node`.

use crate::{found::FoundCmd, sealing::Sealing};
use sc_cli::RunCmd;

/// A node of the blockchain layer.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// What to do instead of running.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,
    /// How to run.
    #[clap(flatten)]
    pub run: RunCmd,
    /// For tests: write blocks on demand instead of by the clock.
    ///
    /// The node runs alone, on a chain with one producer whose key it holds (`--dev`). Every block is final at once
    /// and lies one slot after its parent, so that the chain's time doesn't follow the clock. `engine_createBlock` and
    /// `engine_finalizeBlock` are there in both modes.
    #[arg(long, value_enum, value_name = "WHEN", conflicts_with_all = [
        "validator",
        "bootnodes",
        "reserved_nodes",
        "reserved_only",
        "sync",
        "force_authoring",
        "no_grandpa",
    ])]
    pub sealing: Option<Sealing>,
}

/// What to do instead of running.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Generate, inspect and insert keys: session keys, node keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),
    /// Write the specification of a network that certain producers found.
    Found(FoundCmd),
    /// Write the chain specification to a file.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),
    /// Compile the runtime that this program holds and keep the result, so that nodes start at once.
    ///
    /// Nodes do it themselves when they need to. The result lies in `$GANGLION_RUNTIMES`, by default
    /// `ganglion/runtimes` in the user's cache folder.
    CompileRuntime,
    /// Remove the whole chain from disk.
    PurgeChain(sc_cli::PurgeChainCmd),
    /// Show what the database holds.
    ChainInfo(sc_cli::ChainInfoCmd),
    /// Import a block that the database holds once more, as a check.
    CheckBlock(sc_cli::CheckBlockCmd),
    /// Write blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),
    /// Import blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),
    /// Forget the last blocks that aren't final.
    Revert(sc_cli::RevertCmd),
}
