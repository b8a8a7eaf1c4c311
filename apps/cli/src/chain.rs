//! What the commands ask the chain.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use ganglion_client::{Client, Deadlines};
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, Endpoint, Metagraph};

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
    Ok(client.metagraph(netuid).await?.map(Registered::from).unwrap_or_default())
}

/// The same at the newest finalised block: nobody who is listed loses the seat to another branch of the chain.
///
/// # Errors
/// The node doesn't answer.
pub async fn registered_for_good(client: &Client, netuid: u16) -> Result<Registered> {
    let block = client.finalized().await?;
    Ok(client.metagraph_at(netuid, block.hash).await?.map(Registered::from).unwrap_or_default())
}

impl From<Metagraph> for Registered {
    fn from(metagraph: Metagraph) -> Self {
        let seats = metagraph.hotkeys.iter().zip(&metagraph.endpoints);
        let socket = |endpoint: &Option<Endpoint>| endpoint.as_ref().and_then(Endpoint::socket);
        let axons = seats.map(|(hotkey, endpoint)| (ss58(hotkey), socket(endpoint))).collect();
        Self { block: metagraph.block, axons }
    }
}
