//! `ganglion wallet create --dry-run`: which keys would be made, and where they would be kept.

use std::path::PathBuf;

use anyhow::Result;
use ganglion_keys::{Encryption, WalletFolder};
use schemars::JsonSchema;
use serde::Serialize;

use super::create::Keep;
use crate::cli::CreateArgs;
use crate::commands::keys::Role;
use crate::commands::{show, table, Page};

/// A key that would be made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeyToMake {
    /// `coldkey` or `hotkey`.
    pub role: String,
    /// The file that would be written.
    pub file: PathBuf,
    /// How it would be encrypted; `null` for not at all.
    pub encryption: Option<String>,
}

/// `ganglion wallet create --dry-run`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeysToMake {
    /// Name of the wallet.
    pub wallet: String,
    /// What would be made.
    pub keys: Vec<KeyToMake>,
}

impl Page for KeysToMake {
    fn text(&self) -> String {
        let rows = self.keys.iter().map(|key| {
            let encryption = key.encryption.clone().unwrap_or_else(|| "no password".into());
            vec![key.role.clone(), encryption, key.file.display().to_string()]
        });
        format!("Would make in wallet {}\n{}", self.wallet, table::table(&["KEY", "ENCRYPTION", "FILE"], &[], rows))
    }
}

/// Says what `ganglion wallet create` would do, where nothing is in its way.
///
/// # Errors
/// A password would be needed, and nobody would give it.
pub fn run(args: &CreateArgs, wallet: &WalletFolder) -> Result<()> {
    let key = |role: Role, encryption: Option<Encryption>| -> Result<KeyToMake> {
        let (file, _) = wallet.paths(role.name(&args.wallet))?;
        Ok(KeyToMake { role: role.word().into(), file, encryption: encryption.map(|kind| kind.to_string()) })
    };
    let mut keys = Vec::new();
    if !args.only_hotkey {
        keys.push(key(Role::Coldkey, Keep::foresee(&args.keep, true)?)?);
    }
    // Beside a new coldkey, whose password the options are for, a hotkey has one only if that was said.
    let encryption = match args.only_hotkey || args.encrypt_hotkey {
        true => Keep::foresee(&args.keep, args.encrypt_hotkey)?,
        false => None,
    };
    keys.push(key(Role::Hotkey, encryption)?);
    show(&KeysToMake { wallet: args.wallet.wallet_name.clone(), keys }, args.json)
}
