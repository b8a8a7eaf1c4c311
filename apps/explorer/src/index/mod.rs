//! The indexer: follows finalised blocks into the store.
//!
//! It reads blocks in batches, many on their way at the same time, and with them what blocks alone don't tell: the
//! metagraph where an epoch ran, the producers where a session began, the rules where they changed. What a batch holds is
//! bounded, and it is written in one transaction; after a kill the next batch begins behind the last that was written.

mod gather;
mod source;

pub use source::Source;

use crate::{error::ExplorerError, store::Store};
use gather::Gatherer;
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

/// How far the index is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last block in the index; `None` while it is empty.
    pub indexed: Option<u32>,
    /// The last finalised block of the node.
    pub finalized: Option<u32>,
    /// Why nothing new comes, if that is so.
    pub trouble: Option<String>,
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
        Ok(Self { store, source, gatherer: Gatherer::default(), batch: FEWEST, progress })
    }

    /// Follows for ever.
    ///
    /// # Errors
    /// What waiting doesn't mend: [`ExplorerError::Broken`], [`ExplorerError::Store`].
    pub async fn follow(&mut self, pause: Duration) -> Result<std::convert::Infallible, ExplorerError> {
        loop {
            match self.step().await {
                Ok(0) => sleep(pause).await,
                Ok(_) => {}
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
            return Ok(0);
        }
        let started = Instant::now();
        let blocks = self.source.blocks(from, left.min(self.batch)).await?;
        let batch = self.gatherer.gather(self.source.as_ref(), &self.store, blocks, end).await?;
        let asked = batch.len();
        let last = batch.last().map(|indexed| indexed.block.number);
        let store = self.store.clone();
        let written = tokio::task::spawn_blocking(move || store.write(&batch));
        let written = written.await.map_err(|error| ExplorerError::Task(error.to_string()))??;
        // Fewer than asked for were many bytes.
        let whole = u32::try_from(asked).unwrap_or(u32::MAX) >= left.min(self.batch);
        self.batch = match whole && started.elapsed() < SLOW {
            true => self.batch.saturating_mul(2).min(MOST),
            false => (self.batch / 2).max(FEWEST),
        };
        if last.is_some() {
            self.progress.send_modify(|progress| progress.indexed = last);
        }
        Ok(written)
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
        let at = |indexed, finalized| Progress { indexed, finalized, trouble: None }.behind();
        assert_eq!([at(None, None), at(None, Some(4)), at(Some(4), Some(4)), at(Some(1), Some(4))], [0, 5, 0, 3]);
    }
}
