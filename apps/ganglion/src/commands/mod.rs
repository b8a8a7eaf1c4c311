//! The commands that talk to a chain: one module a noun.
//!
//! Each reads the latest block, shows a [`Page`] and is done.

use std::future::Future;

use anyhow::{anyhow, Context, Result};
use ganglion_client::Client;
use ganglion_keys::{PublicKey, Wallet};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{ChainArgs, WalletArgs};
use crate::output;

pub mod channel;
pub mod delegate;
pub mod governance;
pub mod neuron;
pub mod stake;
pub mod subnet;
pub mod validators;

mod endpoints;
mod table;

/// What a command shows: as a table for people, as JSON for programs.
pub trait Page: Serialize + JsonSchema {
    /// For a person.
    fn text(&self) -> String;
}

/// Prints a page on stdout.
///
/// # Errors
/// Stdout can't be written to.
pub fn show<P: Page>(page: &P, json: bool) -> Result<()> {
    match json {
        true => output::json(page),
        false => output::data(&page.text()),
    }
}

/// Runs a command's work on this thread.
///
/// # Errors
/// The work's own.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// A client of the chain that the arguments name.
///
/// # Errors
/// No node answers.
pub async fn connect(args: &ChainArgs) -> Result<Client> {
    let urls = endpoints::of(args)?;
    let advice = "is a node running there? `ganglion up` starts a network, --node names another node";
    Client::connect(&urls).await.with_context(|| format!("no answer from {} ({advice})", urls.join(", ")))
}

/// The key behind an address.
///
/// # Errors
/// It isn't an address of this network.
pub fn address(text: &str) -> Result<PublicKey> {
    PublicKey::from_ss58(text).map_err(|error| anyhow!("{text} is not an address: {error}"))
}

/// The wallet that the arguments name.
///
/// # Errors
/// There is none, or its files can't be read.
pub fn wallet(args: &WalletArgs) -> Result<Wallet> {
    let root = root(args)?;
    Wallet::open(&root, &args.wallet_name, &args.wallet_hotkey).with_context(|| {
        let name = &args.wallet_name;
        format!("can't open the wallet {name} in {} (make one with `ganglion wallet create`)", root.display())
    })
}

/// The folder with the wallets.
///
/// # Errors
/// The user has no home folder.
pub fn root(args: &WalletArgs) -> Result<std::path::PathBuf> {
    args.wallet_path.clone().map_or_else(crate::wallets::default_root, Ok)
}

/// Text from the chain: bytes that should be UTF-8, without control characters, as anybody may have written it.
pub fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|letter| !letter.is_control()).collect()
}

/// A share in 1/65535 as a number from 0 to 1.
pub fn share(value: u16) -> f64 {
    f64::from(value) / f64::from(u16::MAX)
}
