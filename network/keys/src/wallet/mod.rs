//! Wallet folders in Bittensor's layout: one coldkey that owns, and hotkeys that work.
//!
//! ```text
//! <root>/<name>/coldkey              the owner's secret; not needed to run a miner or validator
//! <root>/<name>/coldkeypub.txt       its public key
//! <root>/<name>/hotkeys/<hotkey>     a neuron's secret
//! <root>/<name>/hotkeys/<hotkey>pub.txt
//! ```

mod list;
mod make;
mod paths;
mod public;

use std::path::{Path, PathBuf};

pub use list::{HotkeyEntry, KeyForm, WalletEntry};
use make::there;
pub use make::{Phrases, Secret};
use paths::Paths;
pub use public::PublicWallet;
use public::{check_coldkey, public_of, read_secret};

use crate::{KeyError, Keyfile, Keypair, Mnemonic, Protection, PublicKey, Words};

/// An open wallet: the coldkey's public half, and one hotkey ready to sign. The coldkey's secret stays on disk until
/// [`coldkey`](Self::coldkey) or [`unlock_coldkey`](Self::unlock_coldkey) asks for it.
#[derive(Clone, Debug)]
pub struct Wallet {
    root: PathBuf,
    name: String,
    hotkey_name: String,
    coldkey_public: PublicKey,
    hotkey: Keypair,
}

impl Wallet {
    /// Makes a wallet with a new coldkey and a new hotkey of 12 words, as plain files of mode 0600.
    ///
    /// # Errors
    /// As [`create_with`](Self::create_with).
    pub fn create(root: &Path, name: &str, hotkey: &str) -> Result<Self, KeyError> {
        let plain = Protection::Plain;
        Self::create_with(root, name, hotkey, Words::Twelve, &plain, &plain).map(|(wallet, _)| wallet)
    }

    /// Opens a wallet whose hotkey is plain. The coldkey's secret need not be there; its public key must be.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::NoSecret`] if the hotkey's file holds no secret, and those of
    /// [`Keyfile::read`].
    pub fn open(root: &Path, name: &str, hotkey: &str) -> Result<Self, KeyError> {
        let paths = Paths::new(root, name, hotkey)?;
        let coldkey_public = public_of(&paths.coldkey_public, &paths.coldkey, "coldkey")?;
        let pair = read_secret(&paths.hotkey, "hotkey", None)?;
        Ok(Self::from_parts(root, name, hotkey, coldkey_public, pair))
    }

    /// Opens a wallet, making what is missing first: everything, a hotkey, or what an interrupted
    /// [`create`](Self::create) left out. Existing files are never changed; what is made is plain.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`create`](Self::create).
    pub fn open_or_create(root: &Path, name: &str, hotkey: &str) -> Result<Self, KeyError> {
        let paths = Paths::new(root, name, hotkey)?;
        if !there(&paths.coldkey_public) {
            let made = if there(&paths.coldkey) {
                let public = Keyfile::read_as(&paths.coldkey, "coldkey", None)?.public();
                Keyfile::public_only(public).write_new(&paths.coldkey_public)
            } else {
                new_pair(&paths.coldkey, &paths.coldkey_public)
            };
            accept_existing(made)?;
        }
        // A public half without its secret belongs to a key that is kept elsewhere: another is not put in its place.
        if !there(&paths.hotkey) && !there(&paths.hotkey_public) {
            accept_existing(new_pair(&paths.hotkey, &paths.hotkey_public))?;
        }
        Self::open(root, name, hotkey)
    }

    fn from_parts(root: &Path, name: &str, hotkey_name: &str, coldkey_public: PublicKey, hotkey: Keypair) -> Self {
        let root = root.to_path_buf();
        Self { root, name: name.to_owned(), hotkey_name: hotkey_name.to_owned(), coldkey_public, hotkey }
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
        let path = Paths::new(&self.root, &self.name, &self.hotkey_name)?.coldkey;
        let pair = read_secret(&path, "coldkey", None)?;
        check_coldkey(pair, self.coldkey_public, &path)
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
