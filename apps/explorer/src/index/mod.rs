//! The indexer: follows finalised blocks into the store.
//!
//! It reads blocks in batches, many on their way at the same time, and with them what blocks alone don't tell: the
//! metagraph where an epoch ran, the producers where a session began, the rules where they changed. What a batch holds is
//! bounded, and it is written in one transaction; after a kill the next batch begins behind the last that was written.
//! While one batch is looked at and written, the next is on its way.

mod ahead;
mod gather;
mod rate;
mod source;

pub(crate) use rate::per_second;
pub use source::Source;

use crate::{error::ExplorerError, store::Store};
use ahead::Ahead;
use ganglion_client::ChainBlock;
use gather::Gatherer;
use rate::Rate;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::sleep};

/// Blocks of the first batch; if they are small, the next is twice as large.
const FEWEST: u32 = 32;
/// Blocks of a batch, at most.
const MOST: u32 = 512;
/// A batch that took so long isn't followed by a larger one.
const SLOW: Duration = Duration::from_secs(2);
/// How long to wait before reading what couldn't be read.
const PAUSE: Duration = Duration::from_secs(3);
/// How often it is told how fast it catches up.
const TELL: Duration = Duration::from_secs(10);

/// How far the index is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last block in the index; `None` while it is empty.
    pub indexed: Option<u32>,
    /// The last finalised block of the node.
    pub finalized: Option<u32>,
    /// Why nothing new comes, if that is so.
    pub trouble: Option<String>,
    /// Blocks a second since it fell behind; `None` while it isn't.
    pub per_second: Option<u32>,
}

impl Progress {
    /// Finalised blocks that aren't in the index.
    pub fn behind(&self) -> u32 {
        let next = self.indexed.map_or(0, |indexed| indexed.saturating_add(1));
        self.finalized.map_or(0, |finalized| finalized.saturating_add(1).saturating_sub(next))
    }
}

/// Follows a chain into an index.
pub struct Indexer {
    store: Arc<Store>,
    source: Arc<dyn Source>,
    gatherer: Gatherer,
    batch: u32,
    ahead: Option<Ahead>,
    rate: Rate,
    progress: watch::Sender<Progress>,
}

impl std::fmt::Debug for Indexer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Indexer").field("store", &self.store).field("batch", &self.batch).finish_non_exhaustive()
    }
}

impl Indexer {
    /// An indexer of `source` into `store`, which tells `progress` how far it is.
    ///
    /// # Errors
    /// [`ExplorerError::OtherChain`] if the index is another chain's; [`ExplorerError::Store`].
    pub fn new(
        store: Arc<Store>,
        source: Arc<dyn Source>,
        progress: watch::Sender<Progress>,
    ) -> Result<Self, ExplorerError> {
        store.bind(source.genesis())?;
        let indexed = store.head()?;
        progress.send_modify(|progress| progress.indexed = indexed);
        let (gatherer, rate) = (Gatherer::default(), Rate::default());
        Ok(Self { store, source, gatherer, batch: FEWEST, ahead: None, rate, progress })
    }

    /// Follows for ever.
    ///
    /// # Errors
    /// What waiting doesn't mend: [`ExplorerError::Broken`], [`ExplorerError::Store`].
    pub async fn follow(&mut self, pause: Duration) -> Result<std::convert::Infallible, ExplorerError> {
        let mut told = Instant::now();
        loop {
            match self.step().await {
                Ok(0) => sleep(pause).await,
                Ok(_) => self.tell(&mut told),
                Err(ExplorerError::Chain(error)) => {
                    self.trouble(&advise(&error));
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Indexes all blocks that are finalised now.
    ///
    /// # Errors
    /// [`ExplorerError::Chain`], [`ExplorerError::Broken`], [`ExplorerError::Store`].
    pub async fn catch_up(&mut self) -> Result<u32, ExplorerError> {
        let mut written = 0u32;
        loop {
            match self.step().await? {
                0 => return Ok(written),
                count => written = written.saturating_add(count),
            }
        }
    }

    /// Indexes one batch. Says how many blocks it wrote; 0 if there are no new ones.
    ///
    /// # Errors
    /// As [`Indexer::catch_up`].
    pub async fn step(&mut self) -> Result<u32, ExplorerError> {
        let end = self.source.finalized().await?;
        let from = self.store.head()?.map_or(0, |head| head.saturating_add(1));
        self.progress.send_if_modified(|progress| {
            let news = progress.finalized != Some(end) || progress.trouble.is_some();
            (progress.finalized, progress.trouble) = (Some(end), None);
            news
        });
        let left = end.saturating_add(1).saturating_sub(from);
        if left == 0 {
            self.rate.end();
            return Ok(0);
        }
        let started = Instant::now();
        self.rate.begin(started);
        let (blocks, wanted) = self.fetch(from, left.min(self.batch)).await?;
        self.look_ahead(&blocks, end);
        let batch = self.gatherer.gather(self.source.as_ref(), &self.store, blocks, end).await?;
        let asked = batch.len();
        let last = batch.last().map(|indexed| indexed.block.number);
        let store = self.store.clone();
        let written = tokio::task::spawn_blocking(move || store.write(&batch));
        let written = written.await.map_err(|error| ExplorerError::Task(error.to_string()))??;
        // Fewer than asked for were many bytes.
        let whole = u32::try_from(asked).unwrap_or(u32::MAX) >= wanted;
        self.batch = match whole && started.elapsed() < SLOW {
            true => self.batch.saturating_mul(2).min(MOST),
            false => (self.batch / 2).max(FEWEST),
        };
        let rate = self.rate.count(written, Instant::now());
        if let Some(last) = last {
            self.progress.send_modify(|progress| {
                (progress.indexed, progress.per_second) = (Some(last), (last < end).then_some(rate));
            });
        }
        Ok(written)
    }

    /// Blocks from a height on, those that are on their way if they begin there, and how many were asked for.
    async fn fetch(&mut self, from: u32, count: u32) -> Result<(Vec<ChainBlock>, u32), ExplorerError> {
        if let Some(ahead) = self.ahead.take().filter(|ahead| ahead.begins_at(from)) {
            if let Some((blocks, wanted)) = ahead.take().await {
                return Ok((blocks?, wanted));
            }
        }
        Ok((self.source.blocks(from, count).await?, count))
    }

    /// Asks for what comes behind `blocks`, up to `end`.
    fn look_ahead(&mut self, blocks: &[ChainBlock], end: u32) {
        let Some(next) = blocks.last().and_then(|block| block.number.checked_add(1)) else { return };
        let left = end.saturating_add(1).saturating_sub(next);
        if left > 0 {
            self.ahead = Some(Ahead::ask(&self.source, next, left.min(self.batch)));
        }
    }

    /// Says how fast it catches up, now and then.
    fn tell(&self, told: &mut Instant) {
        let now = self.progress.borrow().clone();
        let Some(rate) = now.per_second.filter(|_| told.elapsed() >= TELL) else { return };
        *told = Instant::now();
        let (block, left) = (now.indexed.unwrap_or(0), now.behind());
        tracing::info!(target: "ganglion::explorer", block, left, blocks_per_second = rate, "catching up");
    }

    /// Says what is wrong, once.
    fn trouble(&self, what: &str) {
        self.progress.send_if_modified(|progress| {
            let news = progress.trouble.as_deref() != Some(what);
            if news {
                tracing::warn!(target: "ganglion::explorer", "no news from the chain: {what}");
                progress.trouble = Some(what.to_owned());
            }
            news
        });
    }
}

/// What to do about an error of the node.
fn advise(error: &ganglion_client::ClientError) -> String {
    let text = error.to_string();
    let gone = ["discarded", "UnknownBlock", "Unknown block", "doesn't have the block"];
    match gone.iter().any(|word| text.contains(word)) {
        true => format!(
            "{text}. The node has dropped this block or its state: index from a node with --state-pruning archive and \
             --blocks-pruning archive"
        ),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_client::ClientError;

    #[test]
    fn a_node_without_old_states_is_named_as_such() {
        let gone =
            ClientError::Rpc { method: "state_call".into(), code: 4003, message: "State already discarded".into() };
        assert!(advise(&gone).contains("--state-pruning archive"));
        assert!(!advise(&ClientError::NoEndpoints).contains("archive"));
    }

    #[test]
    fn progress_knows_how_far_it_is_behind() {
        let at = |indexed, finalized| Progress { indexed, finalized, ..Progress::default() }.behind();
        assert_eq!([at(None, None), at(None, Some(4)), at(Some(4), Some(4)), at(Some(1), Some(4))], [0, 5, 0, 3]);
    }
}
