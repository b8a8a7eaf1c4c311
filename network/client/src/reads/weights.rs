//! Commitments to weights, where the runtime API has no answer.

use super::View;
use crate::error::ClientError;
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, NetUid};
use serde::Serialize;
use subxt::ext::{scale_decode::DecodeAsType, scale_value::Value};

/// Weights that a neuron has committed to and not revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Commitment {
    /// See [`commit_hash`](crate::commit_hash).
    pub hash: [u8; 32],
    /// The hotkey that signed it, which the hash names.
    pub hotkey: PublicKey,
    /// First block that takes the reveal.
    pub reveal_from: u32,
    /// First block that no longer does.
    pub reveal_until: u32,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Row {
    hash: [u8; 32],
    hotkey: [u8; 32],
    reveal_from: u32,
    reveal_until: u32,
}

impl View<'_> {
    /// What the neuron of `hotkey` has committed to in a subnet; `None` too if it has no seat there.
    ///
    /// # Errors
    /// Those of a read; [`ClientError::Shape`] if the chain keeps it in another form.
    pub async fn commitment(
        &self,
        netuid: impl Into<NetUid>,
        hotkey: &PublicKey,
    ) -> Result<Option<Commitment>, ClientError> {
        let netuid = netuid.into();
        let Some(graph) = self.metagraph(netuid).await? else { return Ok(None) };
        let uid = graph.uid_of(&AccountId::from(hotkey.0));
        let Some(id) = uid.and_then(|uid| graph.ids.get(uid)) else { return Ok(None) };
        let keys = vec![Value::u128(netuid.0.into()), Value::u128(id.0.into())];
        let row: Option<Row> = self.storage("Weights", "Commitments", keys).await?;
        Ok(row.map(|Row { hash, hotkey, reveal_from, reveal_until }| Commitment {
            hash,
            hotkey: PublicKey(hotkey),
            reveal_from,
            reveal_until,
        }))
    }
}
