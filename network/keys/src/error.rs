//! One error type for the crate. No message ever contains secret material.

use std::path::PathBuf;

use crate::Encryption;

/// Why a key, an address or a wallet could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not base58, has the wrong length, or its checksum does not match.
    #[error("not a valid SS58 address: {0}")]
    BadAddress(&'static str),
    /// The address is sound but belongs to another network.
    #[error("the address has SS58 prefix {found}, this network uses prefix 42 (addresses start with 5)")]
    ForeignAddress {
        /// The network prefix found.
        found: u16,
    },
    /// The signature text is not `0x` and 128 hex digits.
    #[error("not a signature: expected 0x and 128 hex digits")]
    BadSignature,
    /// The recovery phrase has the wrong number of words, an unknown word, or a wrong checksum.
    #[error("not a valid recovery phrase: {0}")]
    BadMnemonic(String),
    /// The secret URI (`phrase//hard/soft///password`) cannot be parsed.
    #[error("not a valid secret URI: {0}")]
    BadUri(&'static str),
    /// The bytes are not a secret key.
    #[error("not a valid sr25519 secret key")]
    BadSecret,
    /// Text that was to be a key file's content.
    #[error("not a key: {0}")]
    BadKeyText(&'static str),
    /// A wallet or hotkey name that could leave its folder or confuse a terminal.
    #[error("not a valid {what} name: use 1 to 64 letters, digits, '-', '_' or '.', not starting with '.'")]
    BadName {
        /// `wallet` or `hotkey`.
        what: &'static str,
    },
    /// The file does not exist.
    #[error("no {what} at {path}", path = path.display())]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// A key is already there; it is never overwritten.
    #[error("{path} exists already and is not overwritten", path = path.display())]
    Exists {
        /// The file in the way.
        path: PathBuf,
    },
    /// The key file is encrypted, and no password was given.
    #[error("{path} is encrypted ({kind}): give its password", path = path.display())]
    Encrypted {
        /// The file.
        path: PathBuf,
        /// Which encryption its first bytes announce.
        kind: Encryption,
    },
    /// The password does not open the file. A tag can't tell that from a file that somebody changed with care.
    #[error("wrong password for {path} (or somebody has changed the file)", path = path.display())]
    WrongPassword {
        /// The file.
        path: PathBuf,
    },
    /// The text cannot be a password.
    #[error("not a usable password: {0}")]
    BadPassword(&'static str),
    /// The two entries of a new password differ.
    #[error("the two entries differ: type the same password twice")]
    PasswordsDiffer,
    /// A password or a secret's reader was needed, and there is no terminal.
    #[error("there is no terminal to {0}")]
    NoTerminal(&'static str),
    /// The person at the terminal pressed Ctrl-C or Ctrl-D.
    #[error("cancelled at the terminal")]
    Cancelled,
    /// The key derivation needs more memory than the system gives.
    #[error("this password takes {mib} MiB of memory to check, and the system does not give them: free some")]
    NoMemory {
        /// How much.
        mib: u32,
    },
    /// A key derivation cost out of bounds.
    #[error("the cost must be 8 to 1024 MiB, 1 to 16 passes, 1 to 4 lanes, and MiB times passes at most 4096")]
    BadCost,
    /// The agent does not answer at its socket.
    #[error("no agent answers at {path}: start one with `ganglion agent run` ({source})", path = path.display())]
    NoAgent {
        /// The socket.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Another agent holds the socket.
    #[error("an agent runs at {path} already", path = path.display())]
    AgentRuns {
        /// The socket.
        path: PathBuf,
    },
    /// The folder of the agent's socket is open to others, or belongs to another user.
    #[error("{path} must be yours and closed to others; run: chmod 700 {path}", path = path.display())]
    OpenFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The agent said no.
    #[error("the agent refused: {0}")]
    AgentRefused(String),
    /// A plain secret that other users of the machine can read.
    #[error("{path} holds a plain secret and others may read it (mode {mode:o}); run: chmod 600 {path}", path = path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file is not what its name says.
    #[error("{path} is damaged: {reason}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: &'static str,
    },
    /// The file holds a public key only, a secret was needed.
    #[error("{path} holds no secret key", path = path.display())]
    NoSecret {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// `read`, `write`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}
