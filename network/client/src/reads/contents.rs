//! Whole blocks, many at a time: what an index is made of.

use super::{events, extrinsics, ChainEvent, ChainExtrinsic};
use crate::{
    blocks,
    client::Client,
    error::ClientError,
    heads::{odd_header, reference},
    hex32,
    link::Link,
    runtime::Runtime,
};
use futures::{pin_mut, stream, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use subxt::{
    config::substrate::{DigestItem, SubstrateHeader},
    utils::H256,
};
use subxt_rpcs::client::rpc_params;

/// Blocks that are asked for at once, at most: what is on its way stays bounded.
const MOST: u32 = 1_024;
/// Bytes of blocks and events after which no further block is taken.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// The name of the block writers' engine in a header's digest.
const BABE: [u8; 4] = *b"BABE";
const BLOCK: &str = "chain_getBlock";
const HASHES: &str = "chain_getBlockHash";

/// A block and all that is in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainBlock {
    /// Its height.
    pub number: u32,
    /// Hash of its header.
    pub hash: [u8; 32],
    /// Hash of the block before it; zeros for genesis.
    pub parent: [u8; 32],
    /// The time that it names, milliseconds since 1970; `None` for genesis.
    pub time: Option<u64>,
    /// BABE's slot.
    pub slot: Option<u64>,
    /// Its author's place among the producers of its session.
    pub seat: Option<u32>,
    /// Its extrinsics, in order.
    pub extrinsics: Vec<ChainExtrinsic>,
    /// What happened in it, in order.
    pub events: Vec<ChainEvent>,
}

/// A block as the node gives it.
struct Raw {
    number: u32,
    hash: [u8; 32],
    header: SubstrateHeader<H256>,
    extrinsics: Vec<Vec<u8>>,
    events: Vec<u8>,
}

#[derive(Deserialize)]
struct Signed {
    block: Body,
}

#[derive(Deserialize)]
struct Body {
    header: SubstrateHeader<H256>,
    extrinsics: Vec<String>,
}

impl Client {
    /// The blocks from height `from` on, `count` of them (1 024 at most; fewer where the chain ends, or once they have
    /// 32 MiB; one at least), `parallel` on their way at the same time. They are of the best chain at the time of
    /// asking, and each is what its hash says: who needs a chain asks for finalised heights, or compares parents.
    ///
    /// # Errors
    /// [`ClientError::Answer`] if a block isn't what it should be, [`ClientError::Rpc`] if the node has dropped a block or
    /// its state, or those of a read.
    pub async fn blocks(&self, from: u32, count: u32, parallel: usize) -> Result<Vec<ChainBlock>, ClientError> {
        let link = self.link();
        let hashes = hashes(link, from, count.min(MOST)).await?;
        let coming = stream::iter((from..=u32::MAX).zip(hashes))
            .map(|(number, hash)| fetch(link, number, hash))
            .buffered(parallel.clamp(1, 256));
        let raw = some(coming).await?;
        let (Some(first), Some(last)) = (raw.first(), raw.last()) else { return Ok(Vec::new()) };
        let (first, last) = (self.runtime_of(first).await?, self.runtime_of(last).await?);
        let mut found = Vec::with_capacity(raw.len());
        for block in raw {
            // Versions only grow: what is the same at both ends is the same between.
            let runtime = match first.is_same(&last) {
                true => first.clone(),
                false => self.runtime_of(&block).await?,
            };
            found.push(decode(&runtime, block)?);
        }
        Ok(found)
    }

    /// The runtime that ran a block: the one that the block before it left.
    async fn runtime_of(&self, block: &Raw) -> Result<Arc<Runtime>, ClientError> {
        let parent = if block.number == 0 { block.hash } else { block.header.parent_hash.0 };
        self.runtime_at(Some(parent), self.link().call_deadline()).await
    }
}

/// Blocks until they are many bytes.
async fn some(coming: impl Stream<Item = Result<Raw, ClientError>>) -> Result<Vec<Raw>, ClientError> {
    pin_mut!(coming);
    let (mut found, mut bytes) = (Vec::new(), 0usize);
    while let Some(block) = coming.next().await {
        let block = block?;
        let length: usize = block.extrinsics.iter().map(Vec::len).sum();
        bytes = bytes.saturating_add(length).saturating_add(block.events.len());
        found.push(block);
        if bytes > MOST_BYTES {
            break;
        }
    }
    Ok(found)
}

/// The hashes of the best chain from a height on, as many as there are.
async fn hashes(link: &Link, from: u32, count: u32) -> Result<Vec<[u8; 32]>, ClientError> {
    let numbers: Vec<u32> = (0..count).filter_map(|step| from.checked_add(step)).collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<Option<String>> = link.request(HASHES, rpc_params![numbers], link.call_deadline()).await?;
    let odd = || ClientError::Answer { method: HASHES.into(), reason: "not a list of hashes".into() };
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    texts.into_iter().take(limit).map_while(|text| text).map(|text| hex32(&text).ok_or_else(odd)).collect()
}

async fn fetch(link: &Link, number: u32, hash: [u8; 32]) -> Result<Raw, ClientError> {
    let text = blocks::hex_text(&hash);
    let (signed, events) = futures::try_join!(
        link.request::<Option<Signed>>(BLOCK, rpc_params![text], link.call_deadline()),
        blocks::events(link, &hash, link.call_deadline()),
    )?;
    let odd = |reason: &str| ClientError::Answer { method: BLOCK.into(), reason: reason.into() };
    let Body { header, extrinsics } = signed.ok_or_else(|| odd("the node doesn't have the block"))?.block;
    let found = reference(&header).ok_or_else(|| odd_header(BLOCK))?;
    if (found.number, found.hash) != (number, hash) {
        return Err(odd("it is another block than was asked for"));
    }
    let extrinsics: Option<Vec<Vec<u8>>> = extrinsics.iter().map(|text| extrinsics::unhex(text)).collect();
    let extrinsics = extrinsics.ok_or_else(|| odd("an extrinsic is not hexadecimal"))?;
    Ok(Raw { number, hash, header, extrinsics, events })
}

fn decode(runtime: &Runtime, block: Raw) -> Result<ChainBlock, ClientError> {
    let events = events::decode(runtime, &block.events)?;
    let extrinsics = extrinsics::decode(runtime, &block.extrinsics, &events);
    let claim = block.header.digest.logs.iter().find_map(|item| match item {
        DigestItem::PreRuntime(BABE, data) => extrinsics::author(data),
        _ => None,
    });
    Ok(ChainBlock {
        number: block.number,
        hash: block.hash,
        parent: block.header.parent_hash.0,
        time: extrinsics::time(&extrinsics),
        slot: claim.map(|(_, slot)| slot),
        seat: claim.map(|(seat, _)| seat),
        extrinsics,
        events,
    })
}
