//! From arguments to a running node.

use crate::{chain_spec, service, Cli, Subcommand};
use clap::{CommandFactory, FromArgMatches};
use ganglion_runtime::opaque::Block;
use sc_cli::SubstrateCli;
use std::ffi::OsString;

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Ganglion node".into()
    }

    fn impl_version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }

    fn description() -> String {
        "A node of the blockchain layer: keeps the books of a market for machine intelligence.".into()
    }

    fn author() -> String {
        "the Ganglion authors".into()
    }

    fn support_url() -> String {
        "the project's issue tracker".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn executable_name() -> String {
        "ganglion node".into()
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        chain_spec::load(id)
    }
}

/// Runs `ganglion node` with `arguments`, the first of which is the program's name. Blocks until the node ends.
///
/// # Errors
/// Whatever keeps the node from starting or makes it end: a taken port, a broken database, a wrong chain
/// specification. Wrong arguments print help and exit with 2.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> sc_cli::Result<()> {
    let cli = parse(arguments);
    match &cli.subcommand {
        Some(Subcommand::Key(command)) => command.run(&cli),
        Some(Subcommand::ExportChainSpec(command)) => {
            let spec = cli.load_spec(&command.chain)?;
            command.run(spec)
        }
        Some(Subcommand::PurgeChain(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.database))
        }
        Some(Subcommand::ChainInfo(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run::<Block>(&config))
        }
        None => {
            let runner = cli.create_runner(&cli.run)?;
            runner.run_node_until_exit(|config| async move { service::start(config).map_err(sc_cli::Error::Service) })
        }
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Cli {
    let command = Cli::command()
        .name("ganglion node")
        .bin_name("ganglion node")
        .about(Cli::description())
        .version(Cli::impl_version())
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true);
    let matches = command.try_get_matches_from(arguments).unwrap_or_else(|error| error.exit());
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}
