//! `ganglion channel …`: prepaid access.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ganglion_keys::PublicKey;

use super::{ChainArgs, WalletArgs, WriteArgs};
use crate::amount::Tao;

/// `ganglion channel …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ChannelCommand {
    /// Open a payment channel to a provider
    Open(ChannelOpenArgs),
    /// List payment channels
    List(ChannelListArgs),
    /// Put more into a channel
    TopUp(ChannelTopUpArgs),
    /// Turn what users have promised a provider into TAO of its owner
    Redeem(ChannelRedeemArgs),
    /// Close a channel; what the provider doesn't redeem comes back after a delay
    Close(ChannelCloseArgs),
    /// Get back what a closed channel still holds
    Settle(ChannelOfArgs),
}

/// `ganglion channel open`.
#[derive(Debug, Clone, Args)]
pub struct ChannelOpenArgs {
    /// Address of the provider's hotkey
    pub provider: PublicKey,
    /// The deposit, in TAO
    pub deposit: Tao,
    /// Address of the key that signs vouchers [default: the wallet's hotkey]
    #[arg(long, value_name = "ADDRESS")]
    pub voucher_key: Option<PublicKey>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion channel list`.
#[derive(Debug, Clone, Args)]
pub struct ChannelListArgs {
    /// A coldkey that opened channels [default: the wallet's]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "provider")]
    pub user: Option<PublicKey>,
    /// A provider's hotkey
    #[arg(long, value_name = "ADDRESS")]
    pub provider: Option<PublicKey>,
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

/// `ganglion channel redeem`.
#[derive(Debug, Clone, Args)]
pub struct ChannelRedeemArgs {
    /// The provider's vouchers: the folder where its miner keeps its state, or the file `vouchers` in it
    #[arg(value_name = "FOLDER")]
    pub vouchers: PathBuf,
    /// Sign with the hotkey, as the provider itself; without this, with the coldkey that owns it
    #[arg(long)]
    pub as_provider: bool,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion channel close`.
#[derive(Debug, Clone, Args)]
pub struct ChannelCloseArgs {
    /// Number of the channel
    pub channel: u64,
    /// Sign with the hotkey, as the channel's provider; without this, with the coldkey
    #[arg(long)]
    pub as_provider: bool,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion channel settle`.
#[derive(Debug, Clone, Args)]
pub struct ChannelOfArgs {
    /// Number of the channel
    pub channel: u64,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}
