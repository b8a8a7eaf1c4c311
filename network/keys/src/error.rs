//! One error type for the crate. No message ever contains secret material.

use std::path::PathBuf;

use crate::{agent::Refusal, Encryption};

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
    /// The key file is encrypted and no password was offered.
    #[error("{path} is encrypted ({kind}): its password is needed", path = path.display())]
    Encrypted {
        /// The file.
        path: PathBuf,
        /// Which encryption its first bytes announce.
        kind: Encryption,
    },
    /// The seal does not match. A wrong password and altered bytes can't be told apart.
    #[error("the password does not open {path} (or the file was altered)", path = path.display())]
    WrongPassword {
        /// The file.
        path: PathBuf,
    },
    /// The file's header asks for more work than is done for a key file.
    #[error("{path} asks for {what} to be opened, which no file of ours does; it is not trusted", path = path.display())]
    Limit {
        /// The file.
        path: PathBuf,
        /// What is too much.
        what: &'static str,
    },
    /// The memory for deriving the key is not there.
    #[error("not enough memory to derive the key of {path}; close other programs and try again", path = path.display())]
    Memory {
        /// The file.
        path: PathBuf,
    },
    /// The password cannot be used as one.
    #[error("not a usable password: {0}")]
    BadPassword(&'static str),
    /// A password is needed and there is nobody to ask.
    #[error("a password is needed and there is no terminal to ask at; give --password-file or --password-fd")]
    NoTerminal,
    /// A secret that other users of the machine can read.
    #[error("{path} holds a secret and others may read it (mode {mode:o}); run: chmod 600 {path}", path = path.display())]
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
    /// No agent listens there.
    #[error("no agent at {path}; start one with: ganglion agent start", path = path.display())]
    AgentAbsent {
        /// The socket.
        path: PathBuf,
    },
    /// An agent listens there already.
    #[error("an agent is running at {path} already; stop it first", path = path.display())]
    AgentRunning {
        /// The socket.
        path: PathBuf,
    },
    /// Others could get at the agent's socket.
    #[error("{path} must be yours alone to hold an agent's socket; run: chmod 700 {path}", path = path.display())]
    AgentFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The agent did not do what was asked.
    #[error("the agent refused: {0}")]
    AgentRefused(Refusal),
    /// Something is wrong with what answers at the socket.
    #[error("the agent can't be used: {0}")]
    Agent(&'static str),
    /// Neither a home folder nor a data folder is known.
    #[error("no home folder is known; set HOME or XDG_RUNTIME_DIR")]
    NoHome,
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
