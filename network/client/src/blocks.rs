//! Blocks by number and hash.

use crate::{
    error::ClientError,
    heads::{odd_header, reference, Kind},
    hex32,
    link::Link,
    BlockRef,
};
use serde::Deserialize;
use subxt::{config::substrate::SubstrateHeader, utils::H256};
use subxt_rpcs::client::rpc_params;
use tokio::time::Instant;

/// Key of `System.Events`.
const EVENTS: &str = "0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7";

#[derive(Deserialize)]
struct Signed {
    block: Body,
}

#[derive(Deserialize)]
struct Body {
    extrinsics: Vec<String>,
}

/// `0x` and hexadecimal digits.
pub(crate) fn hex_text(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// The best or the finalised block.
pub(crate) async fn head(link: &Link, kind: Kind, deadline: Instant) -> Result<BlockRef, ClientError> {
    const HEADER: &str = "chain_getHeader";
    let params = match kind {
        Kind::Best => rpc_params![],
        Kind::Finalized => {
            let hash: String = link.request("chain_getFinalizedHead", rpc_params![], deadline).await?;
            rpc_params![hash]
        }
    };
    let header: Option<SubstrateHeader<H256>> = link.request(HEADER, params, deadline).await?;
    header.as_ref().and_then(reference).ok_or_else(|| odd_header(HEADER))
}

/// The hash of the block at a height of the best chain.
pub(crate) async fn hash_at(link: &Link, number: u32, deadline: Instant) -> Result<Option<[u8; 32]>, ClientError> {
    const METHOD: &str = "chain_getBlockHash";
    let text: Option<String> = link.request(METHOD, rpc_params![number], deadline).await?;
    match text {
        None => Ok(None),
        Some(text) => hex32(&text)
            .map(Some)
            .ok_or_else(|| ClientError::Answer { method: METHOD.into(), reason: "not a hash".into() }),
    }
}

/// Where `extrinsic` (hexadecimal) stands in a block; `None` if it isn't there or the block is gone.
pub(crate) async fn position(
    link: &Link,
    hash: &[u8; 32],
    extrinsic: &str,
    deadline: Instant,
) -> Result<Option<u32>, ClientError> {
    let block: Option<Signed> = link.request("chain_getBlock", rpc_params![hex_text(hash)], deadline).await?;
    let found = block.and_then(|signed| signed.block.extrinsics.iter().position(|bytes| bytes == extrinsic));
    Ok(found.and_then(|index| u32::try_from(index).ok()))
}

/// The events of a block, SCALE-encoded.
pub(crate) async fn events(link: &Link, hash: &[u8; 32], deadline: Instant) -> Result<Vec<u8>, ClientError> {
    const METHOD: &str = "state_getStorage";
    let text: Option<String> = link.request(METHOD, rpc_params![EVENTS, hex_text(hash)], deadline).await?;
    let text = text.unwrap_or_default();
    hex::decode(text.trim_start_matches("0x"))
        .map_err(|error| ClientError::Answer { method: METHOD.into(), reason: error.to_string() })
}

/// The block before the one of that hash; a hash of zeros before genesis.
pub(crate) async fn parent(link: &Link, hash: &[u8; 32], deadline: Instant) -> Result<[u8; 32], ClientError> {
    const HEADER: &str = "chain_getHeader";
    let header: Option<SubstrateHeader<H256>> = link.request(HEADER, rpc_params![hex_text(hash)], deadline).await?;
    header.map(|header| header.parent_hash.0).ok_or_else(|| odd_header(HEADER))
}
