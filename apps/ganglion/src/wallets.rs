//! Wallets of the local network's neurons.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ganglion_keys::Wallet;

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

/// Where wallets are when nobody says: where btcli keeps them.
///
/// # Errors
/// The user has no home folder.
pub fn default_root() -> Result<PathBuf> {
    user_folder("BT_WALLET_PATH", ".bittensor/wallets")
}
