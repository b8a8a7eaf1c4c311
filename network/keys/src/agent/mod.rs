//! The agent: one process that holds unlocked keys and signs for others of the same user. It never gives a key out.
//!
//! A command that signs through the agent has no secret in its memory, on its command line or in its core dump, and a
//! password is typed once for many commands. Miners, validators and gateways sign every request and answer themselves:
//! they open their hotkey once, at their start, and don't ask the agent.
//!
//! # Protocol
//! A Unix stream socket of mode 0600 in a folder of mode 0700. Both ends check that the other runs under their own user
//! id (`SO_PEERCRED`). One connection carries one request and one answer, each a frame: the length in bytes, u32
//! big-endian, at most 160 KiB, then that much JSON. A connection lives 3 seconds at most; 16 are served at a time.
//!
//! | request | answer |
//! |---|---|
//! | `"list"` | `{"keys":[{"key":"5…","name":"alice/coldkey","kinds":["transaction"],"seconds":900}]}` |
//! | `{"sign":{"key":"5…","kind":"transaction","message":"<hex>"}}` | `{"signature":"0x…"}` |
//! | `{"add":{"name":"…","private":"0x<128 hex>","seconds":900,"kinds":["transaction"]}}` | `"done"` |
//! | `{"remove":{"key":"5…"}}` | `"done"` |
//! | `"lock"`: forget all keys | `"done"` |
//! | `"stop"`: forget all keys and end | `"done"` |
//!
//! Any of them can be answered by `{"refused":"<reason>"}`. No answer has a field that could hold a secret.
//!
//! ```no_run
//! use ganglion_keys::{agent::{Agent, Client, Kind}, Keypair, Signer};
//! # fn main() -> Result<(), ganglion_keys::KeyError> {
//! let socket = std::path::Path::new("/run/user/1000/ganglion/agent.sock");
//! let agent = Agent::bind(socket)?;
//! std::thread::spawn(move || agent.run());
//!
//! let client = Client::new(socket);
//! let alice = Keypair::from_uri("//Alice")?;
//! client.add("alice/coldkey", &alice, std::time::Duration::from_secs(900), &[Kind::Text])?;
//! let signer: &dyn Signer = &client.key(alice.public())?;
//! let signature = signer.sign(b"<Bytes>hello</Bytes>");
//! # Ok(()) }
//! ```

mod client;
mod frame;
mod kind;
mod message;
mod server;
mod socket;
mod store;

use std::time::Duration;

pub use client::{AgentKey, Client};
pub use kind::Kind;
pub use message::KeyInfo;
pub use server::{Agent, AgentHandle};

/// Longest message that is signed, bytes.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// Most keys held at a time.
pub const MAX_KEYS: usize = 64;
/// Longest time to live of a key.
pub const MAX_TIME_TO_LIVE: Duration = Duration::from_secs(30 * 24 * 3600);
/// Connections served at a time; more of them wait.
pub const MAX_CONNECTIONS: usize = 16;
