//! Storage, found and decoded by the live metadata.

use super::{follow, View};
use crate::{
    blocks,
    error::{shorten, ClientError},
    runtime::Runtime,
};
use subxt::ext::{scale_decode::DecodeAsType, scale_value::Value};
use subxt_rpcs::client::rpc_params;

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

    /// A constant of a pallet; `None` if there is none of this name and type.
    ///
    /// # Errors
    /// Those of a read.
    pub(crate) async fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Result<Option<T>, ClientError> {
        let deadline = self.client().link().call_deadline();
        Ok(self.client().runtime_at(self.block(), deadline).await?.constant(pallet, name))
    }
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

fn default_of(runtime: &Runtime, pallet: &str, entry: &str) -> Option<Vec<u8>> {
    let storage = runtime.metadata().pallet_by_name(pallet)?.storage()?;
    storage.entry_by_name(entry)?.default_value().map(<[u8]>::to_vec)
}

fn decode<T: DecodeAsType>(runtime: &Runtime, pallet: &str, entry: &str, bytes: &[u8]) -> Result<T, ClientError> {
    let metadata = runtime.metadata();
    let known = metadata.pallet_by_name(pallet).and_then(|pallet| pallet.storage());
    let ty = known.and_then(|storage| storage.entry_by_name(entry)).map(|entry| entry.value_ty());
    let ty = ty.ok_or_else(|| unfit(pallet, entry, "it is missing"))?;
    // The node says both what is there and of which type that is, and what isn't wanted is passed over by that type, however
    // deep it goes: so with bounds first.
    follow(metadata.types(), ty, bytes).map_err(|why| unfit(pallet, entry, &why.to_string()))?;
    T::decode_as_type(&mut &*bytes, ty, metadata.types()).map_err(|error| unfit(pallet, entry, &error.to_string()))
}
