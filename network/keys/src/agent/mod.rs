//! A signing agent: unlock a key once, sign for a while, never hand the secret out.
//!
//! It listens at a Unix socket that only its owner can reach and that only its owner's processes are answered at. A
//! connection carries one request and one answer, each a length (4 bytes, little-endian) and JSON:
//!
//! | request | answer |
//! |---|---|
//! | `"list"` | `{"keys":[{"public":"5…","seconds_left":60}]}` |
//! | `{"sign":{"public":"5…","message":"<hex>"}}` | `{"signature":"0x…"}` |
//! | `{"add":{"secret":"<128 hex digits>","seconds":60}}` | `"done"` |
//! | `{"remove":{"public":"5…"}}` | `"done"` |
//! | `"stop"` | `"done"` |
//!
//! Whatever can't be done is answered by `{"refused":"<reason>"}`. No request is answered by a secret.

mod client;
mod protocol;
mod server;
mod store;

use std::path::PathBuf;

use crate::KeyError;

pub use client::{AgentKey, Client, Held};
pub use protocol::Refusal;
pub use server::serve;

/// Where the agent is when nobody says: `$XDG_RUNTIME_DIR/ganglion/agent.sock`; without such a folder,
/// `ganglion/agent/agent.sock` in the user's data folder (`$XDG_DATA_HOME`, else `~/.local/share`).
///
/// # Errors
/// [`KeyError::NoHome`] if the environment names none of these folders.
pub fn default_path() -> Result<PathBuf, KeyError> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(runtime) = folder("XDG_RUNTIME_DIR") {
        return Ok(runtime.join("ganglion/agent.sock"));
    }
    folder("XDG_DATA_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".local/share")))
        .map(|data| data.join("ganglion/agent/agent.sock"))
        .ok_or(KeyError::NoHome)
}
