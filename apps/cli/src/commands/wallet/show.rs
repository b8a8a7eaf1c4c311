//! `ganglion wallet show`.

use std::path::PathBuf;

use anyhow::{bail, Result};
use ganglion_keys::{KeyError, KeyName, Terminal, WalletFolder};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::ShowArgs;
use crate::commands::keys::{explain, folder, public, source, Role};
use crate::commands::{show, table, Page};
use crate::exit::KeyUnusable;

/// One key of a wallet.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeyRow {
    /// Its address; `null` if it isn't there, or can't be read without a password.
    pub address: Option<String>,
    /// Whether the secret is here.
    pub secret: bool,
    /// How its file is encrypted; `null` for not at all.
    pub encryption: Option<String>,
    /// Where its file is, or would be.
    pub file: PathBuf,
}

/// `ganglion wallet show`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WalletPage {
    /// The wallet's name.
    pub wallet: String,
    /// The owner's key.
    pub coldkey: KeyRow,
    /// The hotkey's name.
    pub hotkey_name: String,
    /// The neuron's key.
    pub hotkey: KeyRow,
}

impl KeyRow {
    fn of(wallet: &WalletFolder, name: KeyName<'_>) -> Result<Self> {
        let (file, _) = wallet.paths(name)?;
        let (secret, encryption) = match wallet.encryption(name) {
            Ok(kind) => (true, kind.map(|kind| kind.to_string())),
            Err(KeyError::Missing { .. }) => (false, None),
            Err(error) => return Err(error.into()),
        };
        let address = match wallet.public(name) {
            Ok(public) => Some(public.to_ss58()),
            Err(KeyError::Missing { .. } | KeyError::Encrypted { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self { address, secret, encryption, file })
    }

    fn kept(&self) -> String {
        match (&self.encryption, self.secret) {
            (Some(kind), _) => format!("encrypted ({kind})"),
            (None, true) => "no password".into(),
            (None, false) => "no secret here".into(),
        }
    }
}

impl Page for WalletPage {
    fn text(&self) -> String {
        let row = |name: &str, key: &KeyRow| {
            let file = key.file.display().to_string();
            vec![name.to_owned(), key.address.clone().unwrap_or_else(|| "-".into()), key.kept(), file]
        };
        let rows = [row("coldkey", &self.coldkey), row(&format!("hotkey {}", self.hotkey_name), &self.hotkey)];
        format!("Wallet {}\n{}", self.wallet, table::table(&["KEY", "ADDRESS", "KEPT", "FILE"], &[], rows))
    }
}

/// Shows a wallet, or the coldkey's recovery phrase on the terminal.
///
/// # Errors
/// There is no such wallet; for the phrase: no terminal, no phrase in the file, or no password.
pub fn run(args: &ShowArgs) -> Result<()> {
    let wallet = folder(&args.wallet)?;
    let hotkey = KeyName::Hotkey(&args.wallet.wallet_hotkey);
    if args.phrase {
        return phrase(args, &wallet);
    }
    let page = WalletPage {
        wallet: args.wallet.wallet_name.clone(),
        coldkey: KeyRow::of(&wallet, KeyName::Coldkey)?,
        hotkey_name: args.wallet.wallet_hotkey.clone(),
        hotkey: KeyRow::of(&wallet, hotkey)?,
    };
    let nothing = |key: &KeyRow| !key.secret && key.address.is_none();
    if nothing(&page.coldkey) && nothing(&page.hotkey) {
        public(&args.wallet, Role::Coldkey)?;
    }
    show(&page, args.json)
}

fn phrase(args: &ShowArgs, wallet: &WalletFolder) -> Result<()> {
    // Looked for before a password is asked: a phrase goes nowhere else.
    let terminal = Terminal::open()?;
    let keyfile = wallet.open(KeyName::Coldkey, &source(&args.password)).map_err(explain)?;
    let Some(phrase) = keyfile.phrase() else {
        bail!(KeyUnusable("the key came without its recovery phrase, so the file has none".into()));
    };
    terminal.show(&format!("\r\n    {phrase}\r\n\r\n"))?;
    Ok(())
}
