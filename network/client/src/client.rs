//! The client itself: connecting, reading, following.

use crate::{
    blocks,
    error::ClientError,
    heads::{HeadFeed, HeadStream, Kind},
    link::Link,
    nonces::Nonces,
    runtime::{Runtime, RuntimeCache},
    BlockRef, Deadlines, Health,
};
use codec::{DecodeAll, Encode};
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountPositions, EmissionInfo, Metagraph, NetUid, RegistrationTerms, SubnetInfo};
use serde::Deserialize;
use std::sync::Arc;
use subxt_rpcs::client::rpc_params;
use tokio::{sync::watch, time::Instant};

/// A client of one chain, behind one supervised connection. Cloning it shares the connection.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    link: Arc<Link>,
    runtime: RuntimeCache,
    nonces: Nonces,
    best: Arc<HeadFeed>,
    finalized: Arc<HeadFeed>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("genesis", &hex::encode(self.genesis_hash())).finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to the first of `urls` (`ws://` or `wss://`) that answers; the others are for when it stops.
    ///
    /// # Errors
    /// [`ClientError::NoEndpoints`], [`ClientError::BadUrl`], [`ClientError::Unreachable`] after
    /// [`Deadlines::connect`], or [`ClientError::Shape`] if the chain isn't one that this client can read.
    pub async fn connect(urls: &[String]) -> Result<Self, ClientError> {
        Self::connect_with(urls, Deadlines::default()).await
    }

    /// [`Client::connect`] with deadlines of one's own.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn connect_with(urls: &[String], deadlines: Deadlines) -> Result<Self, ClientError> {
        let link = Link::new(urls, deadlines)?;
        link.ensure().await?;
        let client = Self(Arc::new(Inner {
            link,
            runtime: RuntimeCache::default(),
            nonces: Nonces::default(),
            best: HeadFeed::new(Kind::Best),
            finalized: HeadFeed::new(Kind::Finalized),
        }));
        client.runtime(client.link().call_deadline()).await?;
        Ok(client)
    }

    /// Hash of block 0. It names the chain.
    pub fn genesis_hash(&self) -> [u8; 32] {
        self.link().genesis()
    }

    /// Ways in which the chain's calls differ from what this client knows, one sentence each; empty is well. Such a
    /// call fails with [`ClientError::Shape`], the others work.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn mismatches(&self) -> Result<Vec<String>, ClientError> {
        Ok(self.runtime(self.link().call_deadline()).await?.mismatches())
    }

    /// The best block.
    ///
    /// # Errors
    /// Those of a read: [`ClientError::Unreachable`], [`ClientError::Timeout`], [`ClientError::Rpc`],
    /// [`ClientError::Answer`].
    pub async fn best(&self) -> Result<BlockRef, ClientError> {
        blocks::head(self.link(), Kind::Best, self.link().call_deadline()).await
    }

    /// The last finalised block.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn finalized(&self) -> Result<BlockRef, ClientError> {
        blocks::head(self.link(), Kind::Finalized, self.link().call_deadline()).await
    }

    /// Hash of the block at a height of the best chain; `None` if it isn't that long.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn block_hash(&self, number: u32) -> Result<Option<[u8; 32]>, ClientError> {
        blocks::hash_at(self.link(), number, self.link().call_deadline()).await
    }

    /// The node's own state.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn health(&self) -> Result<Health, ClientError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            peers: u32,
            is_syncing: bool,
        }
        let Wire { peers, is_syncing } =
            self.link().request("system_health", rpc_params![], self.link().call_deadline()).await?;
        Ok(Health { peers, syncing: is_syncing })
    }

    /// Every subnet, by number.
    ///
    /// # Errors
    /// Those of a read, or [`ClientError::Shape`] if the chain answers in another form.
    pub async fn subnets(&self) -> Result<Vec<SubnetInfo>, ClientError> {
        self.read("subnets", &[], None).await
    }

    /// A subnet's neurons at the best block; `None` if there is no such subnet.
    ///
    /// # Errors
    /// As [`Client::subnets`].
    pub async fn metagraph(&self, netuid: impl Into<NetUid>) -> Result<Option<Metagraph>, ClientError> {
        self.read("metagraph", &netuid.into().encode(), None).await
    }

    /// A subnet's neurons at the block of that hash.
    ///
    /// # Errors
    /// As [`Client::subnets`]; [`ClientError::Rpc`] if the node doesn't know the block or has dropped its state.
    pub async fn metagraph_at(
        &self,
        netuid: impl Into<NetUid>,
        block_hash: [u8; 32],
    ) -> Result<Option<Metagraph>, ClientError> {
        self.read("metagraph", &netuid.into().encode(), Some(block_hash)).await
    }

    /// What it takes to join a subnet; `None` if there is no such subnet.
    ///
    /// # Errors
    /// As [`Client::subnets`].
    pub async fn registration(&self, netuid: impl Into<NetUid>) -> Result<Option<RegistrationTerms>, ClientError> {
        self.read("registration", &netuid.into().encode(), None).await
    }

    /// The state of the token.
    ///
    /// # Errors
    /// As [`Client::subnets`].
    pub async fn emission(&self) -> Result<EmissionInfo, ClientError> {
        self.read("emission", &[], None).await
    }

    /// What an account has.
    ///
    /// # Errors
    /// As [`Client::subnets`].
    pub async fn account(&self, key: &PublicKey) -> Result<AccountPositions, ClientError> {
        self.read("account", &key.0, None).await
    }

    /// Best heads, the newest at each change, across reconnections. Call it within a Tokio runtime.
    pub fn subscribe_best(&self) -> HeadStream {
        self.0.best.stream(&self.0.link)
    }

    /// Finalised heads, likewise.
    pub fn subscribe_finalized(&self) -> HeadStream {
        self.0.finalized.stream(&self.0.link)
    }

    pub(crate) fn best_heads(&self) -> watch::Receiver<Option<BlockRef>> {
        self.0.best.watch(&self.0.link)
    }

    pub(crate) fn link(&self) -> &Link {
        &self.0.link
    }

    pub(crate) fn nonces(&self) -> &Nonces {
        &self.0.nonces
    }

    pub(crate) async fn runtime(&self, deadline: Instant) -> Result<Arc<Runtime>, ClientError> {
        self.0.runtime.current(self.link(), deadline).await
    }

    async fn read<T: DecodeAll>(&self, name: &str, arguments: &[u8], at: Option<[u8; 32]>) -> Result<T, ClientError> {
        let function = format!("NetworkApi_{name}");
        let at = at.map(|hash| blocks::hex_text(&hash));
        let params = rpc_params![&function, blocks::hex_text(arguments), at];
        let changed = || ClientError::Shape { what: format!("runtime API NetworkApi call {name} changed") };
        let text: String = match self.link().request("state_call", params, self.link().call_deadline()).await {
            Err(error) if error.is_missing_method() => return Err(changed()),
            answer => answer?,
        };
        let bytes = hex::decode(text.trim_start_matches("0x")).map_err(|_| changed())?;
        T::decode_all(&mut &*bytes).map_err(|_| changed())
    }
}
