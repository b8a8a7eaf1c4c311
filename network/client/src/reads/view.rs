//! The ledger as one block left it.

use crate::{blocks, client::Client, error::ClientError};
use codec::DecodeAll;
use subxt_rpcs::client::rpc_params;

/// The ledger as one block left it, or as the best block does at each read. Reads that belong together should be of one
/// block: [`Client::at`].
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    client: &'a Client,
    at: Option<[u8; 32]>,
}

impl Client {
    /// The ledger as the block of that hash left it. A node answers for recent blocks only, unless it is an archive.
    pub fn at(&self, block_hash: [u8; 32]) -> View<'_> {
        View { client: self, at: Some(block_hash) }
    }

    /// The ledger at the best block, whichever that is at each read.
    pub fn latest(&self) -> View<'_> {
        View { client: self, at: None }
    }
}

impl<'a> View<'a> {
    pub(crate) fn client(&self) -> &'a Client {
        self.client
    }

    pub(crate) fn block(&self) -> Option<[u8; 32]> {
        self.at
    }

    /// Calls a function of the runtime API, `Trait_function`, with SCALE-encoded arguments.
    pub(crate) async fn call<T: DecodeAll>(&self, function: &str, arguments: &[u8]) -> Result<T, ClientError> {
        let bytes = self.call_raw(function, arguments).await?;
        T::decode_all(&mut &*bytes).map_err(|_| changed(function))
    }

    /// As [`View::call`], not decoded.
    pub(crate) async fn call_raw(&self, function: &str, arguments: &[u8]) -> Result<Vec<u8>, ClientError> {
        let link = self.client.link();
        let at = self.at.map(|hash| blocks::hex_text(&hash));
        let params = rpc_params![function, blocks::hex_text(arguments), at];
        let text: String = match link.request("state_call", params, link.call_deadline()).await {
            Err(error) if error.is_missing_method() => return Err(changed(function)),
            answer => answer?,
        };
        hex::decode(text.trim_start_matches("0x")).map_err(|_| changed(function))
    }
}

fn changed(function: &str) -> ClientError {
    let (api, name) = function.split_once('_').unwrap_or(("", function));
    ClientError::Shape { what: format!("runtime API {api} call {name} changed") }
}
