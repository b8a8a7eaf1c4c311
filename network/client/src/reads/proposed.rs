//! Calls that somebody has proposed, decoded by the metadata of the moment.

use super::{
    events::named,
    reader::{Reader, UnreadableCall, DEEPEST},
    View,
};
use crate::{error::ClientError, runtime::Runtime};
use serde::Serialize;
use serde_json::Value as Json;

/// Longest call that is read, bytes: what the runtime API tells of a referendum.
const LONGEST: usize = 16 * 1024;
/// Parts of one call, each byte of its byte strings among them.
const MOST_PARTS: usize = 20_000;

/// A call that somebody wants to have run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainCall {
    /// The pallet that is called.
    pub pallet: String,
    /// The call's name.
    pub call: String,
    /// The arguments by name, in the form of [`ChainExtrinsic::args`](super::ChainExtrinsic).
    pub args: Json,
}

impl View<'_> {
    /// Calls, each as bytes (pallet, call, arguments), decoded by the metadata of the runtime that this view's block left.
    /// Whoever wrote the bytes can have written anything: what isn't a call, or is no call to be shown, is told as such.
    /// Bytes behind a call's end are passed over, as the chain does that runs it.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn calls(&self, encoded: &[Vec<u8>]) -> Result<Vec<Result<ChainCall, UnreadableCall>>, ClientError> {
        let link = self.client().link();
        let runtime = self.client().runtime_at(self.block(), link.call_deadline()).await?;
        Ok(encoded.iter().map(|bytes| decode(&runtime, bytes)).collect())
    }
}

fn decode(runtime: &Runtime, bytes: &[u8]) -> Result<ChainCall, UnreadableCall> {
    if bytes.len() > LONGEST {
        return Err(UnreadableCall::Long);
    }
    let metadata = runtime.metadata();
    let mut reader = Reader::new(metadata.types(), bytes, MOST_PARTS);
    let (pallet, call) = reader.call(metadata)?;
    let args = named(&reader.fields(&call.fields, DEEPEST)?);
    Ok(ChainCall { pallet: pallet.to_owned(), call: call.name.clone(), args })
}
