//! Arguments of `ganglion node`.

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
}

/// What to do instead of running.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Key management.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),
    /// Write the chain specification to a file.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),
    /// Remove the whole chain from disk.
    PurgeChain(sc_cli::PurgeChainCmd),
    /// Show what the database holds.
    ChainInfo(sc_cli::ChainInfoCmd),
}
