//! The commands that talk to a chain, hold keys or keep models: one module a noun.
//!
//! A command that reads shows a [`Page`] of the latest block and is done; one that changes the chain goes through
//! [`write`](mod@write); keys come from [`keys`].

use std::future::Future;
use std::time::Duration;

use anyhow::{Context, Result};
use ganglion_client::{Client, Deadlines};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::ChainArgs;
use crate::output;

pub mod agent;
pub mod audit;
pub mod channel;
pub mod delegate;
pub mod doctor;
pub mod explorer;
pub mod gateway_key;
pub mod governance;
pub mod image;
pub mod keys;
pub mod models;
pub mod neuron;
pub mod receipts;
pub mod shell;
pub mod simulate;
pub mod stake;
pub mod subnet;
pub mod validators;
pub mod wallet;
pub mod weights;

mod endpoints;
mod hyperparameters;
mod proposal;
mod redeem;
mod schema;
mod table;
mod training;
mod work;
mod write;

pub use schema::run as schema;

/// How long a node may take to answer. Nodes that are there answer within milliseconds.
const CONNECT: Duration = Duration::from_secs(5);

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
    let deadlines = Deadlines { connect: CONNECT, ..Deadlines::default() };
    let advice = "`ganglion up` starts a network here, --node names another node";
    Client::open(&urls, deadlines).await.with_context(|| format!("can't reach the chain ({advice})"))
}

/// Where the next page begins, if a node says that there is one behind the page that began at `from`. A node that leads back
/// would lead round for ever.
pub fn onward<P: PartialOrd>(from: &P, next: Option<P>) -> Option<P> {
    next.filter(|next| next > from)
}

/// Text from the chain: bytes that should be UTF-8, without control characters, as anybody may have written it.
pub fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|letter| !letter.is_control()).collect()
}

/// A share in 1/65535 as a number from 0 to 1.
pub fn share(value: u16) -> f64 {
    f64::from(value) / f64::from(u16::MAX)
}

/// The sentence for a subnet that isn't there.
pub fn no_subnet(netuid: u16) -> anyhow::Error {
    anyhow::anyhow!("there is no subnet {netuid}: `ganglion subnet list` shows those there are")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_on_or_end() {
        assert_eq!(onward(&3, Some(4)), Some(4));
        for next in [None, Some(3), Some(0)] {
            assert_eq!(onward(&3, next), None, "{next:?}");
        }
    }
}
