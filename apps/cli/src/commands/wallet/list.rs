//! `ganglion wallet list`.

use std::path::PathBuf;

use anyhow::Result;
use ganglion_keys::{PublicKey, Wallet};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::ListArgs;
use crate::commands::keys::root;
use crate::commands::{show, table, Page};

/// A hotkey in a wallet.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HotkeyRow {
    /// Its name.
    pub name: String,
    /// Its address; `null` if that can't be read without a password.
    pub address: Option<String>,
}

/// One wallet.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WalletRow {
    /// Its name.
    pub name: String,
    /// Address of its coldkey; `null` if that can't be read without a password.
    pub coldkey: Option<String>,
    /// Its hotkeys, by name.
    pub hotkeys: Vec<HotkeyRow>,
}

/// `ganglion wallet list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WalletList {
    /// The folder that was looked at.
    pub folder: PathBuf,
    /// By name.
    pub wallets: Vec<WalletRow>,
}

impl Page for WalletList {
    fn text(&self) -> String {
        if self.wallets.is_empty() {
            return format!("No wallets in {}", self.folder.display());
        }
        let unknown = |address: &Option<String>| address.clone().unwrap_or_else(|| "(encrypted)".into());
        let rows = self.wallets.iter().flat_map(|wallet| {
            let cold = vec![wallet.name.clone(), "coldkey".into(), unknown(&wallet.coldkey)];
            let hot = wallet.hotkeys.iter().map(|key| vec![String::new(), key.name.clone(), unknown(&key.address)]);
            std::iter::once(cold).chain(hot)
        });
        table::table(&["WALLET", "KEY", "ADDRESS"], &[], rows)
    }
}

/// Lists the wallets.
///
/// # Errors
/// The folder can't be read.
pub fn run(args: &ListArgs) -> Result<()> {
    let folder = root(args.wallet_path.as_ref())?;
    let text = |key: Option<PublicKey>| key.map(PublicKey::to_ss58);
    let wallets = Wallet::list(&folder)?.into_iter().map(|entry| WalletRow {
        name: entry.name,
        coldkey: text(entry.coldkey),
        hotkeys: entry.hotkeys.into_iter().map(|(name, key)| HotkeyRow { name, address: text(key) }).collect(),
    });
    let wallets = wallets.collect();
    show(&WalletList { folder, wallets }, args.json)
}
