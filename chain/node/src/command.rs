//! From arguments to a running node.

use crate::{
    backend::{Backend, Client, Queue},
    clock::Clock,
    executor,
    ledger::Ledger,
    parts::Parts,
    runtime::Block,
    service, Cli, Subcommand,
};
use clap::{CommandFactory, FromArgMatches};
use ganglion_primitives::BlockNumber;
use sc_cli::{CliConfiguration, SubstrateCli};
use sc_service::DatabaseSource;
use std::{ffi::OsString, future::Future, sync::Arc};

/// The node as a program: what its arguments say, and the ledger that it runs, which no argument says.
struct Program {
    cli: Cli,
    ledger: Ledger,
}

impl SubstrateCli for Program {
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
        (self.ledger.spec)(id)
    }
}

/// What `--chain` takes.
const CHAIN: &str =
    "The chain: main, local (if left out) or dev, or the file of a specification, such as `ganglion node \
    export-chain-spec` and `ganglion node found` write";

/// Runs `ganglion node` with `arguments`, the first of which is the program's name, on `ledger`. Blocks until the node ends.
///
/// # Errors
/// Whatever keeps the node from starting or makes it end: a taken port, a broken database, a wrong chain
/// specification. Wrong arguments print help and exit with 2.
pub fn run(arguments: impl IntoIterator<Item = OsString>, ledger: Ledger) -> sc_cli::Result<()> {
    let program = Program { cli: parse(arguments), ledger };
    let cli = &program.cli;
    match &cli.subcommand {
        Some(subcommand) => run_subcommand(&program, subcommand),
        None => {
            check_chain(cli)?;
            let runner = program.create_runner(&cli.run)?;
            let sealing = cli.sealing;
            runner.run_node_until_exit(|config| async move {
                service::start(config, sealing).map_err(sc_cli::Error::Service)
            })
        }
    }
}

/// The main preset is a form to fill in: it names no founders.
fn check_chain(cli: &Cli) -> sc_cli::Result<()> {
    if cli.run.shared_params.chain.as_deref() != Some("main") {
        return Ok(());
    }
    Err(sc_cli::Error::Input(
        "the main network isn't founded yet: its founders write its specification with `ganglion node found`; take that \
         file as --chain"
            .into(),
    ))
}

fn run_subcommand(program: &Program, subcommand: &Subcommand) -> sc_cli::Result<()> {
    match subcommand {
        Subcommand::Key(command) => command.run(program),
        Subcommand::Found(command) => command.run(&program.ledger),
        Subcommand::ExportChainSpec(command) => command.run(program.load_spec(&command.chain)?),
        Subcommand::CompileRuntime => executor::compile_runtime(&program.ledger).map_err(sc_cli::Error::Input),
        Subcommand::PurgeChain(command) => {
            program.create_runner(command)?.sync_run(|config| command.run(config.database))
        }
        Subcommand::ChainInfo(command) => {
            program.create_runner(command)?.sync_run(|config| command.run::<Block>(&config))
        }
        Subcommand::CheckBlock(command) => {
            on_database(program, command, |client, _, queue, _| command.run::<Block, _, _>(client, queue))
        }
        Subcommand::ExportBlocks(command) => {
            on_database(program, command, |client, _, _, database| command.run::<Block, _>(client, database))
        }
        Subcommand::ImportBlocks(command) => {
            on_database(program, command, |client, _, queue, _| command.run::<Block, _, _>(client, queue))
        }
        Subcommand::Revert(command) => on_database(program, command, |client, backend, _, _| {
            command.run::<Block, _, _>(client, backend, Some(Box::new(revert_consensus)))
        }),
    }
}

/// Runs a command on the chain that the disk holds, without a network.
fn on_database<C: CliConfiguration, F: Future<Output = sc_cli::Result<()>>>(
    program: &Program,
    command: &C,
    work: impl FnOnce(Arc<Client>, Arc<Backend>, Queue, DatabaseSource) -> F,
) -> sc_cli::Result<()> {
    program.create_runner(command)?.async_run(|config| {
        let Parts { client, backend, queue, tasks, babe_worker, pool, .. } = Parts::new(&config, Clock::system)?;
        let work = work(client, backend, queue, config.database);
        let work = async move {
            let result = work.await;
            // Without these their tasks would end early, and complain.
            drop((babe_worker, pool));
            result
        };
        Ok((work, tasks))
    })
}

/// Takes back what BABE and GRANDPA remember about the last `blocks` blocks.
fn revert_consensus(client: Arc<Client>, backend: Arc<Backend>, blocks: BlockNumber) -> sc_cli::Result<()> {
    sc_consensus_babe::revert(client.clone(), backend, blocks)?;
    sc_consensus_grandpa::revert(client, blocks)?;
    Ok(())
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Cli {
    let command = Cli::command()
        .name("ganglion node")
        .bin_name("ganglion node")
        .about(Program::description())
        .version(Program::impl_version())
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true)
        // Substrate's words for it name chains and commands that aren't ours.
        .mut_arg("chain", |chain| chain.help(CHAIN).long_help(None::<&str>));
    let matches = command.try_get_matches_from(arguments).unwrap_or_else(|error| error.exit());
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}
