//! What wallets there are, without a password.

use std::fs;
use std::io;
use std::path::Path;

use super::paths::{check_name, PUBLIC_SUFFIX};
use super::Wallet;
use crate::{Encryption, KeyError, Keyfile, PublicKey};

/// Most folder entries looked at when listing.
const MAX_LISTED: usize = 10_000;

/// One wallet folder, as [`Wallet::list`] finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletEntry {
    /// The folder's name.
    pub name: String,
    /// The coldkey's public key, if it can be read without a password.
    pub coldkey: Option<PublicKey>,
    /// How the coldkey's secret is kept.
    pub coldkey_form: KeyForm,
    /// In order of their names.
    pub hotkeys: Vec<HotkeyEntry>,
}

/// One hotkey's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotkeyEntry {
    /// The file's name.
    pub name: String,
    /// The public key, if it can be read without a password.
    pub public: Option<PublicKey>,
    /// How the secret is kept.
    pub form: KeyForm,
}

/// How a secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// It is not here.
    Absent,
    /// In a plain file.
    Plain,
    /// In an encrypted file.
    Encrypted(Encryption),
    /// The file can't be read, or is no key file by its size or kind.
    Unreadable,
}

impl Wallet {
    /// The wallets under `root`, by name; none if the folder does not exist. Asks for no password, and leaves out what
    /// has no wallet's name or shape.
    ///
    /// # Errors
    /// [`KeyError::Io`] if a folder cannot be read.
    pub fn list(root: &Path) -> Result<Vec<WalletEntry>, KeyError> {
        let mut found = Vec::new();
        for name in names_in(root)? {
            let folder = root.join(&name);
            let coldkey = public_key(&folder, "coldkey");
            let coldkey_form = form(&folder.join("coldkey"));
            let hotkeys = hotkeys_in(&folder.join("hotkeys"))?;
            if coldkey.is_some() || coldkey_form != KeyForm::Absent || !hotkeys.is_empty() {
                found.push(WalletEntry { name, coldkey, coldkey_form, hotkeys });
            }
        }
        Ok(found)
    }
}

fn hotkeys_in(folder: &Path) -> Result<Vec<HotkeyEntry>, KeyError> {
    let names = names_in(folder)?.into_iter().filter(|name| check_name("hotkey", name).is_ok());
    Ok(names
        .map(|name| HotkeyEntry { public: public_key(folder, &name), form: form(&folder.join(&name)), name })
        .collect())
}

fn form(path: &Path) -> KeyForm {
    match Keyfile::encryption(path) {
        Ok(None) => KeyForm::Plain,
        Ok(Some(kind)) => KeyForm::Encrypted(kind),
        Err(KeyError::Missing { .. }) => KeyForm::Absent,
        Err(_) => KeyForm::Unreadable,
    }
}

fn public_key(folder: &Path, name: &str) -> Option<PublicKey> {
    [format!("{name}{PUBLIC_SUFFIX}"), name.to_owned()]
        .iter()
        .find_map(|file| Keyfile::read(&folder.join(file)).ok())
        .map(|keyfile| keyfile.public())
}

fn names_in(folder: &Path) -> Result<Vec<String>, KeyError> {
    let failed = |source| KeyError::Io { action: "read", path: folder.to_path_buf(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new())
        }
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries.take(MAX_LISTED) {
        let name = entry.map_err(failed)?.file_name();
        if let Some(name) = name.to_str().filter(|name| check_name("wallet", name).is_ok()) {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}
