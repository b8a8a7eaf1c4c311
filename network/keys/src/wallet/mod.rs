//! Wallet folders in Bittensor's layout: one coldkey that owns, and hotkeys that work.
//!
//! ```text
//! <root>/<name>/coldkey              the owner's secret; not needed to run a miner or validator
//! <root>/<name>/coldkeypub.txt       its public key
//! <root>/<name>/hotkeys/<hotkey>     a neuron's secret
//! <root>/<name>/hotkeys/<hotkey>pub.txt
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::ZeroizeOnDrop;

use crate::{KeyError, Keyfile, Keypair, Mnemonic, PasswordSource, PublicKey, Words};

mod folder;
mod names;

pub use folder::{KeyName, Unlocked, WalletFolder};
use names::{check_name, Paths, PUBLIC_SUFFIX};

/// Most folder entries looked at when listing.
const MAX_LISTED: usize = 10_000;

/// An open wallet: the coldkey's public half, and one hotkey ready to sign. The coldkey's secret stays on disk until
/// [`coldkey`](Self::coldkey) asks for it.
#[derive(Clone, Debug)]
pub struct Wallet {
    root: PathBuf,
    name: String,
    hotkey_name: String,
    coldkey_public: PublicKey,
    hotkey: Keypair,
}

/// One wallet folder, as [`Wallet::list`] finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletEntry {
    /// The folder's name.
    pub name: String,
    /// The coldkey's public key, if it can be read without a password.
    pub coldkey: Option<PublicKey>,
    /// Hotkey names in order, with the public key where it can be read without a password.
    pub hotkeys: Vec<(String, Option<PublicKey>)>,
}

/// Its hotkey does it.
impl ZeroizeOnDrop for Wallet {}

impl Wallet {
    /// Makes a wallet with a new coldkey and a new hotkey, as plain files of mode 0600.
    ///
    /// # Errors
    /// [`KeyError::Exists`] if either key is there already, [`KeyError::BadName`], [`KeyError::Io`].
    pub fn create(root: &Path, name: &str, hotkey: &str) -> Result<Self, KeyError> {
        let paths = Paths::new(root, name, hotkey)?;
        for path in [&paths.coldkey, &paths.coldkey_public, &paths.hotkey] {
            if fs::symlink_metadata(path).is_ok() {
                return Err(KeyError::Exists { path: path.clone() });
            }
        }
        new_pair(&paths.coldkey, &paths.coldkey_public)?;
        new_pair(&paths.hotkey, &paths.hotkey_public)?;
        Self::open(root, name, hotkey)
    }

    /// Opens a wallet of plain files. The coldkey's secret need not be there; its public key must be.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::NoSecret`] if the hotkey's file holds no secret, and those of
    /// [`Keyfile::read`].
    pub fn open(root: &Path, name: &str, hotkey: &str) -> Result<Self, KeyError> {
        Self::open_with(root, name, hotkey, &PasswordSource::Nothing)
    }

    /// As [`open`](Self::open), and asks `source` where a file that is needed is encrypted.
    ///
    /// # Errors
    /// As there, and those of [`Keyfile::open`].
    pub fn open_with(root: &Path, name: &str, hotkey: &str, source: &PasswordSource) -> Result<Self, KeyError> {
        let paths = Paths::new(root, name, hotkey)?;
        let coldkey_public = match Keyfile::read_as(&paths.coldkey_public, "public coldkey") {
            Err(KeyError::Missing { .. }) => Keyfile::open_as(&paths.coldkey, "coldkey", source)?.public(),
            other => other?.public(),
        };
        let hotkey_pair = read_secret(&paths.hotkey, "hotkey", source)?;
        Ok(Self {
            root: root.to_path_buf(),
            name: name.to_owned(),
            hotkey_name: hotkey.to_owned(),
            coldkey_public,
            hotkey: hotkey_pair,
        })
    }

    /// Opens a wallet, making what is missing first: everything, a hotkey, or what an interrupted
    /// [`create`](Self::create) left out. Existing files are never changed.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`create`](Self::create).
    pub fn open_or_create(root: &Path, name: &str, hotkey: &str) -> Result<Self, KeyError> {
        let paths = Paths::new(root, name, hotkey)?;
        let there = |path: &Path| fs::symlink_metadata(path).is_ok();
        if !there(&paths.coldkey_public) {
            let made = if there(&paths.coldkey) {
                let public = Keyfile::read_as(&paths.coldkey, "coldkey")?.public();
                Keyfile::public_only(public).write_new(&paths.coldkey_public)
            } else {
                new_pair(&paths.coldkey, &paths.coldkey_public)
            };
            accept_existing(made)?;
        }
        if !there(&paths.hotkey) {
            accept_existing(new_pair(&paths.hotkey, &paths.hotkey_public))?;
        }
        Self::open(root, name, hotkey)
    }

    /// The folder that holds the wallets.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The wallet's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The open hotkey's name.
    pub fn hotkey_name(&self) -> &str {
        &self.hotkey_name
    }

    /// The owner's public key.
    pub fn coldkey_public(&self) -> PublicKey {
        self.coldkey_public
    }

    /// The working key.
    pub fn hotkey(&self) -> &Keypair {
        &self.hotkey
    }

    /// Reads the owner's secret from a plain file.
    ///
    /// # Errors
    /// Those of [`Keyfile::read`], and [`KeyError::Damaged`] if it is not the key that `coldkeypub.txt` names.
    pub fn coldkey(&self) -> Result<Keypair, KeyError> {
        self.coldkey_with(&PasswordSource::Nothing)
    }

    /// As [`coldkey`](Self::coldkey), and asks `source` if the file is encrypted.
    ///
    /// # Errors
    /// As there, and those of [`Keyfile::open`].
    pub fn coldkey_with(&self, source: &PasswordSource) -> Result<Keypair, KeyError> {
        let path = Paths::new(&self.root, &self.name, &self.hotkey_name)?.coldkey;
        let pair = read_secret(&path, "coldkey", source)?;
        if pair.public() != self.coldkey_public {
            return Err(KeyError::Damaged { path, reason: "it is not the key that coldkeypub.txt names" });
        }
        Ok(pair)
    }

    /// The wallets under `root`, by name; none if the folder does not exist. Reads no secret it can avoid, and leaves
    /// out what has no wallet's name or shape.
    ///
    /// # Errors
    /// [`KeyError::Io`] if a folder cannot be read.
    pub fn list(root: &Path) -> Result<Vec<WalletEntry>, KeyError> {
        let mut found = Vec::new();
        for name in names_in(root)? {
            let folder = root.join(&name);
            let coldkey = public_key(&folder, "coldkey");
            let hotkey_folder = folder.join("hotkeys");
            let hotkeys: Vec<_> = names_in(&hotkey_folder)?
                .into_iter()
                .filter(|name| check_name("hotkey", name).is_ok())
                .map(|name| {
                    let key = public_key(&hotkey_folder, &name);
                    (name, key)
                })
                .collect();
            if coldkey.is_some() || folder.join("coldkey").is_file() || !hotkeys.is_empty() {
                found.push(WalletEntry { name, coldkey, hotkeys });
            }
        }
        Ok(found)
    }
}

fn new_pair(secret: &Path, public: &Path) -> Result<(), KeyError> {
    let keyfile = Keyfile::from_mnemonic(&Mnemonic::generate(Words::Twelve));
    keyfile.write_new(secret)?;
    Keyfile::public_only(keyfile.public()).write_new(public)
}

/// Another process made the key first: as good as having made it.
fn accept_existing(result: Result<(), KeyError>) -> Result<(), KeyError> {
    match result {
        Err(KeyError::Exists { .. }) => Ok(()),
        other => other,
    }
}

fn read_secret(path: &Path, what: &'static str, source: &PasswordSource) -> Result<Keypair, KeyError> {
    let keyfile = Keyfile::open_as(path, what, source)?;
    keyfile.keypair().cloned().ok_or_else(|| KeyError::NoSecret { path: path.to_path_buf() })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        erased::assert::<Wallet>();
        let _ = |Wallet { root: _, name: _, hotkey_name: _, coldkey_public: _, hotkey }: &Wallet| erased::field(hotkey);
    }
}
