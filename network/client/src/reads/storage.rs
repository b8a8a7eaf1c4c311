//! Storage, found and decoded by the live metadata.

use super::View;
use crate::{
    blocks,
    error::{shorten, ClientError},
    runtime::Runtime,
};
use subxt::ext::{scale_decode::DecodeAsType, scale_value::Value};
use subxt_rpcs::client::rpc_params;

/// Most keys that one page of a map has.
const MAX_PAGE: u32 = 256;

impl View<'_> {
    /// A value of storage; `None` if there is none and no default.
    ///
    /// # Errors
    /// [`ClientError::Shape`] if the chain keeps no such thing, or keeps it in another form; or those of a read.
    pub(crate) async fn storage<T: DecodeAsType>(
        &self,
        pallet: &str,
        entry: &str,
        keys: Vec<Value>,
    ) -> Result<Option<T>, ClientError> {
        let link = self.client().link();
        let runtime = self.client().runtime_at(self.block(), link.call_deadline()).await?;
        let key = storage_key(&runtime, pallet, entry, keys)?;
        let at = self.block().map(|hash| blocks::hex_text(&hash));
        let params = rpc_params![blocks::hex_text(&key), at];
        let text: Option<String> = link.request("state_getStorage", params, link.call_deadline()).await?;
        let bytes = match text {
            Some(text) => Some(unhex(&text)?),
            None => default_of(&runtime, pallet, entry),
        };
        bytes.map(|bytes| decode(&runtime, pallet, entry, &bytes)).transpose()
    }

    /// A page of a map's keys and values: up to `limit` (256 at most) whose key comes after `after`. Keys are as the
    /// node gives them, hashed parts included.
    ///
    /// # Errors
    /// As [`View::storage`].
    pub(crate) async fn storage_page<T: DecodeAsType>(
        &self,
        pallet: &str,
        entry: &str,
        after: Option<&[u8]>,
        limit: u32,
    ) -> Result<Vec<(Vec<u8>, T)>, ClientError> {
        let link = self.client().link();
        let runtime = self.client().runtime_at(self.block(), link.call_deadline()).await?;
        let prefix = blocks::hex_text(&map_prefix(&runtime, pallet, entry)?);
        let at = self.block().map(|hash| blocks::hex_text(&hash));
        let after = after.map(blocks::hex_text);
        let params = rpc_params![prefix, limit.clamp(1, MAX_PAGE), after, &at];
        let keys: Vec<String> = link.request("state_getKeysPaged", params, link.call_deadline()).await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<Changes> =
            link.request("state_queryStorageAt", rpc_params![keys, at], link.call_deadline()).await?;
        let rows = found.into_iter().flat_map(|changes| changes.changes);
        rows.filter_map(|(key, value)| value.map(|value| (key, value)))
            .map(|(key, value)| Ok((unhex(&key)?, decode(&runtime, pallet, entry, &unhex(&value)?)?)))
            .collect()
    }
}

#[derive(serde::Deserialize)]
struct Changes {
    changes: Vec<(String, Option<String>)>,
}

fn unhex(text: &str) -> Result<Vec<u8>, ClientError> {
    hex::decode(text.trim_start_matches("0x"))
        .map_err(|error| ClientError::Answer { method: "state_getStorage".into(), reason: error.to_string() })
}

fn unfit(pallet: &str, entry: &str, reason: &str) -> ClientError {
    ClientError::Shape { what: format!("pallet {pallet} storage {entry} changed: {}", shorten(reason)) }
}

fn storage_key(runtime: &Runtime, pallet: &str, entry: &str, keys: Vec<Value>) -> Result<Vec<u8>, ClientError> {
    let address = subxt::dynamic::storage::<Vec<Value>, Value>(pallet, entry);
    let unfit = |error: subxt::error::StorageError| unfit(pallet, entry, &error.to_string());
    runtime.offline().storage().entry(address).map_err(unfit)?.fetch_key(keys).map_err(unfit)
}

fn map_prefix(runtime: &Runtime, pallet: &str, entry: &str) -> Result<[u8; 32], ClientError> {
    let address = subxt::dynamic::storage::<Vec<Value>, Value>(pallet, entry);
    let found = runtime.offline().storage().entry(address);
    Ok(found.map_err(|error| unfit(pallet, entry, &error.to_string()))?.key_prefix())
}

fn default_of(runtime: &Runtime, pallet: &str, entry: &str) -> Option<Vec<u8>> {
    let storage = runtime.metadata().pallet_by_name(pallet)?.storage()?;
    storage.entry_by_name(entry)?.default_value().map(<[u8]>::to_vec)
}

fn decode<T: DecodeAsType>(runtime: &Runtime, pallet: &str, entry: &str, bytes: &[u8]) -> Result<T, ClientError> {
    let metadata = runtime.metadata();
    let known = metadata.pallet_by_name(pallet).and_then(|pallet| pallet.storage());
    let ty = known.and_then(|storage| storage.entry_by_name(entry)).map(|entry| entry.value_ty());
    let ty = ty.ok_or_else(|| unfit(pallet, entry, "it is missing"))?;
    T::decode_as_type(&mut &*bytes, ty, metadata.types()).map_err(|error| unfit(pallet, entry, &error.to_string()))
}
