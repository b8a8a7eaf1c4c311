//! Arguments that several commands share: which chain, which wallet, how a transaction is signed.

use std::path::PathBuf;

use clap::Args;

use super::DirArgs;

/// Which chain to talk to.
#[derive(Debug, Clone, Default, Args)]
pub struct ChainArgs {
    /// Chain node, a WebSocket URL; give several for failover [default: the local network's, else ws://127.0.0.1:9944]
    #[arg(long = "node", value_name = "URL", env = "GANGLION_NODE", value_delimiter = ',')]
    pub nodes: Vec<String>,
    /// Which local network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which wallet.
#[derive(Debug, Clone, Args)]
pub struct WalletArgs {
    /// Folder with the wallets [default: $BT_WALLET_PATH, else ~/.bittensor/wallets]
    #[arg(long, value_name = "FOLDER", env = "GANGLION_WALLETS")]
    pub wallet_path: Option<PathBuf>,
    /// Name of the wallet
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub wallet_name: String,
    /// Name of the hotkey in the wallet
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub wallet_hotkey: String,
}

/// Where the password of an encrypted key comes from. Without either, a person at a terminal is asked.
#[derive(Debug, Clone, Default, Args)]
pub struct PasswordArgs {
    /// Read the password from this open file descriptor; 0 is standard input
    #[arg(long, value_name = "FD", conflicts_with = "password_file")]
    pub password_fd: Option<u32>,
    /// Read the password from this file of one line, which only you may read
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// Where the agent listens.
#[derive(Debug, Clone, Default, Args)]
pub struct SocketArgs {
    /// The agent's socket [default: ganglion/agent.sock in $XDG_RUNTIME_DIR, else in the user's data folder]
    #[arg(long = "agent", value_name = "SOCKET", env = "GANGLION_AGENT")]
    pub socket: Option<PathBuf>,
}

/// How a transaction is made.
#[derive(Debug, Clone, Args)]
pub struct WriteArgs {
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Which wallet signs.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// The key's password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Don't ask before signing
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Say what would happen and what it costs; sign nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Who may sign instead of the key file.
    #[command(flatten)]
    pub agent: SocketArgs,
}
