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
//! | [`up`], [`down`], [`status`], [`ask`] | the commands for a local network |
//! | [`commands`] | the commands that read a chain |
//! | [`run`] | the commands for one neuron or one gateway |
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
pub mod leash;
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

use cli::{
    ChannelCommand, Cli, Command, DelegateCommand, GatewayCommand, GovernanceCommand, MinerCommand, NeuronCommand,
    StakeCommand, SubnetCommand, ValidatorCommand, ValidatorsCommand,
};

/// Runs the command that `args` (with the program's name first) describe.
pub fn main(args: Vec<OsString>) -> ExitCode {
    if let Err(error) = leash::obey() {
        return exit::report(&error);
    }
    // The node has its own argument parser, with its own --help.
    if args.get(1).is_some_and(|word| word == "node") {
        return exit::code(node::run(args.into_iter().skip(1).collect()));
    }
    exit::code(dispatch(Cli::parse_from(args)))
}

fn dispatch(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Up(args) => up::run(args),
        Command::Down(args) => down::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Ask(args) => ask::run(&args),
        Command::Miner(MinerCommand::Run(args)) => run::miner::run(args),
        Command::Validator(ValidatorCommand::Run(args)) => run::validator::run(args),
        Command::Gateway(GatewayCommand::Run(args)) => run::gateway::run(args),
        Command::Subnet(SubnetCommand::List(args)) => commands::subnet::list(&args),
        Command::Subnet(SubnetCommand::Show(args)) => commands::subnet::of(&args),
        Command::Subnet(SubnetCommand::Metagraph(args)) => commands::subnet::metagraph(&args),
        Command::Neuron(NeuronCommand::Show(args)) => commands::neuron::of(&args),
        Command::Stake(StakeCommand::List(args)) => commands::stake::list(&args),
        Command::Delegate(DelegateCommand::List(args)) => commands::delegate::list(&args),
        Command::Delegate(DelegateCommand::Show(args)) => commands::delegate::of(&args),
        Command::Validators(ValidatorsCommand::List(args)) => commands::validators::list(&args),
        Command::Governance(GovernanceCommand::List(args)) => commands::governance::list(&args),
        Command::Channel(ChannelCommand::List(args)) => commands::channel::list(&args),
        Command::Node(args) => {
            let words = std::iter::once("node".into()).chain(args.options);
            node::run(words.collect())
        }
    }
}
