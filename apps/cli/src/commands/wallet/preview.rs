//! `ganglion wallet create`, `import` and `password` with `--dry-run`: which keys would be written where, and how kept.

use std::path::PathBuf;

use anyhow::{bail, Result};
use ganglion_keys::{Encryption, KeyError, Keyfile, WalletFolder};
use schemars::JsonSchema;
use serde::Serialize;

use super::create::Keep;
use super::import::can_be_had;
use crate::cli::{ChangePasswordArgs, CreateArgs, ImportArgs};
use crate::commands::keys::Role;
use crate::commands::{show, table, Page};

/// A key that would be written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeyToMake {
    /// `coldkey` or `hotkey`.
    pub role: String,
    /// The file that would be written.
    pub file: PathBuf,
    /// How it would be encrypted; `null` for not at all.
    pub encryption: Option<String>,
}

/// `ganglion wallet create --dry-run`, and those of `import` and `password`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeysToMake {
    /// Name of the wallet.
    pub wallet: String,
    /// What would be written.
    pub keys: Vec<KeyToMake>,
}

impl Page for KeysToMake {
    fn text(&self) -> String {
        let rows = self.keys.iter().map(|key| {
            let encryption = key.encryption.clone().unwrap_or_else(|| "no password".into());
            vec![key.role.clone(), encryption, key.file.display().to_string()]
        });
        format!("Would write in wallet {}\n{}", self.wallet, table::table(&["KEY", "ENCRYPTION", "FILE"], &[], rows))
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

/// Says what `ganglion wallet import` would do. The secret isn't read, so it may turn out to be none.
///
/// # Errors
/// A key is there already, the key file isn't, or nobody would give the secret or a password that is needed.
pub fn import(args: &ImportArgs, wallet: &WalletFolder) -> Result<()> {
    let role = Role::of(args.hotkey);
    let (secret, public) = wallet.paths(role.name(&args.wallet))?;
    // The same address may be watched twice, and that isn't looked at here.
    let (file, encryption) = match args.address {
        Some(_) => (public, None),
        None if secret.exists() => bail!(KeyError::Exists { path: secret }),
        None => {
            match &args.file {
                // Only whether it is there: what is in it may need its password.
                Some(file) => _ = Keyfile::encryption(file)?,
                None => can_be_had(args)?,
            }
            (secret, Keep::foresee(&args.keep, !args.hotkey)?)
        }
    };
    one(&args.wallet.wallet_name, role, file, encryption, args.json)
}

/// Says what `ganglion wallet password` would do, if the present password is right.
///
/// # Errors
/// There is no such key, or nobody would give a new password that is needed.
pub fn password(args: &ChangePasswordArgs, wallet: &WalletFolder) -> Result<()> {
    let role = Role::of(args.hotkey);
    let name = role.name(&args.wallet);
    // Whatever keeps it from being read keeps it from being written anew.
    wallet.encryption(name)?;
    let (file, _) = wallet.paths(name)?;
    one(&args.wallet.wallet_name, role, file, Keep::foresee(&args.keep, true)?, args.json)
}

fn one(wallet: &str, role: Role, file: PathBuf, encryption: Option<Encryption>, json: bool) -> Result<()> {
    let key = KeyToMake { role: role.word().into(), file, encryption: encryption.map(|kind| kind.to_string()) };
    show(&KeysToMake { wallet: wallet.into(), keys: vec![key] }, json)
}
