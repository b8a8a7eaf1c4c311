//! `ganglion validators …` and `ganglion governance …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use ganglion_keys::PublicKey;

use super::{ChainArgs, WriteArgs};
use crate::amount::Tao;

/// `ganglion validators …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ValidatorsCommand {
    /// List the 64 and the candidates
    List(ChainArgs),
    /// Become a candidate: make session keys in your node and set them
    Keys(KeysArgs),
    /// Say how emission shall be divided among subnets
    RootWeights(RootWeightsArgs),
    /// Rest: be no producer from the next session on
    Chill(StandingArgs),
    /// Stand again after a rest
    Stand(StandingArgs),
}

/// `ganglion validators keys`.
#[derive(Debug, Clone, Args)]
pub struct KeysArgs {
    /// Your own node's RPC address, which makes the keys and keeps their secrets [default: the chain's node, if it is
    /// on this machine]
    #[arg(long, value_name = "URL")]
    pub own_node: Option<String>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion validators root-weights`.
#[derive(Debug, Clone, Args)]
pub struct RootWeightsArgs {
    /// Weights by subnet; only their proportions count
    #[arg(required_unless_present = "withdraw", value_name = "NETUID=WEIGHT", value_parser = super::pair)]
    pub weights: Vec<(u16, f64)>,
    /// Say nothing any more
    #[arg(long, conflicts_with = "weights")]
    pub withdraw: bool,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion validators chill` and `stand`.
#[derive(Debug, Clone, Args)]
pub struct StandingArgs {
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion governance …`.
#[derive(Debug, Clone, Subcommand)]
pub enum GovernanceCommand {
    /// List referenda and tracks
    List(GovernanceListArgs),
    /// Propose something to all who hold TAO
    #[command(subcommand)]
    Propose(ProposeCommand),
    /// Pay the deposit without which a referendum isn't decided
    Deposit(ReferendumArgs),
    /// Vote
    Vote(VoteArgs),
    /// Take a vote back
    Unvote(ReferendumArgs),
    /// Free TAO whose lock by votes has run out
    Unlock(UnlockArgs),
    /// Get the deposits of a referendum back that is over
    Refund(ReferendumArgs),
}

/// `ganglion governance list`.
#[derive(Debug, Clone, Args)]
pub struct GovernanceListArgs {
    /// Show at most this many referenda
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub limit: u32,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion governance propose …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ProposeCommand {
    /// To change hyperparameters of a subnet
    Set(ProposeSetArgs),
    /// To end a subnet
    Dissolve(ProposeDissolveArgs),
    /// To run another runtime
    Upgrade(ProposeUpgradeArgs),
}

/// What all proposals take.
#[derive(Debug, Clone, Args)]
pub struct ProposalArgs {
    /// Blocks from approval to enactment [default: the least that the track allows]
    #[arg(long, value_name = "BLOCKS", default_value_t = 0)]
    pub enact_after: u32,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion governance propose set`.
#[derive(Debug, Clone, Args)]
pub struct ProposeSetArgs {
    /// Number of the subnet
    pub netuid: u16,
    /// What to change, such as max_validators=32; `ganglion subnet show` lists names and values
    #[arg(required = true, value_name = "NAME=VALUE")]
    pub changes: Vec<String>,
    /// How.
    #[command(flatten)]
    pub proposal: ProposalArgs,
}

/// `ganglion governance propose dissolve`.
#[derive(Debug, Clone, Args)]
pub struct ProposeDissolveArgs {
    /// Number of the subnet
    pub netuid: u16,
    /// How.
    #[command(flatten)]
    pub proposal: ProposalArgs,
}

/// `ganglion governance propose upgrade`.
#[derive(Debug, Clone, Args)]
pub struct ProposeUpgradeArgs {
    /// The new runtime, a Wasm file: the proposal names its hash
    pub runtime: PathBuf,
    /// How.
    #[command(flatten)]
    pub proposal: ProposalArgs,
}

/// Which referendum.
#[derive(Debug, Clone, Args)]
pub struct ReferendumArgs {
    /// Number of the referendum
    pub referendum: u32,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// For or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// For it
    Aye,
    /// Against it
    Nay,
}

/// `ganglion governance vote`.
#[derive(Debug, Clone, Args)]
pub struct VoteArgs {
    /// Number of the referendum
    pub referendum: u32,
    /// For or against
    #[arg(value_enum)]
    pub side: Side,
    /// How much TAO stands behind it
    pub amount: Tao,
    /// Lock it for longer and count more: 0 counts a tenth and locks nothing, 1 to 6 count that many times
    #[arg(long, value_name = "0-6", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=6))]
    pub conviction: u8,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion governance unlock`.
#[derive(Debug, Clone, Args)]
pub struct UnlockArgs {
    /// Number of the track
    pub track: u16,
    /// Whose TAO [default: the wallet's coldkey's]
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<PublicKey>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}
