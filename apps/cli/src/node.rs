//! The chain node: the one place that names `ganglion_node`.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use anyhow::{anyhow, bail, Context, Result};
use ganglion_keys::PublicKey;
pub use ganglion_node::{Keeper, Ledger};

use crate::exit::Declined;

/// Lets `key` commands print a secret where no terminal shows it.
const SHOW_SECRET: &str = "--show-secret";

/// Runs a node until it is told to stop; `args` begins with the program's name.
///
/// # Errors
/// The node failed or its options are wrong; a secret would go where nobody said that it should.
pub fn run(mut args: Vec<OsString>, ledger: Ledger) -> Result<()> {
    if prints_secret(&args) {
        let before = args.len();
        args.retain(|word| word != SHOW_SECRET);
        if args.len() == before && !io::stdout().is_terminal() {
            bail!(Declined(format!(
                "nothing was done: this prints a secret key, and what is printed doesn't go to a terminal but to a file or \
                 another program; add {SHOW_SECRET} if that is what you want"
            )));
        }
    }
    ganglion_node::run(args, ledger).map_err(|error| anyhow!("the node failed: {error}"))
}

/// The specification of a new local chain, JSON, whose producers write blocks in these names.
///
/// # Errors
/// The runtime's genesis can't be built.
pub fn local_spec(ledger: Ledger, slot_ms: u64, keepers: &[Keeper]) -> Result<String> {
    (ledger.local)(slot_ms, keepers).map_err(|error| anyhow!("can't make the chain's specification: {error}"))
}

/// The libp2p peer id that belongs to a node key.
///
/// # Errors
/// The bytes are no key.
pub fn peer_id(secret: &[u8; 32]) -> Result<String> {
    ganglion_node::peer_id(secret).context("these bytes are no node key")
}

/// Whether a `key` command prints a secret on stdout.
fn prints_secret(args: &[OsString]) -> bool {
    let words: Vec<&str> = args.iter().skip(1).map(|word| word.to_str().unwrap_or_default()).collect();
    let ["key", command, options @ ..] = words.as_slice() else { return false };
    let has =
        |names: &[&str]| options.iter().any(|option| names.contains(&option.split('=').next().unwrap_or_default()));
    if has(&["--help", "-h"]) {
        return false;
    }
    match *command {
        "generate" => true,
        // Of an address or a public key it knows no secret.
        "inspect" => !has(&["--public"]) && !options.iter().any(|option| PublicKey::from_ss58(option).is_ok()),
        "generate-node-key" => !has(&["--file", "--base-path", "--default-base-path"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_print_secrets_are_known() {
        let prints = |line: &str| prints_secret(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in [
            "node key generate",
            "node key generate --scheme ed25519 --output-type json",
            "node key inspect //Alice",
            "node key inspect",
            "node key generate-node-key",
            "node key generate-node-key --bin",
        ] {
            assert!(prints(line), "{line}");
        }
        for line in [
            "node",
            "node --dev",
            "node key",
            "node key generate --help",
            "node key inspect --public 0x00",
            "node key inspect 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
            "node key generate-node-key --file=key",
            "node key inspect-node-key",
            "node key insert --suri //Alice",
            "node found --founder key,generate,key",
        ] {
            assert!(!prints(line), "{line}");
        }
    }
}
