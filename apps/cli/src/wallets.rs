//! Opening the wallets of neurons, and making those of a local network.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ganglion_keys::{KeyError, PasswordSource, Wallet};

use crate::folder::user_folder;

/// The hotkey's name in every local wallet.
pub const HOTKEY: &str = "default";

/// Opens the wallet `name`, or makes it.
///
/// # Errors
/// It can't be made, or what is there can't be read.
pub fn open_or_create(root: &Path, name: &str, hotkey: &str) -> Result<Wallet> {
    Wallet::open_or_create(root, name, hotkey)
        .with_context(|| format!("can't use the wallet {name} in {}", root.display()))
}

/// Opens the wallet `name`, asking `source` for the password of an encrypted hotkey.
///
/// # Errors
/// There is no such wallet, or what is there can't be read.
pub fn open(root: &Path, name: &str, hotkey: &str, source: &PasswordSource) -> Result<Wallet> {
    Wallet::open_with(root, name, hotkey, source).map_err(|error| {
        let advice = match &error {
            KeyError::Missing { .. } => {
                format!(": make it with `ganglion wallet create --wallet-name {name} --wallet-hotkey {hotkey}`")
            }
            KeyError::Encrypted { .. } => ": give its password by --password-fd or --password-file".into(),
            _ => String::new(),
        };
        anyhow::Error::new(error).context(format!("can't use the wallet {name} in {}{advice}", root.display()))
    })
}

/// Where wallets are when nobody says: where btcli keeps them.
///
/// # Errors
/// The user has no home folder.
pub fn default_root() -> Result<PathBuf> {
    user_folder("BT_WALLET_PATH", ".bittensor/wallets")
}
