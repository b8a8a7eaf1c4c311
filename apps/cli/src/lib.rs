//! What the `ganglion` binary does: arguments, output and process supervision.
//!
//! Everything that computes lives in other crates; this one starts it, watches it and shows it. Commands print
//! data on stdout and talk on stderr; exit codes are in [`exit`].
//!
//! | module | holds |
//! |---|---|
//! | [`cli`] | the arguments |
//! | [`folder`] | a network's folder: lock, `network.json`, layout |
//! | [`ports`] | choosing TCP ports |
//! | [`process`] | processes by id *and* start time |
//! | [`supervise`] | starting, watching, restarting, stopping children |
//! | [`leash`] | how a child notices that its supervisor died |
//! | [`loopback`] | whether a node is on this machine |
//! | [`up`], [`down`], [`status`], [`ask`], [`forecast`], [`imagine`] | the commands for a local network |
//! | [`run`] | the commands for one neuron or one gateway |
//! | [`commands`] | the commands that talk to a chain, hold keys or keep models |
//! | [`amount`] | amounts of TAO as people write them |
//! | [`node`] | the chain node |

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

pub mod amount;
pub mod ask;
pub mod chain;
pub mod cli;
pub mod commands;
pub mod down;
pub mod exit;
pub mod folder;
pub mod forecast;
pub mod imagine;
pub mod leash;
pub mod loopback;
pub mod model;
pub mod node;
pub mod output;
pub mod ports;
pub mod process;
pub mod run;
pub mod signals;
pub mod status;
pub mod supervise;
pub mod up;
pub mod wallets;

use cli::{Cli, Command, Deferred, GatewayCommand, GatewayKeyCommand, MinerCommand, ValidatorCommand};

/// Runs the command that `args` (with the program's name first) describe; nodes run `ledger`.
pub fn main(args: Vec<OsString>, ledger: node::Ledger) -> ExitCode {
    if let Err(error) = leash::obey() {
        return exit::report(&error);
    }
    // The node has its own argument parser, with its own --help.
    if args.get(1).is_some_and(|word| word == "node") {
        return exit::code(node::run(args.into_iter().skip(1).collect(), ledger));
    }
    exit::code(dispatch(parse(args), ledger))
}

/// The command that the words describe. They end the process here if they ask for help, or can't be understood.
fn parse(args: Vec<OsString>) -> Cli {
    // Ending the process takes nothing apart: undoing the definition first would only cost time.
    let mut definition = Cli::command();
    let mut matches = definition.try_get_matches_from_mut(args).unwrap_or_else(|error| error.exit());
    Cli::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.format(&mut definition).exit())
}

fn dispatch(cli: Cli, ledger: node::Ledger) -> anyhow::Result<()> {
    match cli.command {
        Command::Up(Deferred(args)) => up::run(args, ledger),
        Command::Down(Deferred(args)) => down::run(&args),
        Command::Status(Deferred(args)) => status::run(&args),
        Command::Ask(Deferred(args)) => ask::run(&args),
        Command::Forecast(Deferred(args)) => forecast::run(&args),
        Command::Imagine(Deferred(args)) => imagine::run(&args),
        Command::Miner(Deferred(MinerCommand::Run(args))) => run::miner::run(args),
        Command::Miner(Deferred(MinerCommand::Market(args))) => run::market::miner(args),
        Command::Validator(Deferred(ValidatorCommand::Run(args))) => run::validator::run(args),
        Command::Validator(Deferred(ValidatorCommand::Market(args))) => run::market::validator(args),
        Command::Validator(Deferred(ValidatorCommand::Receipts(args))) => commands::receipts::run(&args),
        Command::Validator(Deferred(ValidatorCommand::Audit(args))) => commands::audit::run(&args),
        Command::Gateway(Deferred(GatewayCommand::Run(args))) => run::gateway::run(args),
        Command::Gateway(Deferred(GatewayCommand::Key(GatewayKeyCommand::Create(args)))) => {
            commands::gateway_key::create(&args)
        }
        Command::Wallet(Deferred(command)) => commands::wallet::run(command),
        Command::Stake(Deferred(command)) => commands::stake::run(&command),
        Command::Delegate(Deferred(command)) => commands::delegate::run(&command),
        Command::Subnet(Deferred(command)) => commands::subnet::run(&command),
        Command::Neuron(Deferred(command)) => commands::neuron::run(&command),
        Command::Weights(Deferred(command)) => commands::weights::run(&command),
        Command::Validators(Deferred(command)) => commands::validators::run(&command),
        Command::Governance(Deferred(command)) => commands::governance::run(&command),
        Command::Channel(Deferred(command)) => commands::channel::run(&command),
        Command::Agent(Deferred(command)) => commands::agent::run(&command),
        Command::Models(Deferred(command)) => commands::models::run(&command),
        Command::Image(Deferred(command)) => commands::image::run(&command),
        Command::Explorer(Deferred(command)) => commands::explorer::run(&command),
        Command::Simulate(Deferred(args)) => commands::simulate::run(&args),
        Command::Doctor(Deferred(args)) => commands::doctor::run(&args),
        Command::Schema(Deferred(args)) => commands::schema(&args),
        Command::Completions(Deferred(args)) => commands::shell::completions(&args),
        Command::Man(Deferred(args)) => commands::shell::man(&args),
        Command::Node(args) => {
            let words = std::iter::once("node".into()).chain(args.options);
            node::run(words.collect(), ledger)
        }
    }
}
