//! Keys of the network: mnemonics, sr25519 pairs, SS58 addresses and wallet folders.
//!
//! Everything here is compatible with what Bittensor's tools write: the same phrase gives the same key, the same
//! folders hold the same JSON files. Two things are stricter on purpose: a readable-by-others secret is refused, and
//! nothing that holds a secret can be printed.
//!
//! ```
//! use ganglion_keys::Keypair;
//! let alice = Keypair::from_uri("//Alice").unwrap();
//! let signature = alice.sign(b"hello");
//! assert!(alice.public().verify(b"hello", &signature));
//! assert_eq!(alice.public().to_ss58(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
//! ```

pub mod agent;
mod batch;
mod cipher;
mod derive;
#[cfg(test)]
mod erased;
mod error;
mod files;
mod keyfile;
mod keypair;
mod mnemonic;
mod password;
mod public;
mod signer;
mod ss58;
mod terminal;
mod wallet;

pub use batch::{verify_batch, Proof};
pub use cipher::{Cost, Encryption, Protection};
pub use error::KeyError;
pub use keyfile::Keyfile;
pub use keypair::Keypair;
pub use mnemonic::{Mnemonic, Words};
pub use password::{open_descriptor, Password, PasswordSource};
pub use public::{PublicKey, Signature};
pub use signer::{SignError, Signer};
pub use ss58::SS58_PREFIX;
pub use terminal::Terminal;
pub use wallet::{KeyName, Unlocked, Wallet, WalletEntry, WalletFolder};
