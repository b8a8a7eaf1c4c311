//! What the commands ask the chain.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result};
use ganglion_client::{Client, Deadlines};
use ganglion_keys::PublicKey;
use ganglion_primitives::AccountId;

/// A node's view of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Height of the best block.
    pub best: u32,
    /// Height of the last finalised block.
    pub finalized: u32,
    /// Number of peers.
    pub peers: u32,
}

/// Connects to one node, with short waits: the nodes are on this machine.
///
/// # Errors
/// The node doesn't answer, or speaks another language.
pub async fn connect(url: &str, wait: Duration) -> Result<Client> {
    let deadlines = Deadlines { connect: wait, call: wait, ..Deadlines::default() };
    Client::connect_with(&[url.to_string()], deadlines).await.with_context(|| format!("no answer from {url}"))
}

/// Reads a node's view.
///
/// # Errors
/// The node doesn't answer.
pub async fn view(client: &Client) -> Result<View> {
    let (best, finalized, health) = futures::try_join!(client.best(), client.finalized(), client.health())?;
    Ok(View { best: best.number, finalized: finalized.number, peers: health.peers })
}

/// An account as SS58 text.
pub fn ss58(account: &AccountId) -> String {
    let bytes: &[u8; 32] = account.as_ref();
    PublicKey(*bytes).to_ss58()
}

/// The registered hotkeys of a subnet (SS58): all, and those that have announced an axon.
///
/// # Errors
/// The node doesn't answer.
pub async fn hotkeys(client: &Client, netuid: u16) -> Result<(BTreeSet<String>, BTreeSet<String>)> {
    let Some(metagraph) = client.metagraph(netuid).await? else { return Ok(Default::default()) };
    let all = metagraph.hotkeys.iter().map(ss58).collect();
    let serving = metagraph.hotkeys.iter().zip(&metagraph.endpoints);
    let serving = serving.filter(|(_, endpoint)| endpoint.is_some()).map(|(hotkey, _)| ss58(hotkey)).collect();
    Ok((all, serving))
}
