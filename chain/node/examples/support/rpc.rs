//! A node's JSON-RPC, over HTTP.

use serde_json::{json, Value};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long a node may take for an answer.
const ANSWER: Duration = Duration::from_secs(20);

/// A node's JSON-RPC, over HTTP.
pub struct Rpc {
    url: String,
    http: reqwest::Client,
    runtime: Runtime,
}

impl Rpc {
    /// The server at a port of this machine.
    pub fn new(port: u16) -> Self {
        Self::at(format!("http://127.0.0.1:{port}"))
    }

    /// Where clients connect.
    pub fn websocket(&self) -> String {
        self.url.replacen("http", "ws", 1)
    }

    /// Another connection to the same server.
    pub fn another(&self) -> Self {
        Self::at(self.url.clone())
    }

    fn at(url: String) -> Self {
        let http = ganglion_outward::client().timeout(ANSWER).build().expect("an HTTP client");
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { url, http, runtime }
    }

    /// What the method returns; `Err` is what the node said, or that it said nothing.
    pub fn try_call(&self, method: &str, params: Value) -> Result<Value, String> {
        let mut answers = self.try_batch(&[(method, params)])?;
        answers.pop().unwrap_or_else(|| Err("no answer".into()))
    }

    /// What the method returns.
    ///
    /// # Panics
    /// The node doesn't answer, or refuses.
    pub fn call(&self, method: &str, params: Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method} at {}: {error}", self.url))
    }

    /// Several calls in one request; the answers come in their order.
    pub fn try_batch(&self, calls: &[(&str, Value)]) -> Result<Vec<Result<Value, String>>, String> {
        let mut body = Vec::new();
        for (id, (method, params)) in calls.iter().enumerate() {
            body.push(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        }
        let answers: Vec<Value> = self.runtime.block_on(async {
            let answer = self.http.post(&self.url).json(&body).send().await.map_err(|error| error.to_string())?;
            answer.json().await.map_err(|error| error.to_string())
        })?;
        let mut results: Vec<_> = calls.iter().map(|_| Err("no answer".to_string())).collect();
        for answer in answers {
            let place = answer["id"].as_u64().and_then(|id| results.get_mut(usize::try_from(id).ok()?));
            let Some(place) = place else { continue };
            *place = match answer.get("error") {
                Some(error) => Err(error.to_string()),
                None => Ok(answer["result"].clone()),
            };
        }
        Ok(results)
    }

    /// The text at a URL of this machine.
    pub fn text(&self, url: &str) -> Result<String, String> {
        self.runtime.block_on(async {
            let answer = self.http.get(url).send().await.map_err(|error| error.to_string())?;
            answer.text().await.map_err(|error| error.to_string())
        })
    }

    /// Number of the best block; `None` if the node doesn't answer.
    pub fn best(&self) -> Option<u32> {
        number(&self.try_call("chain_getHeader", json!([])).ok()?)
    }

    /// Number of the last finalised block; `None` if the node doesn't answer.
    pub fn finalised(&self) -> Option<u32> {
        let head = self.try_call("chain_getFinalizedHead", json!([])).ok()?;
        number(&self.try_call("chain_getHeader", json!([head])).ok()?)
    }

    /// Hash of block `number` on the best chain, if the node has it.
    pub fn hash(&self, number: u32) -> Option<String> {
        self.try_call("chain_getBlockHash", json!([number])).ok()?.as_str().map(str::to_owned)
    }

    /// What lies under `key` after the block with hash `at` (the best one without); `Err` if that state is gone.
    pub fn storage(&self, key: &[u8], at: Option<&str>) -> Result<Option<Vec<u8>>, String> {
        let value = self.try_call("state_getStorage", json!([hexadecimal(key), at]))?;
        value.as_str().map(bytes).transpose()
    }

    /// Hands in an encoded transaction; returns its hash.
    pub fn submit(&self, transaction: &[u8]) -> Result<String, String> {
        let hash = self.try_call("author_submitExtrinsic", json!([hexadecimal(transaction)]))?;
        hash.as_str().map(str::to_owned).ok_or_else(|| format!("not a hash: {hash}"))
    }
}

fn number(header: &Value) -> Option<u32> {
    u32::from_str_radix(header["number"].as_str()?.trim_start_matches("0x"), 16).ok()
}

/// `0x…`.
pub fn hexadecimal(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// The bytes that `0x…` stands for.
pub fn bytes(text: &str) -> Result<Vec<u8>, String> {
    hex::decode(text.trim_start_matches("0x")).map_err(|error| error.to_string())
}
