//! The arguments. Commands read like btcli's: a noun, a verb, options in words.

mod chain;
mod local;
mod neuron;

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};

use crate::exit;

pub use chain::{
    ChainArgs, ChannelCommand, ChannelListArgs, DelegateCommand, DelegateShowArgs, GovernanceCommand, GovernanceListArgs,
    MetagraphArgs, NeuronCommand, NeuronShowArgs, StakeCommand, StakeListArgs, SubnetCommand, SubnetOfArgs,
    ValidatorsCommand, WalletArgs,
};
pub use local::{AskArgs, DirArgs, DownArgs, StatusArgs, UpArgs};
pub use neuron::{
    AxonArgs, Engine, GatewayArgs, GatewayCommand, MinerArgs, MinerCommand, NeuronArgs, ValidatorArgs, ValidatorCommand,
};

/// A permissionless market for machine intelligence: chain, miners, validators and gateway in one binary.
#[derive(Debug, Parser)]
#[command(name = "ganglion", version, after_help = exit::HELP, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a whole network on this machine and watch over it until Ctrl-C
    Up(UpArgs),
    /// End the network that `up` started
    Down(DownArgs),
    /// Show heights, issuance, and what every neuron is worth
    Status(StatusArgs),
    /// Ask the network a question: the best miner answers
    Ask(AskArgs),
    /// Answer tasks with an AI model and be paid for it
    #[command(subcommand)]
    Miner(MinerCommand),
    /// Measure miners and set weights
    #[command(subcommand)]
    Validator(ValidatorCommand),
    /// Let users in: an OpenAI-like API before the network
    #[command(subcommand)]
    Gateway(GatewayCommand),
    /// Look at subnets and their neurons
    #[command(subcommand)]
    Subnet(SubnetCommand),
    /// Look at one neuron
    #[command(subcommand)]
    Neuron(NeuronCommand),
    /// Look at stakes
    #[command(subcommand)]
    Stake(StakeCommand),
    /// Look at validators that can be nominated
    #[command(subcommand)]
    Delegate(DelegateCommand),
    /// Look at the 64, who write blocks
    #[command(subcommand)]
    Validators(ValidatorsCommand),
    /// Look at what is being decided
    #[command(subcommand)]
    Governance(GovernanceCommand),
    /// Look at payment channels
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// Run a chain node (`ganglion node --help` lists its options)
    #[command(disable_help_flag = true)]
    Node(NodeArgs),
}

/// `ganglion node …`.
#[derive(Debug, Clone, Args)]
pub struct NodeArgs {
    /// Passed on as they are.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    pub options: Vec<OsString>,
}

fn temperature(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=2.0).contains(&value) => Ok(value),
        _ => Err("it must be a number from 0 to 2".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn up_has_good_defaults() {
        let Command::Up(args) = parse("ganglion up").expect("up").command else { panic!("not up") };
        assert_eq!((args.miners, args.validators, args.slot_ms), (4, 2, None));
        assert!(!args.fresh && !args.detach && !args.json && !args.no_restart);
    }

    #[test]
    fn bad_values_are_usage_errors() {
        for line in [
            "ganglion up --miners 0",
            "ganglion up --miners 33",
            "ganglion up --slot-ms 0",
            "ganglion up --gateway-port 0",
            "ganglion up --base-port 65536",
            "ganglion ask",
            "ganglion ask hello --temperature NaN",
            "ganglion miner run --engine gpt",
            "ganglion miner run --temperature 3",
            "ganglion fly",
        ] {
            let error = parse(line).expect_err(line);
            assert_eq!(error.exit_code(), i32::from(exit::USAGE), "{line}");
        }
    }

    #[test]
    fn help_names_the_exit_codes() {
        let help = Cli::command().render_help().to_string();
        assert!(help.contains("Exit codes") && help.contains("no network is running"), "{help}");
    }

    #[test]
    fn the_nodes_options_pass_through() {
        let cli = parse("ganglion node --dev --help -l info").expect("node");
        let Command::Node(args) = cli.command else { panic!("not node") };
        assert_eq!(args.options, ["--dev", "--help", "-l", "info"]);
    }
}
