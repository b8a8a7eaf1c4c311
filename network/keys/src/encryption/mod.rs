//! Encrypted key files: the three forms Bittensor's tools have used, and ours.
//!
//! Each form is a module that turns bytes and a password into the plain JSON and says what went wrong without the path,
//! which only the caller knows.

mod ansible;
mod fernet;
mod kdf;
mod nacl;
mod own;

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::{KeyError, Password};

/// The encryption a key file's first bytes announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// `$GANGLION;1;`: Argon2id and XChaCha20-Poly1305, our default.
    Own,
    /// `$NACL`: Argon2i and XSalsa20-Poly1305, Bittensor's present form.
    Nacl,
    /// `$ANSIBLE_VAULT`: PBKDF2 and AES-CTR.
    AnsibleVault,
    /// Fernet tokens, the oldest form.
    Fernet,
}

/// How a secret is to be written.
#[derive(Clone)]
pub enum Protection {
    /// Not encrypted: mode 0600 is all that protects it. For hotkeys of machines that start without a person.
    Plain,
    /// Our own form; Bittensor's tools can't open it.
    Own(Password),
    /// `$NACL`, which Bittensor's tools open. Its salt is the same for everybody, so equal passwords give equal keys.
    Compatible(Password),
}

/// Why bytes could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The seal does not match: another password, or altered bytes.
    Seal,
    /// Not the form that the first bytes announce.
    Shape(&'static str),
    /// The file asks for more work than we do for a file.
    Limit(&'static str),
    /// The system has not the memory that the key derivation needs.
    Memory,
}

/// Plain bytes, erased when dropped.
type Plain = Zeroizing<Vec<u8>>;

impl Encryption {
    /// The form of `bytes`, or none if they are not encrypted.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        [
            // Of any version: announced as ours, then refused by its number.
            (b"$GANGLION;".as_slice(), Self::Own),
            (nacl::MAGIC, Self::Nacl),
            (ansible::MAGIC, Self::AnsibleVault),
            (b"gAAAAA", Self::Fernet),
        ]
        .into_iter()
        .find_map(|(magic, kind)| bytes.starts_with(magic).then_some(kind))
    }

    /// Opens `bytes`, which came from `path`.
    pub(crate) fn open(self, bytes: &[u8], password: &Password, path: &Path) -> Result<Plain, KeyError> {
        let password = password.as_bytes();
        match self {
            Self::Own => own::open(bytes, password),
            Self::Nacl => nacl::open(bytes, password),
            Self::AnsibleVault => ansible::open(bytes, password),
            Self::Fernet => fernet::open(bytes, password),
        }
        .map_err(|fault| fault.at(path))
    }
}

impl Protection {
    /// The bytes to store for `plain` in `path`.
    pub(crate) fn seal(&self, plain: Plain, path: &Path) -> Result<Plain, KeyError> {
        match self {
            Self::Plain => Ok(plain),
            Self::Own(password) => own::seal(&plain, password.as_bytes()).map(Plain::new),
            Self::Compatible(password) => nacl::seal(&plain, password.as_bytes()).map(Plain::new),
        }
        .map_err(|fault| fault.at(path))
    }
}

impl Fault {
    fn at(self, path: &Path) -> KeyError {
        let path = path.to_path_buf();
        match self {
            Self::Seal => KeyError::WrongPassword { path },
            Self::Shape(reason) => KeyError::Damaged { path, reason },
            Self::Limit(what) => KeyError::Limit { path, what },
            Self::Memory => KeyError::Memory { path },
        }
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "Ganglion",
            Self::Nacl => "NaCl",
            Self::AnsibleVault => "Ansible vault",
            Self::Fernet => "Fernet",
        })
    }
}

impl fmt::Debug for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            Self::Own(_) => "Own(secret)",
            Self::Compatible(_) => "Compatible(secret)",
        })
    }
}
