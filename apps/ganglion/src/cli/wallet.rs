//! `ganglion wallet …`: keys and balances.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ChainArgs, PasswordArgs, WalletArgs, WriteArgs};
use crate::amount::Tao;

/// `ganglion wallet …`.
#[derive(Debug, Clone, Subcommand)]
pub enum WalletCommand {
    /// Make a coldkey, encrypted, and a hotkey
    Create(CreateArgs),
    /// Bring in a key from its recovery phrase, its seed or a key file
    Import(ImportArgs),
    /// List the wallets in the folder
    List(ListArgs),
    /// Show a wallet's addresses
    Show(ShowArgs),
    /// Show what a wallet or an address has
    Balance(BalanceArgs),
    /// Send TAO
    Transfer(TransferArgs),
    /// Sign a text with a key
    Sign(SignArgs),
    /// Check a signature
    Verify(VerifyArgs),
    /// Put another hotkey or coldkey in a key's place
    #[command(subcommand)]
    Swap(SwapCommand),
    /// Change or remove a key's password
    Password(ChangePasswordArgs),
}

/// How new keys are kept.
#[derive(Debug, Clone, Args)]
pub struct KeepArgs {
    /// Keep the coldkey without a password
    #[arg(long)]
    pub no_password: bool,
    /// Encrypt in the way Bittensor's own tools read
    #[arg(long, conflicts_with = "no_password")]
    pub compatible: bool,
    /// The password.
    #[command(flatten)]
    pub password: PasswordArgs,
}

/// `ganglion wallet create`.
#[derive(Debug, Clone, Args)]
pub struct CreateArgs {
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// How the keys are kept.
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Words in a recovery phrase: 12, 15, 18, 21 or 24
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub words: usize,
    /// Print JSON (addresses only: phrases are shown on a terminal and nowhere else)
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet import`.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// How the key is kept.
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Bring in a hotkey; without it, a coldkey
    #[arg(long)]
    pub hotkey: bool,
    /// Take the key from this key file of Bittensor's or ours
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Read the recovery phrase or the seed (0x…) from this file descriptor instead of the terminal
    #[arg(long, value_name = "FD", conflicts_with = "file")]
    pub secret_fd: Option<i32>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// Folder with the wallets [default: ~/.bittensor/wallets]
    #[arg(long, value_name = "FOLDER")]
    pub wallet_path: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet balance`.
#[derive(Debug, Clone, Args)]
pub struct BalanceArgs {
    /// An address; without it, the wallet's coldkey
    pub address: Option<String>,
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
}

/// `ganglion wallet transfer`.
#[derive(Debug, Clone, Args)]
pub struct TransferArgs {
    /// The address that gets it
    pub to: String,
    /// How much, in TAO
    pub amount: Tao,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet sign`.
#[derive(Debug, Clone, Args)]
pub struct SignArgs {
    /// The text; `-` reads it from stdin. A text that begins with 0x stands for those bytes, as in Bittensor's tools
    pub message: String,
    /// Sign with the hotkey; without it, with the coldkey
    #[arg(long)]
    pub hotkey: bool,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// The key's password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// The text; `-` reads it from stdin
    pub message: String,
    /// The signature, 0x and 128 hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub signature: String,
    /// The address that is said to have signed
    #[arg(long, value_name = "ADDRESS")]
    pub address: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet swap …`.
#[derive(Debug, Clone, Subcommand)]
pub enum SwapCommand {
    /// Put a new hotkey in the wallet's hotkey's place, with all that belongs to it
    Hotkey(SwapHotkeyArgs),
    /// Announce that a new coldkey takes the wallet's coldkey's place
    Announce(SwapColdkeyArgs),
    /// Stop an announced swap of a coldkey until governance decides
    Dispute(SwapOfArgs),
    /// Carry out an announced swap whose delay is over
    Finish(SwapOfArgs),
}

/// `ganglion wallet swap hotkey`.
#[derive(Debug, Clone, Args)]
pub struct SwapHotkeyArgs {
    /// Address of the new hotkey
    pub new_hotkey: String,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet swap announce`.
#[derive(Debug, Clone, Args)]
pub struct SwapColdkeyArgs {
    /// Address of the new coldkey
    pub new_coldkey: String,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet swap dispute` and `finish`.
#[derive(Debug, Clone, Args)]
pub struct SwapOfArgs {
    /// Address of the old coldkey; without it, the wallet's
    pub old_coldkey: Option<String>,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet password`.
#[derive(Debug, Clone, Args)]
pub struct ChangePasswordArgs {
    /// The hotkey's; without it, the coldkey's
    #[arg(long)]
    pub hotkey: bool,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// How the key is kept from now on.
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Read the present password from this file descriptor
    #[arg(long, value_name = "FD")]
    pub old_password_fd: Option<i32>,
}
