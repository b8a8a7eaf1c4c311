//! `ganglion stake …` and `ganglion delegate …`.

use clap::{Args, Subcommand};
use ganglion_keys::PublicKey;

use super::{ChainArgs, WalletArgs, WriteArgs};
use crate::amount::{Amount, Tao};

/// `ganglion stake …`.
#[derive(Debug, Clone, Subcommand)]
pub enum StakeCommand {
    /// Put TAO behind a hotkey, your own or a validator's
    Add(StakeAddArgs),
    /// Take stake back
    Remove(StakeRemoveArgs),
    /// Move stake from one hotkey to another
    Move(StakeMoveArgs),
    /// Collect stake that has waited out its slash window
    Withdraw(StakeWithdrawArgs),
    /// List stakes
    List(StakeListArgs),
}

/// `ganglion stake add`.
#[derive(Debug, Clone, Args)]
pub struct StakeAddArgs {
    /// How much, in TAO
    pub amount: Tao,
    /// Address of the hotkey [default: the wallet's]
    #[arg(long, value_name = "ADDRESS")]
    pub hotkey: Option<PublicKey>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion stake remove`.
#[derive(Debug, Clone, Args)]
pub struct StakeRemoveArgs {
    /// How much, in TAO, or `all`
    pub amount: Amount,
    /// Address of the hotkey [default: the wallet's]
    #[arg(long, value_name = "ADDRESS")]
    pub hotkey: Option<PublicKey>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion stake move`.
#[derive(Debug, Clone, Args)]
pub struct StakeMoveArgs {
    /// How much, in TAO, or `all`
    pub amount: Amount,
    /// Address of the hotkey that it backs now
    #[arg(long, value_name = "ADDRESS")]
    pub from: PublicKey,
    /// Address of the hotkey that it shall back
    #[arg(long, value_name = "ADDRESS")]
    pub to: PublicKey,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion stake withdraw`.
#[derive(Debug, Clone, Args)]
pub struct StakeWithdrawArgs {
    /// Address of the hotkey that it backed
    #[arg(long, value_name = "ADDRESS")]
    pub hotkey: PublicKey,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion stake list`.
#[derive(Debug, Clone, Args)]
pub struct StakeListArgs {
    /// A coldkey's address [default: the wallet's]
    pub address: Option<PublicKey>,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
}

/// `ganglion delegate …`.
#[derive(Debug, Clone, Subcommand)]
pub enum DelegateCommand {
    /// List the validators that can be nominated
    List(ChainArgs),
    /// Show a validator and its nominators
    Show(DelegateShowArgs),
    /// Set the part of dividends that a hotkey's owner keeps from nominators
    Take(DelegateTakeArgs),
}

/// `ganglion delegate show`.
#[derive(Debug, Clone, Args)]
pub struct DelegateShowArgs {
    /// Address of the hotkey
    pub hotkey: PublicKey,
    /// Show at most this many nominators
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
}

/// `ganglion delegate take`.
#[derive(Debug, Clone, Args)]
pub struct DelegateTakeArgs {
    /// The take in percent, 0 to 18
    #[arg(value_parser = percent)]
    pub percent: f64,
    /// Address of the hotkey [default: the wallet's]
    #[arg(long, value_name = "ADDRESS")]
    pub hotkey: Option<PublicKey>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(value) if (0.0..=100.0).contains(&value) => Ok(value),
        _ => Err("it must be a number of percent, such as 9 or 17.5".into()),
    }
}
