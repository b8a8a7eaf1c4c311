//! The client itself: connecting, reading, following.

use crate::{
    blocks,
    error::ClientError,
    heads::{HeadFeed, HeadStream, Kind},
    link::{self, Link},
    nonces::Nonces,
    runtime::{Runtime, RuntimeCache},
    BlockRef, Deadlines, Health,
};
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
    /// Whether `urls` can be addresses of nodes, without connecting to any: for a program that waits for its nodes for
    /// ever, and would for one that can't be.
    ///
    /// # Errors
    /// [`ClientError::NoEndpoints`], [`ClientError::BadUrl`].
    pub fn check_urls(urls: &[String]) -> Result<(), ClientError> {
        link::check(urls)
    }

    /// An address as messages may have it: without name, password and query.
    pub fn plain_url(url: &str) -> String {
        link::shown(url)
    }

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
        let client = Self::open(urls, deadlines).await?;
        client.runtime(client.link().call_deadline()).await?;
        Ok(client)
    }

    /// [`Client::connect_with`] that doesn't look at the chain's metadata before something needs it: for a program that
    /// reads a page and ends. Reads through the runtime API need none.
    ///
    /// # Errors
    /// As [`Client::connect`], but [`ClientError::Shape`], which comes from the read or write that doesn't fit.
    pub async fn open(urls: &[String], deadlines: Deadlines) -> Result<Self, ClientError> {
        let link = Link::new(urls, deadlines)?;
        link.ensure().await?;
        Ok(Self(Arc::new(Inner {
            link,
            runtime: RuntimeCache::default(),
            nonces: Nonces::default(),
            best: HeadFeed::new(Kind::Best),
            finalized: HeadFeed::new(Kind::Finalized),
        })))
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

    /// Whether a block is final: `None` while no block of its height is, then whether it is this one.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn is_final(&self, block: BlockRef) -> Result<Option<bool>, ClientError> {
        if self.finalized().await?.number < block.number {
            return Ok(None);
        }
        // The best chain has what is final. A node that was asked second may be behind, and have no such block.
        Ok(self.block_hash(block.number).await?.map(|hash| hash == block.hash))
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
        self.runtime_at(None, deadline).await
    }

    /// The runtime that block `at` left in place; of the best block, if that is `None`.
    pub(crate) async fn runtime_at(
        &self,
        at: Option<[u8; 32]>,
        deadline: Instant,
    ) -> Result<Arc<Runtime>, ClientError> {
        self.0.runtime.at(self.link(), at, deadline).await
    }
}
