//! The arguments. Commands read like btcli's: a noun, a verb, options in words.

mod agent;
mod aids;
mod channel;
mod deferred;
#[cfg(test)]
mod documents;
mod explorer;
mod image;
mod local;
mod market;
mod models;
mod neuron;
mod rule;
mod seat;
mod shared;
mod stake;
mod subnet;
mod tools;
mod wallet;

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};

use crate::exit;

pub use agent::{AgentAddArgs, AgentCommand, AgentListArgs, AgentRemoveArgs, AgentRunArgs, Purpose};
pub use aids::{AidArgs, JudgingArgs, Reference, RootArgs, When};
pub use channel::{
    ChannelCloseArgs, ChannelCommand, ChannelListArgs, ChannelOfArgs, ChannelOpenArgs, ChannelRedeemArgs,
    ChannelTopUpArgs,
};
pub use deferred::{whole, Deferred};
pub use explorer::{ExplorerCommand, ExplorerReindexArgs, ExplorerRunArgs, ExplorerSyntheticArgs};
pub use image::{ImageCheckArgs, ImageCommand, ImageReportArgs, ImageTrainArgs};
pub use local::{AskArgs, DirArgs, DownArgs, ForecastArgs, ImagineArgs, LocalSubnet, StatusArgs, UpArgs};
pub use market::{MarketMinerArgs, MarketValidatorArgs, PriceArgs};
pub use models::{ModelsCommand, ModelsListArgs, ModelsPullArgs, ModelsTrainArgs, ModelsVerifyArgs};
pub use neuron::{
    AuditArgs, AxonArgs, Engine, GatewayArgs, GatewayCommand, GatewayKeyCommand, GatewayKeyCreateArgs, MinerArgs,
    MinerCommand, NeuronArgs, PersonalArgs, PublicArgs, ReachArgs, ReceiptsArgs, ValidatorArgs, ValidatorCommand,
};
pub use rule::{
    GovernanceCommand, GovernanceListArgs, KeysArgs, ProposalArgs, ProposeCommand, ProposeDissolveArgs, ProposeSetArgs,
    ProposeUpgradeArgs, ReferendumArgs, RootWeightsArgs, Side, StandingArgs, UnlockArgs, ValidatorsCommand, VoteArgs,
};
pub use seat::{
    NeuronCommand, NeuronShowArgs, RegisterArgs, ServeArgs, WeightsCommand, WeightsRevealArgs, WeightsSetArgs,
    WeightsShowArgs,
};
pub use shared::{ChainArgs, PasswordArgs, SocketArgs, WalletArgs, WriteArgs};
pub use stake::{
    DelegateCommand, DelegateShowArgs, DelegateTakeArgs, StakeAddArgs, StakeCommand, StakeListArgs, StakeMoveArgs,
    StakeRemoveArgs, StakeWithdrawArgs,
};
pub use subnet::{
    MetagraphArgs, SortBy, SubnetCommand, SubnetCreateArgs, SubnetDissolveArgs, SubnetIdentityArgs, SubnetOfArgs,
    SubnetSetArgs,
};
pub use tools::{CompletionsArgs, DoctorArgs, ManArgs, SchemaArgs, SimulateArgs, Simulated};
pub use wallet::{
    BalanceArgs, ChangePasswordArgs, CreateArgs, ImportArgs, KeepArgs, ListArgs, ShowArgs, SignArgs, SwapColdkeyArgs,
    SwapCommand, SwapDeclineArgs, SwapDisputeArgs, SwapFinishArgs, SwapHotkeyArgs, TransferArgs, VerifyArgs,
    WalletCommand,
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
    Up(Deferred<UpArgs>),
    /// End the network that `up` started
    Down(Deferred<DownArgs>),
    /// Show heights, issuance, and what every neuron is worth
    Status(Deferred<StatusArgs>),
    /// Ask the network a question: the best miner answers
    Ask(Deferred<AskArgs>),
    /// See what the best miners of the market subnet expect of a price
    Forecast(Deferred<ForecastArgs>),
    /// Have a picture drawn: the best miners of the image subnet draw
    Imagine(Deferred<ImagineArgs>),
    /// Answer tasks with an AI model and be paid for it
    #[command(subcommand)]
    Miner(Deferred<MinerCommand>),
    /// Measure miners and set weights
    #[command(subcommand)]
    Validator(Deferred<ValidatorCommand>),
    /// Let users in: an OpenAI-like API before the network
    #[command(subcommand)]
    Gateway(Deferred<GatewayCommand>),
    /// Make and keep keys, see balances, send TAO
    #[command(subcommand)]
    Wallet(Deferred<WalletCommand>),
    /// Back hotkeys with TAO
    #[command(subcommand)]
    Stake(Deferred<StakeCommand>),
    /// Look at those who can be backed; set one's own take
    #[command(subcommand)]
    Delegate(Deferred<DelegateCommand>),
    /// Look at subnets; make and run one's own
    #[command(subcommand)]
    Subnet(Deferred<SubnetCommand>),
    /// Join a subnet, be found in it
    #[command(subcommand)]
    Neuron(Deferred<NeuronCommand>),
    /// See and set weights
    #[command(subcommand)]
    Weights(Deferred<WeightsCommand>),
    /// The 64, who write blocks
    #[command(subcommand)]
    Validators(Deferred<ValidatorsCommand>),
    /// Referenda and votes
    #[command(subcommand)]
    Governance(Deferred<GovernanceCommand>),
    /// Payment channels: prepaid access
    #[command(subcommand)]
    Channel(Deferred<ChannelCommand>),
    /// A process that signs for other commands and never gives keys out
    #[command(subcommand)]
    Agent(Deferred<AgentCommand>),
    /// Fetch, check and train models
    #[command(subcommand)]
    Models(Deferred<ModelsCommand>),
    /// Compare the image subnet's pictures; train its judge and generator
    #[command(subcommand)]
    Image(Deferred<ImageCommand>),
    /// The network's web pages: blocks, subnets, validators, accounts
    #[command(subcommand)]
    Explorer(Deferred<ExplorerCommand>),
    /// See who earns what when not everybody is honest: the whole mechanism in one process
    Simulate(Deferred<SimulateArgs>),
    /// Look for what is wrong here, and say what to do
    Doctor(Deferred<DoctorArgs>),
    /// Print the JSON Schema of what a command prints with --json
    Schema(Deferred<SchemaArgs>),
    /// Print completions for a shell
    Completions(Deferred<CompletionsArgs>),
    /// Print the manual page
    Man(Deferred<ManArgs>),
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

/// `NUMBER=WEIGHT`, the weight not negative.
fn pair(text: &str) -> Result<(u16, f64), String> {
    let odd = || "write it as NUMBER=WEIGHT, such as 3=0.5".to_owned();
    let (number, weight) = text.split_once('=').ok_or_else(odd)?;
    match (number.trim().parse(), weight.trim().parse::<f64>()) {
        (Ok(number), Ok(weight)) if weight.is_finite() && weight >= 0.0 => Ok((number, weight)),
        _ => Err(odd()),
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
        whole::<Cli>().debug_assert();
    }

    #[test]
    fn up_has_good_defaults() {
        let Command::Up(Deferred(args)) = parse("ganglion up").expect("up").command else { panic!("not up") };
        assert_eq!((args.miners, args.validators, args.slot_ms), (4, 2, None));
        assert!(!args.fresh && !args.detach && !args.json && !args.no_restart);
        assert_eq!(args.subnets, LocalSubnet::ALL);
    }

    #[test]
    fn subnets_are_chosen_by_name_or_number() {
        for line in ["ganglion up --subnets text,market", "ganglion up --subnets 1,8", "ganglion up --subnets text,8"] {
            let Command::Up(Deferred(args)) = parse(line).expect(line).command else { panic!("not up") };
            assert_eq!(args.subnets, [LocalSubnet::Text, LocalSubnet::Market], "{line}");
        }
        for subnet in LocalSubnet::ALL {
            let value = clap::ValueEnum::to_possible_value(&subnet).expect("a value");
            assert!(value.matches(&subnet.netuid().to_string(), false) && value.get_name() == subnet.word());
        }
    }

    #[test]
    fn the_help_before_the_first_build_names_real_options() {
        let help = include_str!("../../../../xtask/src/up.txt");
        let named: Vec<_> = help.lines().filter_map(|line| line.trim_start().strip_prefix("--")).collect();
        assert!(named.len() > 5, "{help}");
        let cli = whole::<Cli>();
        let up = cli.find_subcommand("up").expect("up");
        for line in named {
            let (option, rest) = line.split_once(' ').expect("an option and what it does");
            let argument = up.get_arguments().find(|argument| argument.get_long() == Some(option));
            let argument = argument.unwrap_or_else(|| panic!("`up` has no --{option}"));
            let value = argument.get_value_names().and_then(|names| names.first()).map(|name| name.as_str());
            let shown = rest.split(' ').next().filter(|word| !word.is_empty());
            assert_eq!(shown, value.filter(|_| argument.get_action().takes_values()), "--{option}");
        }
    }

    /// Commands that change nothing, or nothing but a file that they are told to write, or that run until they are ended.
    const WITHOUT_DRY_RUN: [&str; 49] = [
        "agent add",
        "agent list",
        "agent lock",
        "agent remove",
        "agent run",
        "agent stop",
        "ask",
        "channel list",
        "completions",
        "delegate list",
        "delegate show",
        "doctor",
        "explorer reindex",
        "explorer run",
        "explorer synthetic",
        "forecast",
        "gateway key create",
        "gateway run",
        "governance list",
        "image check",
        "image report",
        "image train",
        "imagine",
        "man",
        "miner market",
        "miner run",
        "models list",
        "models train",
        "models verify",
        "neuron show",
        "node",
        "schema",
        "simulate",
        "stake list",
        "status",
        "subnet list",
        "subnet metagraph",
        "subnet show",
        "validator audit",
        "validator market",
        "validator receipts",
        "validator run",
        "validators list",
        "wallet balance",
        "wallet list",
        "wallet show",
        "wallet sign",
        "wallet verify",
        "weights show",
    ];

    /// The commands at the ends of the tree that have no option of this name.
    fn without(option: &str, command: &clap::Command, path: &str, found: &mut Vec<String>) {
        for inner in command.get_subcommands() {
            without(option, inner, [path, inner.get_name()].join(" ").trim(), found);
        }
        if !command.has_subcommands() && command.get_arguments().all(|known| known.get_long() != Some(option)) {
            found.push(path.to_owned());
        }
    }

    #[test]
    fn whatever_changes_something_has_a_dry_run() {
        let mut found = Vec::new();
        without("dry-run", &whole::<Cli>(), "", &mut found);
        found.sort();
        assert_eq!(found, WITHOUT_DRY_RUN, "what changes something takes --dry-run; else it is named here");
    }

    #[test]
    fn bad_values_are_usage_errors() {
        for line in [
            "ganglion up --miners 0",
            "ganglion up --miners 33",
            "ganglion up --subnets text,3",
            "ganglion validator run --root-weights 1",
            "ganglion up --slot-ms 0",
            "ganglion up --gateway-port 0",
            "ganglion up --base-port 65536",
            "ganglion ask",
            "ganglion ask hello --temperature NaN",
            "ganglion forecast BTC --horizon soon",
            "ganglion forecast <svg>",
            "ganglion miner run --engine gpt",
            "ganglion miner run --temperature 3",
            "ganglion miner run --price 0.1",
            "ganglion miner run --embeddings-price 5",
            "ganglion channel redeem",
            "ganglion miner market --price 0.1",
            "ganglion miner market --price -1",
            "ganglion gateway run --budget 5",
            "ganglion gateway run --public --personal",
            "ganglion gateway run --public --charge 0",
            "ganglion miner run --backend http://127.0.0.1:1/v1",
            "ganglion miner run --backend http://127.0.0.1:1/v1 --model m --no-model",
            "ganglion fly",
            "ganglion wallet transfer 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX 1",
            "ganglion wallet transfer 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY 1,5",
            "ganglion wallet create --words 13",
            "ganglion wallet create --plain --compatible",
            "ganglion stake add -1",
            "ganglion weights set 1=NaN",
            "ganglion weights set 1",
            "ganglion governance vote 0 maybe 1",
            "ganglion neuron register --pow --burn",
            "ganglion subnet metagraph 1 --sort beauty",
            "ganglion simulate",
            "ganglion simulate text --scenario saints",
            "ganglion simulate text --tempos 0",
            "ganglion validator receipts --last 0",
            "ganglion validator audit receipts.jsonl",
            "ganglion validator run --embedder sometimes",
            "ganglion validator run --reference gpt-5",
            "ganglion explorer synthetic",
            "ganglion explorer synthetic --out x --blocks 0",
            "ganglion explorer run --port 65536",
            "ganglion image report -n 5",
            "ganglion image train --judge-steps many",
            "ganglion image check --pictures 0",
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
