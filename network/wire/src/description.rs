//! What an axon says about itself at `/.well-known/synapses`.

use ganglion_keys::PublicKey;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::classic::Classic;

/// Where an axon describes itself.
pub const PATH: &str = "/.well-known/synapses";

/// Longest description that an axon serves and a dendrite reads (bytes).
pub const MAX_BYTES: usize = 256 << 10;

/// An axon's synapses. Unsigned: a hint for programs, to be checked by calling. Members that a reader doesn't know are
/// kept or ignored, never an error, so that newer axons may say more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// `btauth/1`.
    pub protocol: String,
    /// Whom to sign for.
    pub hotkey: PublicKey,
    /// Longest request body (bytes).
    pub body_bytes: u64,
    /// In the order of their names' registration.
    pub synapses: Vec<SynapseInfo>,
}

/// One synapse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SynapseInfo {
    /// [`Synapse::NAME`](crate::Synapse::NAME).
    pub name: String,
    /// `/` and the name.
    pub path: String,
    /// `POST`.
    pub method: String,
    /// Whether the answer comes in pieces to those who accept `text/event-stream`.
    #[serde(default)]
    pub stream: bool,
    /// How Python neurons call it; null if they can't.
    #[serde(default)]
    pub classic: Option<ClassicInfo>,
    /// What an answer costs; null where it is free or not announced.
    #[serde(default)]
    pub price: Option<Price>,
    /// JSON Schemas: `request`, `response`, and `chunk` where it streams; null where there are none.
    #[serde(default)]
    pub schema: Value,
}

/// The classic facts of a synapse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassicInfo {
    /// Class name and path.
    pub class: String,
    /// Fields without a default.
    pub required: Vec<String>,
    /// `required_hash_fields`.
    pub hashed: Vec<String>,
}

impl From<Classic> for ClassicInfo {
    fn from(facts: Classic) -> Self {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self { class: facts.class.to_owned(), required: owned(facts.required), hashed: owned(facts.hashed) }
    }
}

/// A price that an axon announces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Amount in RAO.
    pub rao: u64,
    /// For how much: `request`, `token`, or what the synapse counts.
    pub per: String,
    /// Whatever else the announcer says, for instance how to pay.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}
