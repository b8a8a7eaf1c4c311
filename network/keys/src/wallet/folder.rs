//! What a person does with the keys of one wallet: make, bring back, open, protect.

use std::fs;
use std::path::{Path, PathBuf};

use zeroize::ZeroizeOnDrop;

use super::names::{check_name, Paths};
use crate::{Encryption, KeyError, Keyfile, Mnemonic, PasswordSource, Protection, PublicKey, Words};

/// One key of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyName<'a> {
    /// The owner.
    Coldkey,
    /// The worker of this name.
    Hotkey(&'a str),
}

impl KeyName<'_> {
    fn what(self) -> &'static str {
        match self {
            Self::Coldkey => "coldkey",
            Self::Hotkey(_) => "hotkey",
        }
    }
}

/// A wallet's folder, whether or not anything is in it yet.
#[derive(Clone, Debug)]
pub struct WalletFolder {
    root: PathBuf,
    name: String,
}

impl WalletFolder {
    /// The folder of the wallet `name` below `root`. Looks at no disk.
    ///
    /// # Errors
    /// [`KeyError::BadName`].
    pub fn new(root: &Path, name: &str) -> Result<Self, KeyError> {
        check_name("wallet", name)?;
        Ok(Self { root: root.to_path_buf(), name: name.to_owned() })
    }

    /// Where the key's secret file is, and its public one.
    ///
    /// # Errors
    /// [`KeyError::BadName`].
    pub fn paths(&self, key: KeyName<'_>) -> Result<(PathBuf, PathBuf), KeyError> {
        let hotkey = match key {
            KeyName::Coldkey => "default",
            KeyName::Hotkey(name) => name,
        };
        let paths = Paths::new(&self.root, &self.name, hotkey)?;
        Ok(match key {
            KeyName::Coldkey => (paths.coldkey, paths.coldkey_public),
            KeyName::Hotkey(_) => (paths.hotkey, paths.hotkey_public),
        })
    }

    /// Makes a new key and returns its recovery phrase, for the owner to write down. The phrase belongs on a terminal
    /// ([`Terminal::show`](crate::Terminal::show)) and nowhere else.
    ///
    /// # Errors
    /// As [`import`](Self::import).
    pub fn create(&self, key: KeyName<'_>, words: Words, protection: Protection<'_>) -> Result<Mnemonic, KeyError> {
        let mnemonic = Mnemonic::generate(words);
        self.import(key, &Keyfile::from_mnemonic(&mnemonic), protection)?;
        Ok(mnemonic)
    }

    /// Writes a key that came from a phrase, a seed or another tool's file, and its public file. A coldkey whose
    /// public file is there already must be the same key.
    ///
    /// # Errors
    /// [`KeyError::Exists`]: no key is ever overwritten; whoever wants that moves the old file away first.
    /// [`KeyError::NoSecret`] if `content` is a public key only, [`KeyError::NoMemory`], [`KeyError::BadName`],
    /// [`KeyError::Io`].
    pub fn import(&self, key: KeyName<'_>, content: &Keyfile, protection: Protection<'_>) -> Result<(), KeyError> {
        let (secret, public) = self.paths(key)?;
        if content.keypair().is_none() {
            return Err(KeyError::NoSecret { path: secret });
        }
        // Before the password costs its second.
        if fs::symlink_metadata(&secret).is_ok() {
            return Err(KeyError::Exists { path: secret });
        }
        self.agree_on_public(&public, content.public())?;
        content.write_new_as(&secret, protection)?;
        write_public(&public, content.public())
    }

    /// Writes only the public file, to watch a key whose secret is elsewhere.
    ///
    /// # Errors
    /// [`KeyError::Exists`] if one is there that names another key, [`KeyError::Io`].
    pub fn import_public(&self, key: KeyName<'_>, content: PublicKey) -> Result<(), KeyError> {
        let (_, public) = self.paths(key)?;
        self.agree_on_public(&public, content)?;
        write_public(&public, content)
    }

    /// Nothing may stand at `path` but the same key.
    fn agree_on_public(&self, path: &Path, expected: PublicKey) -> Result<(), KeyError> {
        match Keyfile::read_as(path, "public key") {
            Err(KeyError::Missing { .. }) => Ok(()),
            Ok(there) if there.public() == expected => Ok(()),
            _ => Err(KeyError::Exists { path: path.to_path_buf() }),
        }
    }

    /// Opens a key's file.
    ///
    /// # Errors
    /// Those of [`Keyfile::open`]; [`KeyError::NoSecret`]; [`KeyError::Damaged`] if it is not the key that its public
    /// file names.
    pub fn open(&self, key: KeyName<'_>, source: &PasswordSource) -> Result<Keyfile, KeyError> {
        let (secret, public) = self.paths(key)?;
        let opened = Keyfile::open_as(&secret, key.what(), source)?;
        if opened.keypair().is_none() {
            return Err(KeyError::NoSecret { path: secret });
        }
        match Keyfile::read_as(&public, "public key") {
            Ok(named) if named.public() != opened.public() => {
                Err(KeyError::Damaged { path: secret, reason: "it is not the key that its pub.txt names" })
            }
            Ok(_) | Err(KeyError::Missing { .. }) => Ok(opened),
            Err(error) => Err(error),
        }
    }

    /// The public key, without asking for a password.
    ///
    /// # Errors
    /// Those of [`Keyfile::read`]; [`KeyError::Encrypted`] if only an encrypted file is there.
    pub fn public(&self, key: KeyName<'_>) -> Result<PublicKey, KeyError> {
        let (secret, public) = self.paths(key)?;
        match Keyfile::read_as(&public, "public key") {
            Err(KeyError::Missing { .. }) => Keyfile::read_as(&secret, key.what()).map(|keyfile| keyfile.public()),
            other => other.map(|keyfile| keyfile.public()),
        }
    }

    /// How the key's file is encrypted; `None` for a plain one.
    ///
    /// # Errors
    /// Those of [`Keyfile::encryption`].
    pub fn encryption(&self, key: KeyName<'_>) -> Result<Option<Encryption>, KeyError> {
        Keyfile::encryption(&self.paths(key)?.0)
    }

    /// Writes the key's file anew: encrypts a plain one, changes or removes a password, or moves to another format. The
    /// old file is in place until the new one is complete. (Blocks of the old one may survive on the disk: who fears
    /// that, makes a new key and moves the funds.)
    ///
    /// # Errors
    /// Those of [`open`](Self::open), [`KeyError::NoMemory`], [`KeyError::Io`].
    pub fn protect(
        &self,
        key: KeyName<'_>,
        source: &PasswordSource,
        protection: Protection<'_>,
    ) -> Result<(), KeyError> {
        self.unlock(key, source)?.protect(protection)
    }

    /// [`open`](Self::open), to write the file anew once the present password has proved right: only then need a person
    /// think of another.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn unlock<'a>(&'a self, key: KeyName<'a>, source: &PasswordSource) -> Result<Unlocked<'a>, KeyError> {
        Ok(Unlocked { folder: self, key, content: self.open(key, source)? })
    }
}

/// A key of a wallet whose present password was right. Its secret is erased when dropped.
#[derive(Debug)]
pub struct Unlocked<'a> {
    folder: &'a WalletFolder,
    key: KeyName<'a>,
    content: Keyfile,
}

/// Its field does it.
impl ZeroizeOnDrop for Unlocked<'_> {}

impl Unlocked<'_> {
    /// As [`WalletFolder::protect`], without asking for the present password.
    ///
    /// # Errors
    /// [`KeyError::Exists`] if the public file has become another key's, [`KeyError::NoMemory`], [`KeyError::Io`].
    pub fn protect(&self, protection: Protection<'_>) -> Result<(), KeyError> {
        let (secret, public) = self.folder.paths(self.key)?;
        // Behind an encrypted file, nobody could find the address any more.
        self.folder.agree_on_public(&public, self.content.public())?;
        write_public(&public, self.content.public())?;
        self.content.replace(&secret, protection)
    }
}

fn write_public(path: &Path, public: PublicKey) -> Result<(), KeyError> {
    super::accept_existing(Keyfile::public_only(public).write_new(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        erased::assert::<Unlocked<'_>>();
        let _ = |Unlocked { folder: _, key: _, content }: &Unlocked<'_>| erased::field(content);
    }
}
