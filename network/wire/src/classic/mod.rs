//! The classic protocol: how Python neurons of bittensor 7.2 to 10.5 speak.
//!
//! A synapse speaks it too when it gives its [`Classic`] facts. Everything else, that is limits, permission, replay
//! protection and handlers, is the axon's, and the same for both protocols.
//!
//! ```text
//! POST /<class>
//! bt_header_dendrite_hotkey, _nonce, _uuid, _signature   who asks, when, and the proof
//! computed_body_hash                                     covers the class's required_hash_fields
//! {"name", "timeout", "dendrite", "axon", …, own fields of the synapse}
//! ```
//!
//! The signature ([`signed_message`]) covers neither the path nor the fields outside `required_hash_fields`. `btauth/1`
//! covers everything; use it between neurons of ours.

mod body_hash;
mod claim;
mod client;
mod envelope;
mod facts;
mod headers;
mod letter;
mod nonce;
mod ping;
mod placeholder;
mod printable;
mod python_json;
mod python_str;
mod python_text;
mod refusal;
mod server;
mod signature;
mod success;
mod uuid;
mod value;

pub use body_hash::body_hash;
pub use client::ClassicStream;
pub use facts::Classic;
pub use ping::{Nothing, Ping};
pub use python_str::python_str;
pub use signature::signed_message;
pub use value::{parse, parse_object, Member, NotJson, Value};

pub(crate) use claim::{is_classic, Claim as ClassicClaim};
pub(crate) use client::Speaker;
pub(crate) use facts::is_field;
#[cfg(test)]
pub(crate) use facts::is_own as is_own_field;
pub(crate) use nonce::WINDOW;
pub(crate) use server::serve;
pub(crate) use uuid::random as random_uuid;

/// The version we claim, as Python writes 7.4.0: the first whose rules we follow to the letter.
const VERSION_AS_INT: u64 = 7_004_000;
