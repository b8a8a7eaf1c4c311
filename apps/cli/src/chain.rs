//! What the commands ask the chain.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use ganglion_client::{Client, Deadlines};
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, Endpoint};

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

/// Who is registered in a subnet, at one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// The block's height.
    pub block: u32,
    /// Each hotkey (SS58) and where it says that its axon listens.
    pub axons: BTreeMap<String, Option<SocketAddr>>,
}

/// Reads who is registered in a subnet; nobody if there is no such subnet.
///
/// # Errors
/// The node doesn't answer.
pub async fn registered(client: &Client, netuid: u16) -> Result<Registered> {
    let Some(metagraph) = client.metagraph(netuid).await? else { return Ok(Registered::default()) };
    let seats = metagraph.hotkeys.iter().zip(&metagraph.endpoints);
    let axons = seats.map(|(hotkey, endpoint)| (ss58(hotkey), endpoint.as_ref().and_then(Endpoint::socket))).collect();
    Ok(Registered { block: metagraph.block, axons })
}
