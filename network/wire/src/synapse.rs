//! What is asked, and by whom.

use std::net::SocketAddr;

use ganglion_keys::PublicKey;
use serde::{de::DeserializeOwned, Serialize};

use crate::classic::Classic;

/// A kind of question that neurons put to each other: `POST /<NAME>` with JSON both ways.
pub trait Synapse: 'static {
    /// The path without its slash: 1 to 64 letters, digits, `-` or `_`.
    const NAME: &'static str;
    /// What the caller sends (at most 1 MiB of JSON by default).
    type Request: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What the axon answers (at most 4 MiB of JSON by default).
    type Response: Serialize + DeserializeOwned + Send + 'static;

    /// A description of both types for machines: `{"request": <JSON Schema>, "response": <JSON Schema>}`, which
    /// [`schema::of`](crate::schema::of) makes from types that derive `schemars::JsonSchema`. Served under
    /// `/.well-known/synapses`; null where there is none.
    fn schema() -> serde_json::Value {
        serde_json::Value::Null
    }

    /// What Python neurons call it, if they may call it at all.
    fn classic() -> Option<Classic> {
        None
    }
}

/// Who sent a request. The signature has been checked when a `Caller` exists.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The key that signed.
    pub hotkey: PublicKey,
    /// Where the connection came from (IPv4 addresses in their own form, also on IPv6 sockets).
    pub address: SocketAddr,
    /// The request's nonce: the caller's clock in nanoseconds since 1970.
    pub nonce: u64,
    /// SHA-256 of the body as received; what receipts name. When permission is asked for a classic request the body has
    /// not been read, and this is the hash that was signed.
    pub request_hash: [u8; 32],
    /// How the request was signed.
    pub protocol: Protocol,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `btauth/1`: the whole request is signed.
    Btauth,
    /// As by Python neurons: only what [`Classic::hashed`] names is signed.
    Classic,
}

/// Whether `name` can be a path segment that needs no escaping.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && name != "health"
}
