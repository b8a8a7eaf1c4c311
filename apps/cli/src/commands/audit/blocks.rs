//! What a node says of the blocks that receipts name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, Context, Result};
use futures::{StreamExt, TryStreamExt};
use ganglion_client::{Client, Deadlines};
use ganglion_subnet::receipts::Receipt;

use super::Verdict;
use crate::commands::CONNECT;

/// Most blocks that a node is asked about.
const MOST_BLOCKS: usize = 1 << 16;
/// Questions to the node at the same time.
const AT_ONCE: usize = 16;

/// The hashes of blocks, hex, `None` for one that the chain doesn't have; nothing at all if no node was asked.
#[derive(Debug, Default)]
pub struct Blocks(Option<BTreeMap<u32, Option<String>>>);

impl Blocks {
    /// Asks the first of `nodes` that answers about these blocks, if any is named. `chains` are those that the validator's
    /// pages are about, by their genesis hash in hex.
    ///
    /// # Errors
    /// No node answers, it is one of another chain, or there are too many blocks.
    pub async fn ask(nodes: &[String], numbers: BTreeSet<u32>, chains: &BTreeSet<&str>) -> Result<Self> {
        if nodes.is_empty() {
            return Ok(Self::default());
        }
        if numbers.len() > MOST_BLOCKS {
            bail!(
                "these receipts name more than {MOST_BLOCKS} blocks: give fewer at a time (--from-block, --to-block)"
            );
        }
        let deadlines = Deadlines { connect: CONNECT, ..Deadlines::default() };
        let client = Client::open(nodes, deadlines).await.context("can't reach the node that --node names")?;
        let genesis = hex::encode(client.genesis_hash());
        if let Some(other) = chains.iter().find(|chain| **chain != genesis) {
            bail!(
                "the secrets are of the chain {other}, the node is of {genesis}: name a node of the validator's chain"
            );
        }
        let client = &client;
        let hashes = futures::stream::iter(numbers)
            .map(|number| async move { client.block_hash(number).await.map(|hash| (number, hash.map(hex::encode))) })
            .buffer_unordered(AT_ONCE)
            .try_collect::<BTreeMap<u32, Option<String>>>();
        Ok(Self(Some(hashes.await.context("the node doesn't say which blocks it has")?)))
    }

    /// What speaks against a receipt's block, if anything is known of it.
    pub fn doubt(&self, receipt: &Receipt) -> Option<(Verdict, String)> {
        let number = receipt.block;
        match self.0.as_ref()?.get(&number)? {
            None => Some((Verdict::Unchecked, format!("the node has no block {number}"))),
            Some(hash) if *hash == receipt.block_hash => None,
            Some(_) => Some((Verdict::Wrong, format!("block {number} has another hash on the chain"))),
        }
    }
}

#[cfg(test)]
impl Blocks {
    /// As if a node had said so.
    pub fn said<const N: usize>(known: [(u32, Option<&str>); N]) -> Self {
        Self(Some(known.into_iter().map(|(number, hash)| (number, hash.map(str::to_owned))).collect()))
    }
}
