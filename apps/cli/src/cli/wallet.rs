//! `ganglion wallet …`: keys and balances.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ganglion_keys::{PublicKey, Signature, Words};

use super::{ChainArgs, PasswordArgs, SocketArgs, WalletArgs, WriteArgs};
use crate::amount::Amount;

/// `ganglion wallet …`.
#[derive(Debug, Clone, Subcommand)]
pub enum WalletCommand {
    /// Make a coldkey, encrypted, and a hotkey
    Create(CreateArgs),
    /// Bring in a key from its recovery phrase, its seed, a key file or an address to watch
    Import(ImportArgs),
    /// List the wallets in the folder
    List(ListArgs),
    /// Show a wallet's addresses, and how its keys are kept
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
    /// Give a key a password, or another one, or none
    Password(ChangePasswordArgs),
}

/// How a coldkey is kept.
#[derive(Debug, Clone, Args)]
pub struct KeepArgs {
    /// Keep it without a password: whoever reads the file has the key
    #[arg(long)]
    pub plain: bool,
    /// Encrypt in the way that Bittensor's own tools read too; weaker than ours
    #[arg(long, conflicts_with = "plain")]
    pub compatible: bool,
    /// The new password.
    #[command(flatten)]
    pub password: PasswordArgs,
}

/// `ganglion wallet create`.
#[derive(Debug, Clone, Args)]
pub struct CreateArgs {
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// How the coldkey is kept.
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Make a hotkey in a wallet that is there; it is kept without a password, as neurons need it
    #[arg(long)]
    pub only_hotkey: bool,
    /// Encrypt the hotkey too, with the coldkey's password
    #[arg(long, conflicts_with = "plain")]
    pub encrypt_hotkey: bool,
    /// Words in a recovery phrase: 12, 15, 18, 21 or 24
    #[arg(long, value_name = "N", default_value = "12", value_parser = words)]
    pub words: Words,
    /// Say which files would be written; ask for no password and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON (addresses only: phrases are shown on a terminal and nowhere else)
    #[arg(long)]
    pub json: bool,
}

fn words(text: &str) -> Result<Words, String> {
    match text {
        "12" => Ok(Words::Twelve),
        "15" => Ok(Words::Fifteen),
        "18" => Ok(Words::Eighteen),
        "21" => Ok(Words::TwentyOne),
        "24" => Ok(Words::TwentyFour),
        _ => Err("a phrase has 12, 15, 18, 21 or 24 words".into()),
    }
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
    /// Bring in a hotkey, kept without a password unless one is given; without this, a coldkey
    #[arg(long)]
    pub hotkey: bool,
    /// Take the key from this key file, Bittensor's or ours
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Read the recovery phrase or the seed (0x…) from this file descriptor instead of the terminal
    #[arg(long, value_name = "FD", conflicts_with = "file")]
    pub secret_fd: Option<u32>,
    /// Only watch this address: no secret
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["file", "secret_fd", "plain", "compatible"])]
    pub address: Option<PublicKey>,
    /// Read the password of an encrypted `--file` from this file descriptor
    #[arg(long, value_name = "FD", requires = "file")]
    pub file_password_fd: Option<u32>,
    /// Say which file would be written; read no secret, ask for no password and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// Folder with the wallets [default: $BT_WALLET_PATH, else ~/.bittensor/wallets]
    #[arg(long, value_name = "FOLDER", env = "GANGLION_WALLETS")]
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
    /// Show the coldkey's recovery phrase, on the terminal only
    #[arg(long, conflicts_with = "json")]
    pub phrase: bool,
    /// The key's password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet balance`.
#[derive(Debug, Clone, Args)]
pub struct BalanceArgs {
    /// An address [default: the wallet's coldkey]
    pub address: Option<PublicKey>,
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
    pub to: PublicKey,
    /// How much, in TAO, or `all`
    pub amount: Amount,
    /// Let the account be closed if nothing is left on it
    #[arg(long)]
    pub allow_death: bool,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet sign`.
#[derive(Debug, Clone, Args)]
pub struct SignArgs {
    /// The text; `-` reads it from standard input. It is signed as `<Bytes>text</Bytes>`, so it can't be a transaction
    pub message: String,
    /// Sign with the hotkey; without this, with the coldkey
    #[arg(long)]
    pub hotkey: bool,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// The key's password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Who may sign instead of the key file.
    #[command(flatten)]
    pub agent: SocketArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion wallet verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// The text; `-` reads it from standard input
    pub message: String,
    /// The signature, 0x and 128 hexadecimal digits
    #[arg(long, value_name = "HEX", value_parser = Signature::from_hex)]
    pub signature: Signature,
    /// The address that is said to have signed
    #[arg(long, value_name = "ADDRESS")]
    pub address: PublicKey,
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
    Coldkey(SwapColdkeyArgs),
    /// Carry out an announced swap whose delay is over; signed by the new coldkey
    Finish(SwapFinishArgs),
    /// Freeze the announced swap of the wallet's coldkey until governance decides
    Dispute(SwapDisputeArgs),
    /// Refuse to take an old coldkey's place; signed by the new coldkey, for no fee
    Decline(SwapDeclineArgs),
}

/// `ganglion wallet swap hotkey`.
#[derive(Debug, Clone, Args)]
pub struct SwapHotkeyArgs {
    /// Address of the new hotkey
    pub new_hotkey: PublicKey,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet swap coldkey`.
#[derive(Debug, Clone, Args)]
pub struct SwapColdkeyArgs {
    /// Address of the new coldkey
    pub new_coldkey: PublicKey,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet swap finish`.
#[derive(Debug, Clone, Args)]
pub struct SwapFinishArgs {
    /// Address of the old coldkey
    pub old_coldkey: PublicKey,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet swap decline`.
#[derive(Debug, Clone, Args)]
pub struct SwapDeclineArgs {
    /// Address of the old coldkey
    pub old_coldkey: PublicKey,
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet swap dispute`.
#[derive(Debug, Clone, Args)]
pub struct SwapDisputeArgs {
    /// How it is signed.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// `ganglion wallet password`.
#[derive(Debug, Clone, Args)]
pub struct ChangePasswordArgs {
    /// The hotkey's; without this, the coldkey's
    #[arg(long)]
    pub hotkey: bool,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// How the key is kept from now on.
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Read the present password from this file descriptor; a new one from the same pipe follows on the next line
    #[arg(long, value_name = "FD", conflicts_with = "old_password_file")]
    pub old_password_fd: Option<u32>,
    /// Read the present password from this file
    #[arg(long, value_name = "FILE")]
    pub old_password_file: Option<PathBuf>,
    /// Say how the key would be kept; ask for no password and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
