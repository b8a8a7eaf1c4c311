//! A wallet seen without a password, and unlocked key by key.

use std::path::{Path, PathBuf};

use super::paths::Paths;
use super::Wallet;
use crate::keyfile::Ask;
use crate::{KeyError, Keyfile, Keypair, PasswordSource, PublicKey};

/// A wallet of which nothing is unlocked.
#[derive(Clone, Debug)]
pub struct PublicWallet {
    root: PathBuf,
    name: String,
    hotkey_name: String,
    /// The owner's public key.
    pub coldkey: PublicKey,
    /// The hotkey's, if there is such a hotkey and it can be read without a password.
    pub hotkey: Option<PublicKey>,
}

impl Wallet {
    /// The public keys of a wallet: from `coldkeypub.txt` and `hotkeys/<name>pub.txt`, else from plain secret files.
    ///
    /// # Errors
    /// [`KeyError::Missing`] or [`KeyError::Encrypted`] if the coldkey's public key can't be had, those of
    /// [`Keyfile::read`] if a file is damaged. A hotkey that is missing or encrypted is no error.
    pub fn public(root: &Path, name: &str, hotkey: &str) -> Result<PublicWallet, KeyError> {
        let paths = Paths::new(root, name, hotkey)?;
        let coldkey = public_of(&paths.coldkey_public, &paths.coldkey, "coldkey")?;
        let hotkey_public = match public_of(&paths.hotkey_public, &paths.hotkey, "hotkey") {
            Ok(public) => Some(public),
            Err(KeyError::Missing { .. } | KeyError::Encrypted { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(PublicWallet {
            root: root.to_path_buf(),
            name: name.to_owned(),
            hotkey_name: hotkey.to_owned(),
            coldkey,
            hotkey: hotkey_public,
        })
    }

    /// Opens a wallet whose hotkey may be encrypted; `source` is asked only then.
    ///
    /// # Errors
    /// Those of [`public`](Self::public) and of [`PublicWallet::unlock_hotkey`].
    pub fn open_with(root: &Path, name: &str, hotkey: &str, source: &PasswordSource) -> Result<Self, KeyError> {
        let public = Self::public(root, name, hotkey)?;
        let pair = public.unlock_hotkey(source)?;
        Ok(Self::from_parts(root, name, hotkey, public.coldkey, pair))
    }

    /// The owner's secret; `source` is asked only if it is encrypted.
    ///
    /// # Errors
    /// Those of [`Keyfile::read_with`] and [`PasswordSource::read`]; [`KeyError::Damaged`] if it is not the key that
    /// `coldkeypub.txt` names.
    pub fn unlock_coldkey(&self, source: &PasswordSource) -> Result<Keypair, KeyError> {
        let path = Paths::new(self.root(), self.name(), self.hotkey_name())?.coldkey;
        unlock_coldkey(&path, self.name(), self.coldkey_public(), source)
    }
}

impl PublicWallet {
    /// As [`Wallet::unlock_coldkey`].
    ///
    /// # Errors
    /// The same.
    pub fn unlock_coldkey(&self, source: &PasswordSource) -> Result<Keypair, KeyError> {
        let path = Paths::new(&self.root, &self.name, &self.hotkey_name)?.coldkey;
        unlock_coldkey(&path, &self.name, self.coldkey, source)
    }

    /// The hotkey's secret; `source` is asked only if it is encrypted.
    ///
    /// # Errors
    /// Those of [`Keyfile::read_with`] and [`PasswordSource::read`]; [`KeyError::Damaged`] if it is not the key that
    /// its public file names.
    pub fn unlock_hotkey(&self, source: &PasswordSource) -> Result<Keypair, KeyError> {
        let path = Paths::new(&self.root, &self.name, &self.hotkey_name)?.hotkey;
        let prompt = format!("Password of hotkey {} of wallet {}: ", self.hotkey_name, self.name);
        let pair = read_secret(&path, "hotkey", Some(&mut || source.read(&prompt)))?;
        if self.hotkey.is_some_and(|public| public != pair.public()) {
            return Err(KeyError::Damaged { path, reason: "it is not the key that its public file names" });
        }
        Ok(pair)
    }
}

fn unlock_coldkey(path: &Path, name: &str, public: PublicKey, source: &PasswordSource) -> Result<Keypair, KeyError> {
    let prompt = format!("Password of the coldkey of wallet {name}: ");
    let pair = read_secret(path, "coldkey", Some(&mut || source.read(&prompt)))?;
    check_coldkey(pair, public, path)
}

/// The pair, if it is the one that the public file names.
pub(super) fn check_coldkey(pair: Keypair, public: PublicKey, path: &Path) -> Result<Keypair, KeyError> {
    if pair.public() != public {
        let reason = "it is not the key that coldkeypub.txt names";
        return Err(KeyError::Damaged { path: path.to_path_buf(), reason });
    }
    Ok(pair)
}

/// From the public file; if there is none, from the secret one.
pub(super) fn public_of(public: &Path, secret: &Path, what: &'static str) -> Result<PublicKey, KeyError> {
    match Keyfile::read_as(public, what, None) {
        Err(KeyError::Missing { .. }) => Keyfile::read_as(secret, what, None),
        other => other,
    }
    .map(|keyfile| keyfile.public())
}

pub(super) fn read_secret(path: &Path, what: &'static str, ask: Option<&mut Ask<'_>>) -> Result<Keypair, KeyError> {
    let keyfile = Keyfile::read_as(path, what, ask)?;
    keyfile.keypair().cloned().ok_or_else(|| KeyError::NoSecret { path: path.to_path_buf() })
}
