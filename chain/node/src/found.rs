//! Starting a network: the specification that its first producers agree on.

use crate::ledger::{Ledger, Producer};
use ganglion_primitives::AccountId;
use sp_core::{
    crypto::{PublicError, Ss58Codec},
    ed25519, sr25519,
};
use std::{fs, path::PathBuf};

/// Writes the specification of a network, without issuance, that certain producers found.
///
/// They keep their seats until the election finds enough candidates with stake. Each makes its session keys
/// (`key generate`, once with `--scheme sr25519` and once with `--scheme ed25519`), gives the public ones to whoever runs
/// this, and inserts the secret ones into its node (`key insert`, as key types `babe` and `gran`). All nodes of the network
/// then start with `--chain` and the same file.
#[derive(Clone, Debug, clap::Args)]
pub struct FoundCmd {
    /// A first producer: its hotkey (SS58), its BABE key and its GRANDPA key (SS58 or 0x…). Name one after the other.
    #[arg(long = "founder", value_name = "HOTKEY,BABE,GRANDPA", required = true, value_parser = producer)]
    founders: Vec<Producer>,
    /// The file to write; the terminal if left out.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn producer(text: &str) -> Result<Producer, String> {
    let [hotkey, babe, grandpa] = text.split(',').map(str::trim).collect::<Vec<_>>()[..] else {
        return Err("a founder is three keys with commas between them: hotkey, BABE key, GRANDPA key".into());
    };
    let wrong = |what: &'static str| move |error: PublicError| format!("the {what} is not a public key: {error}");
    Ok(Producer {
        hotkey: AccountId::from_ss58check(hotkey).map_err(wrong("hotkey"))?,
        babe: sr25519::Public::from_string(babe).map_err(wrong("BABE key"))?,
        grandpa: ed25519::Public::from_string(grandpa).map_err(wrong("GRANDPA key"))?,
    })
}

impl FoundCmd {
    /// Writes the specification.
    ///
    /// # Errors
    /// The founders can't found a network together, or the file can't be written.
    pub fn run(&self, ledger: &Ledger) -> sc_cli::Result<()> {
        let json = (ledger.found)(&self.founders)?;
        match &self.output {
            Some(path) => fs::write(path, json)?,
            None => println!("{json}"),
        }
        Ok(())
    }
}
