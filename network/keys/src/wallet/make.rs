//! Making wallets, and bringing keys into them. Nothing here replaces a file.

use std::fs;
use std::path::Path;

use zeroize::Zeroizing;

use super::paths::Paths;
use super::Wallet;
use crate::{KeyError, Keyfile, Mnemonic, Protection, PublicKey, Words};

/// The phrases of a new wallet: to be shown once, and written on paper.
#[derive(Clone, Debug)]
pub struct Phrases {
    /// The owner's.
    pub coldkey: Mnemonic,
    /// The worker's.
    pub hotkey: Mnemonic,
}

/// What a key is imported from. Never shown by `Debug`.
#[derive(Clone)]
pub enum Secret {
    /// A recovery phrase.
    Mnemonic(Mnemonic),
    /// A 32-byte mini secret.
    Seed(Zeroizing<[u8; 32]>),
    /// An opened key file.
    Keyfile(Box<Keyfile>),
}

impl Secret {
    /// Reads a recovery phrase, or a seed as `0x` and 64 hex digits.
    ///
    /// # Errors
    /// [`KeyError::BadMnemonic`] or [`KeyError::BadSecret`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let Some(digits) = text.strip_prefix("0x") else { return Mnemonic::parse(text).map(Self::Mnemonic) };
        let mut seed = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(digits, seed.as_mut_slice()).map_err(|_| KeyError::BadSecret)?;
        Ok(Self::Seed(seed))
    }

    fn keyfile(&self) -> Keyfile {
        match self {
            Self::Mnemonic(mnemonic) => Keyfile::from_mnemonic(mnemonic),
            Self::Seed(seed) => Keyfile::from_seed(seed),
            Self::Keyfile(keyfile) => keyfile.as_ref().clone(),
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Wallet {
    /// Makes a wallet with a new coldkey and a new hotkey, each protected as said, and gives the phrases that bring
    /// them back.
    ///
    /// # Errors
    /// [`KeyError::Exists`] if either key is there already, [`KeyError::BadName`], [`KeyError::Memory`],
    /// [`KeyError::Io`].
    pub fn create_with(
        root: &Path,
        name: &str,
        hotkey: &str,
        words: Words,
        coldkey_protection: &Protection,
        hotkey_protection: &Protection,
    ) -> Result<(Self, Phrases), KeyError> {
        let paths = Paths::new(root, name, hotkey)?;
        for path in [&paths.coldkey, &paths.coldkey_public, &paths.hotkey, &paths.hotkey_public] {
            if there(path) {
                return Err(KeyError::Exists { path: path.clone() });
            }
        }
        let phrases = Phrases { coldkey: Mnemonic::generate(words), hotkey: Mnemonic::generate(words) };
        let coldkey = Keyfile::from_mnemonic(&phrases.coldkey);
        let hotkey_file = Keyfile::from_mnemonic(&phrases.hotkey);
        write_pair(&coldkey, &paths.coldkey, &paths.coldkey_public, coldkey_protection)?;
        write_pair(&hotkey_file, &paths.hotkey, &paths.hotkey_public, hotkey_protection)?;
        let pair = hotkey_file.keypair().cloned().ok_or(KeyError::BadSecret)?;
        Ok((Self::from_parts(root, name, hotkey, coldkey.public(), pair), phrases))
    }

    /// Puts a coldkey into a new wallet, or into one that has its public key only.
    ///
    /// # Errors
    /// [`KeyError::Exists`] if there is a coldkey, or the public key of another; [`KeyError::BadSecret`] if a key file
    /// without secret is given; those of [`create_with`](Self::create_with).
    pub fn import_coldkey(
        root: &Path,
        name: &str,
        secret: &Secret,
        protection: &Protection,
    ) -> Result<PublicKey, KeyError> {
        // The hotkey's name is not used: any will do.
        let paths = Paths::new(root, name, "default")?;
        import(secret, &paths.coldkey, &paths.coldkey_public, protection)
    }

    /// Puts a hotkey into a wallet, which need not exist.
    ///
    /// # Errors
    /// As [`import_coldkey`](Self::import_coldkey).
    pub fn import_hotkey(
        root: &Path,
        name: &str,
        hotkey: &str,
        secret: &Secret,
        protection: &Protection,
    ) -> Result<PublicKey, KeyError> {
        let paths = Paths::new(root, name, hotkey)?;
        import(secret, &paths.hotkey, &paths.hotkey_public, protection)
    }

    /// Makes a wallet of a public coldkey alone, for machines that only run its hotkeys.
    ///
    /// # Errors
    /// [`KeyError::Exists`], [`KeyError::BadName`], [`KeyError::Io`].
    pub fn import_coldkey_public(root: &Path, name: &str, coldkey: PublicKey) -> Result<(), KeyError> {
        let paths = Paths::new(root, name, "default")?;
        if there(&paths.coldkey) {
            return Err(KeyError::Exists { path: paths.coldkey });
        }
        Keyfile::public_only(coldkey).write_new(&paths.coldkey_public)
    }
}

pub(super) fn there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn import(secret: &Secret, path: &Path, public: &Path, protection: &Protection) -> Result<PublicKey, KeyError> {
    let keyfile = secret.keyfile();
    if keyfile.keypair().is_none() {
        return Err(KeyError::BadSecret);
    }
    if there(path) {
        return Err(KeyError::Exists { path: path.to_path_buf() });
    }
    if there(public) {
        if Keyfile::read(public)?.public() != keyfile.public() {
            return Err(KeyError::Exists { path: public.to_path_buf() });
        }
        keyfile.write_new_with(path, protection)?;
    } else {
        write_pair(&keyfile, path, public, protection)?;
    }
    Ok(keyfile.public())
}

fn write_pair(keyfile: &Keyfile, secret: &Path, public: &Path, protection: &Protection) -> Result<(), KeyError> {
    keyfile.write_new_with(secret, protection)?;
    Keyfile::public_only(keyfile.public()).write_new(public)
}
