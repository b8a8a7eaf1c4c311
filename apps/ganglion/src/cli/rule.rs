//! `ganglion validators …`, `ganglion governance …` and `ganglion channel …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ChainArgs, WalletArgs, WriteArgs};
use crate::amount::Tao;

/// `ganglion validators …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ValidatorsCommand {
    /// List the 64 and the candidates
    List(ChainArgs),
    /// Become a candidate: set the session keys of your node
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
    /// Your node's own RPC address, which makes the keys and keeps their secrets [default: the chain's node]
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
    #[arg(required = true, value_name = "NETUID=WEIGHT")]
    pub weights: Vec<String>,
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
    Propose(ProposeArgs),
    /// Vote
    Vote(VoteArgs),
    /// Take a vote back, or free what a vote bound
    Unvote(UnvoteArgs),
}

/// `ganglion governance list`.
#[derive(Debug, Clone, Args)]
pub struct GovernanceListArgs {
    /// Show at most this many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub limit: u32,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion governance propose`.
#[derive(Debug, Clone, Args)]
pub struct ProposeArgs {
    /// The track: parameters, subnets or upgrades
    #[arg(long, value_name = "TRACK")]
    pub track: String,
    /// The encoded call, 0x…, or
    #[arg(long, value_name = "HEX", required_unless_present = "upgrade")]
    pub call: Option<String>,
    /// a new runtime, a Wasm file
    #[arg(long, value_name = "FILE", conflicts_with = "call")]
    pub upgrade: Option<PathBuf>,
    /// Pay the decision deposit too
    #[arg(long)]
    pub decide: bool,
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

/// `ganglion governance unvote`.
#[derive(Debug, Clone, Args)]
pub struct UnvoteArgs {
    /// Number of the referendum
    pub referendum: u32,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion channel …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ChannelCommand {
    /// Open a payment channel to a provider
    Open(ChannelOpenArgs),
    /// List payment channels
    List(ChannelListArgs),
    /// Put more into a channel
    TopUp(ChannelTopUpArgs),
    /// Close a channel; what the provider doesn't redeem comes back after a delay
    Close(ChannelOfArgs),
    /// Get back what a closed channel still holds
    Settle(ChannelOfArgs),
}

/// `ganglion channel open`.
#[derive(Debug, Clone, Args)]
pub struct ChannelOpenArgs {
    /// Address of the provider's hotkey
    pub provider: String,
    /// The deposit, in TAO
    pub deposit: Tao,
    /// Address of the key that signs vouchers [default: the wallet's hotkey]
    #[arg(long, value_name = "ADDRESS")]
    pub voucher_key: Option<String>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion channel list`.
#[derive(Debug, Clone, Args)]
pub struct ChannelListArgs {
    /// A coldkey that opened channels [default: the wallet's]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "provider")]
    pub user: Option<String>,
    /// A provider's hotkey
    #[arg(long, value_name = "ADDRESS")]
    pub provider: Option<String>,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
}

/// `ganglion channel top-up`.
#[derive(Debug, Clone, Args)]
pub struct ChannelTopUpArgs {
    /// Number of the channel
    pub channel: u64,
    /// How much more, in TAO
    pub amount: Tao,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion channel close` and `settle`.
#[derive(Debug, Clone, Args)]
pub struct ChannelOfArgs {
    /// Number of the channel
    pub channel: u64,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}
