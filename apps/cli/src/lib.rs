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

use clap::Parser;

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

use cli::{Cli, Command, GatewayCommand, GatewayKeyCommand, MinerCommand, ValidatorCommand};

/// Runs the command that `args` (with the program's name first) describe; nodes run `ledger`.
pub fn main(args: Vec<OsString>, ledger: node::Ledger) -> ExitCode {
    if let Err(error) = leash::obey() {
        return exit::report(&error);
    }
    // The node has its own argument parser, with its own --help.
    if args.get(1).is_some_and(|word| word == "node") {
        return exit::code(node::run(args.into_iter().skip(1).collect(), ledger));
    }
    exit::code(dispatch(Cli::parse_from(args), ledger))
}

fn dispatch(cli: Cli, ledger: node::Ledger) -> anyhow::Result<()> {
    match cli.command {
        Command::Up(args) => up::run(args, ledger),
        Command::Down(args) => down::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Ask(args) => ask::run(&args),
        Command::Forecast(args) => forecast::run(&args),
        Command::Imagine(args) => imagine::run(&args),
        Command::Miner(MinerCommand::Run(args)) => run::miner::run(args),
        Command::Miner(MinerCommand::Market(args)) => run::market::miner(args),
        Command::Validator(ValidatorCommand::Run(args)) => run::validator::run(args),
        Command::Validator(ValidatorCommand::Market(args)) => run::market::validator(args),
        Command::Validator(ValidatorCommand::Receipts(args)) => commands::receipts::run(&args),
        Command::Validator(ValidatorCommand::Audit(args)) => commands::audit::run(&args),
        Command::Gateway(GatewayCommand::Run(args)) => run::gateway::run(args),
        Command::Gateway(GatewayCommand::Key(GatewayKeyCommand::Create(args))) => commands::gateway_key::create(&args),
        Command::Wallet(command) => commands::wallet::run(command),
        Command::Stake(command) => commands::stake::run(&command),
        Command::Delegate(command) => commands::delegate::run(&command),
        Command::Subnet(command) => commands::subnet::run(&command),
        Command::Neuron(command) => commands::neuron::run(&command),
        Command::Weights(command) => commands::weights::run(&command),
        Command::Validators(command) => commands::validators::run(&command),
        Command::Governance(command) => commands::governance::run(&command),
        Command::Channel(command) => commands::channel::run(&command),
        Command::Agent(command) => commands::agent::run(&command),
        Command::Models(command) => commands::models::run(&command),
        Command::Image(command) => commands::image::run(&command),
        Command::Explorer(command) => commands::explorer::run(&command),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Schema(args) => commands::schema(&args),
        Command::Completions(args) => commands::shell::completions(&args),
        Command::Man(args) => commands::shell::man(&args),
        Command::Node(args) => {
            let words = std::iter::once("node".into()).chain(args.options);
            node::run(words.collect(), ledger)
        }
    }
}
