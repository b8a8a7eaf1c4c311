//! Blocks that are on their way while others are looked at and written: the node and the index work at the same time.

use super::Source;
use ganglion_client::{ChainBlock, ClientError};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Blocks that were asked for ahead of time. Whoever drops it doesn't want them any more.
pub(super) struct Ahead {
    from: u32,
    count: u32,
    coming: JoinSet<Result<Vec<ChainBlock>, ClientError>>,
}

impl Ahead {
    /// Asks for `count` blocks from a height on.
    pub(super) fn ask(source: &Arc<dyn Source>, from: u32, count: u32) -> Self {
        let (source, mut coming) = (source.clone(), JoinSet::new());
        coming.spawn(async move { source.blocks(from, count).await });
        Self { from, count, coming }
    }

    /// Whether they begin at this height.
    pub(super) fn begins_at(&self, from: u32) -> bool {
        self.from == from
    }

    /// The blocks, and how many were asked for; `None` if the task broke.
    pub(super) async fn take(mut self) -> Option<(Result<Vec<ChainBlock>, ClientError>, u32)> {
        let blocks = self.coming.join_next().await?.ok()?;
        Some((blocks, self.count))
    }
}
