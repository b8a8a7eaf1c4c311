//! Looking for a transaction on the best chain.

use crate::{
    blocks, client::Client, error::ClientError, heads::Kind, outcome::outcome, transact::Sent, BlockRef, Inclusion,
};
use std::collections::VecDeque;
use tokio::time::Instant;

/// Blocks remembered, to notice that one was replaced in a reorganisation.
const MEMORY: usize = 64;
/// Blocks looked through in one round.
const ROUND: u32 = 256;

/// Which blocks were looked through.
pub(crate) struct Search {
    seen: VecDeque<BlockRef>,
    first: u32,
    height: u32,
}

impl Search {
    /// A search that starts behind the best block at the time of signing.
    pub(crate) fn new(sent: &Sent) -> Self {
        Self { seen: VecDeque::from([sent.from]), first: sent.from.number, height: sent.from.number }
    }

    /// The height up to which blocks were looked through.
    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    /// Looks through the blocks that are new since the last round.
    ///
    /// # Errors
    /// [`ClientError::Failed`] if a block has it but it failed there; otherwise those of the reads.
    pub(crate) async fn once(
        &mut self,
        client: &Client,
        sent: &Sent,
        deadline: Instant,
    ) -> Result<Option<Inclusion>, ClientError> {
        let link = client.link();
        let best = blocks::head(link, Kind::Best, deadline).await?;
        while let Some(last) = self.seen.back().copied() {
            if blocks::hash_at(link, last.number, deadline).await? == Some(last.hash) {
                break;
            }
            // Replaced: what is at that height now was not looked at.
            self.seen.pop_back();
        }
        let start = match self.seen.back() {
            Some(last) => last.number.saturating_add(1),
            None => self.first.saturating_sub(u32::try_from(MEMORY).unwrap_or(u32::MAX)).max(1),
        };
        self.height = start.saturating_sub(1);
        for number in start..=best.number.min(start.saturating_add(ROUND)) {
            let Some(hash) = blocks::hash_at(link, number, deadline).await? else { break };
            if let Some(index) = blocks::position(link, &hash, &sent.bytes, deadline).await? {
                let events = blocks::events(link, &hash, deadline).await?;
                outcome(&sent.runtime, &sent.call, &events, index, number)?;
                return Ok(Some(Inclusion {
                    block_hash: hash,
                    block_number: number,
                    extrinsic_hash: sent.hash,
                    extrinsic_index: index,
                }));
            }
            if self.seen.len() >= MEMORY {
                self.seen.pop_front();
            }
            self.seen.push_back(BlockRef { number, hash });
            self.height = number;
        }
        Ok(None)
    }
}
