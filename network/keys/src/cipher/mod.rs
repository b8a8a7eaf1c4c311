//! Encrypted key files: ours, and the three that Bittensor's tools have written over the years.

mod argon;
mod cost;
mod fernet;
mod ganglion;
mod nacl;
mod vault;

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

pub use cost::Cost;

use crate::{KeyError, Password};

/// The encryption a key file's first bytes announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encryption {
    /// `$GANGLION;1`: Argon2id with a random salt, XChaCha20-Poly1305. Ours.
    Ganglion,
    /// `$NACL`: Argon2i with one salt for everybody, XSalsa20-Poly1305. Bittensor's present form.
    Nacl,
    /// `$ANSIBLE_VAULT`: PBKDF2 and AES-CTR. Older; read only.
    AnsibleVault,
    /// Fernet tokens, the oldest form; read only.
    Fernet,
}

impl Encryption {
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        [
            (ganglion::FAMILY, Self::Ganglion),
            (nacl::MAGIC, Self::Nacl),
            (vault::MAGIC, Self::AnsibleVault),
            (fernet::MAGIC, Self::Fernet),
        ]
        .into_iter()
        .find_map(|(magic, kind)| bytes.starts_with(magic).then_some(kind))
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ganglion => "Ganglion",
            Self::Nacl => "NaCl",
            Self::AnsibleVault => "Ansible vault",
            Self::Fernet => "Fernet",
        })
    }
}

/// How a key file is written.
#[derive(Clone, Copy, Debug)]
pub enum Protection<'a> {
    /// Not encrypted: whoever can read the file has the key. For hotkeys, which must work while nobody is there.
    Plain,
    /// Our own format at the default [`Cost`].
    Password(&'a Password),
    /// Our own format at another cost.
    PasswordAtCost(&'a Password, Cost),
    /// `$NACL`, which Bittensor's tools open too. Weaker: see the crate's README.
    Compatible(&'a Password),
}

/// Why encrypted bytes gave no plain ones.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    WrongPassword,
    Damaged(&'static str),
    /// The key derivation needs this many MiB, and the system does not give them.
    Memory(u32),
}

impl Refusal {
    pub(crate) fn at(self, path: &Path) -> KeyError {
        let path = path.to_path_buf();
        match self {
            Self::WrongPassword => KeyError::WrongPassword { path },
            Self::Damaged(reason) => KeyError::Damaged { path, reason },
            Self::Memory(mib) => KeyError::NoMemory { mib },
        }
    }
}

type Plain = Zeroizing<Vec<u8>>;

/// A block of AES, bytes.
const BLOCK: usize = 16;

/// Takes off the padding of PKCS #7. Only for bytes whose HMAC was right: else its answer would be an oracle.
fn unpad(mut plain: Plain) -> Result<Plain, Refusal> {
    let padding = plain.last().map_or(0, |byte| usize::from(*byte));
    let length = plain.len().checked_sub(padding).filter(|_| (1..=BLOCK).contains(&padding));
    let sound = |length: &usize| plain[*length..].iter().all(|byte| usize::from(*byte) == padding);
    let length = length.filter(sound).ok_or(Refusal::Damaged("its padding is wrong"))?;
    plain.truncate(length);
    Ok(plain)
}

/// Finds what is wrong with a file that no password can mend, so that nobody types one in vain.
pub(crate) fn inspect(kind: Encryption, bytes: &[u8]) -> Result<(), Refusal> {
    match kind {
        Encryption::Ganglion => ganglion::Parts::read(bytes).map(drop),
        Encryption::Nacl => nacl::inspect(bytes),
        Encryption::AnsibleVault => vault::Parts::read(bytes).map(drop),
        Encryption::Fernet => fernet::Parts::read(bytes).map(drop),
    }
}

/// The plain bytes of an encrypted file. Takes seconds and up to 1 GiB of memory: both bounded, whatever the file says.
pub(crate) fn open(kind: Encryption, bytes: &[u8], password: &Password) -> Result<Plain, Refusal> {
    match kind {
        Encryption::Ganglion => ganglion::open(bytes, password),
        Encryption::Nacl => nacl::open(bytes, password),
        Encryption::AnsibleVault => vault::open(bytes, password),
        Encryption::Fernet => fernet::open(bytes, password),
    }
}

/// The file's bytes for a plain key file's content.
pub(crate) fn seal(plain: Plain, protection: Protection<'_>) -> Result<Plain, Refusal> {
    match protection {
        Protection::Plain => Ok(plain),
        Protection::Password(password) => ganglion::seal(plain, password, Cost::default()),
        Protection::PasswordAtCost(password, cost) => ganglion::seal(plain, password, cost),
        Protection::Compatible(password) => nacl::seal(plain, password),
    }
}
