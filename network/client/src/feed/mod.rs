//! A metagraph that stays up to date by what each block did.
//!
//! A metagraph of 4 096 neurons is half a megabyte; a block changes little of it. So a feed loads it once and then reads
//! each block's events and the subnets' own rows (which change without events). What an event says exactly is applied;
//! what it can't say, such as the outcome of an epoch, makes the feed load the subnet again, in one call. After each
//! block it holds exactly what a fresh read would.
//!
//! | what happened | what the feed does |
//! |---|---|
//! | an axon or metrics endpoint announced, weights set or revealed | applies it |
//! | a hotkey or coldkey swapped | applies it |
//! | stake added, removed, leaving, slashed | reads that hotkey |
//! | a neuron registered or pruned, an epoch of any subnet, a runtime upgrade | loads the subnet |
//! | a reorganisation, or many blocks at once | loads the subnet |

mod apply;
mod deed;

use crate::{blocks, client::Client, error::ClientError, heads::Kind, BlockRef, HeadStream};
use apply::Outcome;
use deed::Deed;
use futures::StreamExt;
use ganglion_keys::PublicKey;
use ganglion_primitives::{Metagraph, NetUid, SubnetInfo};
use std::{collections::BTreeSet, sync::Arc};

/// Blocks that are followed one by one; beyond, loading is cheaper.
const MOST_BLOCKS: usize = 16;
/// Hotkeys that are read one by one; beyond, loading is cheaper.
const MOST_HOTKEYS: usize = 8;

/// Which blocks a feed follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follow {
    /// Best blocks: fresh, but a reorganisation may take them back, which the feed notices.
    #[default]
    Best,
    /// Finalised blocks.
    Finalized,
}

/// How a feed came to its present state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// By so many changes of single blocks' events.
    Applied {
        /// Blocks.
        blocks: u32,
        /// Changes in them.
        changes: u32,
    },
    /// By loading the subnet, for this reason.
    Loaded(&'static str),
}

/// A subnet's metagraph that follows the chain. It does nothing between two calls of [`next`](Self::next); one that is
/// called late catches up.
pub struct MetagraphFeed {
    client: Client,
    netuid: NetUid,
    heads: HeadStream,
    block: BlockRef,
    spec_version: u32,
    graph: Option<Arc<Metagraph>>,
    subnets: Vec<SubnetInfo>,
    step: Step,
}

impl std::fmt::Debug for MetagraphFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MetagraphFeed")
            .field("netuid", &self.netuid)
            .field("block", &self.block)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Loads a subnet's metagraph and gets ready to follow it. Call it within a Tokio runtime.
    ///
    /// # Errors
    /// Those of [`View::metagraph`](crate::View::metagraph).
    pub async fn metagraph_feed(
        &self,
        netuid: impl Into<NetUid>,
        follow: Follow,
    ) -> Result<MetagraphFeed, ClientError> {
        let (heads, kind) = match follow {
            Follow::Best => (self.subscribe_best(), Kind::Best),
            Follow::Finalized => (self.subscribe_finalized(), Kind::Finalized),
        };
        let block = blocks::head(self.link(), kind, self.link().call_deadline()).await?;
        let mut feed = MetagraphFeed {
            client: self.clone(),
            netuid: netuid.into(),
            heads,
            block,
            spec_version: 0,
            graph: None,
            subnets: Vec::new(),
            step: Step::Loaded("the feed began"),
        };
        feed.load(block, "the feed began").await?;
        Ok(feed)
    }
}

impl MetagraphFeed {
    /// The metagraph; `None` while there is no such subnet. Sharing it costs nothing, and it never changes once given out.
    pub fn current(&self) -> Option<Arc<Metagraph>> {
        self.graph.clone()
    }

    /// The block that it is of.
    pub fn block(&self) -> BlockRef {
        self.block
    }

    /// How it came to be.
    pub fn last_step(&self) -> &Step {
        &self.step
    }

    /// Waits for the next head and catches up with it. A chain at rest is waited for without end: wrap it in a deadline
    /// where that matters. If it is dropped meanwhile, the feed stays at a block that it has caught up with.
    ///
    /// # Errors
    /// Those of a read; the feed stays where it was and can be called again. [`ClientError::Unreachable`] once the client
    /// is gone.
    pub async fn next(&mut self) -> Result<&Step, ClientError> {
        loop {
            let Some(head) = self.heads.next().await else {
                return Err(ClientError::Unreachable {
                    endpoints: "the client".into(),
                    reason: "it was closed".into(),
                });
            };
            if head != self.block {
                self.catch_up(head).await?;
                return Ok(&self.step);
            }
        }
    }

    /// Moves to the block `head`, over the blocks between.
    ///
    /// # Errors
    /// As [`MetagraphFeed::next`].
    pub async fn catch_up(&mut self, head: BlockRef) -> Result<(), ClientError> {
        let Some(path) = self.path_to(head).await? else {
            return self.load(head, "the chain moved on by many blocks, or was reorganised").await;
        };
        let mut changes = 0u32;
        let count = u32::try_from(path.len()).unwrap_or(u32::MAX);
        for block in path {
            match self.follow(block).await? {
                Outcome::Applied(applied) => changes = changes.saturating_add(applied),
                // Nothing between matters once the head itself is read.
                Outcome::Load(why) => return self.load(head, why).await,
            }
        }
        self.step = Step::Applied { blocks: count, changes };
        Ok(())
    }

    /// The blocks from ours, excluded, to `head`; `None` if they don't lead back to ours soon.
    async fn path_to(&self, head: BlockRef) -> Result<Option<Vec<BlockRef>>, ClientError> {
        let link = self.client.link();
        let (mut path, mut block) = (Vec::new(), head);
        while block.hash != self.block.hash {
            if path.len() >= MOST_BLOCKS || block.number <= self.block.number {
                return Ok(None);
            }
            path.push(block);
            let hash = blocks::parent(link, &block.hash, link.call_deadline()).await?;
            block = BlockRef { number: block.number.saturating_sub(1), hash };
        }
        path.reverse();
        Ok(Some(path))
    }

    /// Applies one block, the next after ours, or says why that can't be done. The state changes at the end only.
    async fn follow(&mut self, block: BlockRef) -> Result<Outcome, ClientError> {
        let link = self.client.link();
        let view = self.client.at(block.hash);
        let (before, after, subnets, bytes) = futures::try_join!(
            // The block's events are in the form of the runtime that made it.
            self.client.runtime_at(Some(self.block.hash), link.call_deadline()),
            self.client.runtime_at(Some(block.hash), link.call_deadline()),
            view.subnets(),
            blocks::events(link, &block.hash, link.call_deadline()),
        )?;
        if after.spec_version() != self.spec_version {
            return Ok(Outcome::Load("the runtime was upgraded"));
        }
        let Some(deeds) = Deed::all(&before, &bytes) else {
            return Ok(Outcome::Load("an event couldn't be read"));
        };
        if let Some(why) = apply::reason_to_load(self.netuid, &deeds, &self.subnets, &subnets) {
            return Ok(Outcome::Load(why));
        }
        let mine = subnets.iter().find(|subnet| subnet.netuid == self.netuid);
        let (Some(graph), Some(mine)) = (&self.graph, mine) else {
            if mine.is_some() != self.graph.is_some() {
                return Ok(Outcome::Load("the subnet came or went"));
            }
            (self.block, self.subnets) = (block, subnets);
            return Ok(Outcome::Applied(0));
        };
        let staked: BTreeSet<_> = apply::staked(graph, &deeds);
        if staked.len() > MOST_HOTKEYS {
            return Ok(Outcome::Load("much stake moved"));
        }
        let mut new = Metagraph::clone(graph);
        let mut changes = apply::apply(&mut new, self.netuid, block.number, &deeds);
        for hotkey in staked {
            let Some(info) = view.hotkey(&PublicKey(hotkey)).await? else {
                return Ok(Outcome::Load("a hotkey is gone"));
            };
            changes = changes.saturating_add(apply::set_stake(&mut new, hotkey, info.stake));
        }
        new.block = block.number;
        new.tempo = mine.tempo;
        new.next_epoch = mine.next_epoch;
        new.subnet = mine.clone();
        self.graph = Some(Arc::new(new));
        (self.block, self.subnets) = (block, subnets);
        Ok(Outcome::Applied(changes))
    }

    async fn load(&mut self, block: BlockRef, why: &'static str) -> Result<(), ClientError> {
        let view = self.client.at(block.hash);
        let deadline = self.client.link().call_deadline();
        let (runtime, graph, subnets) = futures::try_join!(
            self.client.runtime_at(Some(block.hash), deadline),
            view.metagraph(self.netuid),
            view.subnets(),
        )?;
        self.spec_version = runtime.spec_version();
        self.graph = graph.map(Arc::new);
        self.subnets = subnets;
        self.block = block;
        self.step = Step::Loaded(why);
        Ok(())
    }
}
