//! What a node must be told of the ledger it runs.

use ganglion_primitives::AccountId;
use sc_service::ChainSpec;
use sp_core::{ed25519, sr25519};
use std::fmt;

/// A ledger: its rules as Wasm, and how it may begin. The node knows no rule itself.
#[derive(Clone, Copy)]
pub struct Ledger {
    /// The runtime's code. It fails in a build without it.
    pub wasm: fn() -> Result<&'static [u8], String>,
    /// The chain specification that `--chain` means: a name, or a file's path.
    pub spec: fn(&str) -> Result<Box<dyn ChainSpec>, String>,
    /// The specification, JSON, of a network that these producers found.
    pub found: fn(&[Producer]) -> Result<String, String>,
    /// The specification, JSON, of a local network with slots of so many milliseconds, and of two producers with the
    /// session keys of Alice and Bob, who write blocks in these names.
    pub local: fn(u64, &[Keeper]) -> Result<String, String>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ledger")
    }
}

/// A first producer's hotkey and its public session keys.
#[derive(Clone, Debug)]
pub struct Producer {
    /// Its hotkey.
    pub hotkey: AccountId,
    /// Writes blocks.
    pub babe: sr25519::Public,
    /// Finalises them.
    pub grandpa: ed25519::Public,
}

/// In whose name a producer of a local network writes blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// The hotkey.
    pub hotkey: AccountId,
    /// Its owner.
    pub coldkey: AccountId,
}
