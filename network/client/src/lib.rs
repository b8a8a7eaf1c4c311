//! A typed client of the ledger.
//!
//! [`Client`] keeps one supervised connection to one of several nodes. Every wait has a deadline; a broken or silent
//! connection is replaced, at the next node first; after that a transaction is looked for on the chain instead of
//! being waited for on a lost subscription. Reads go through the runtime API; writes are encoded by the live metadata,
//! so that a chain that changed says what changed instead of refusing bytes.
//!
//! ```no_run
//! # async fn example() -> Result<(), ganglion_client::ClientError> {
//! let client = ganglion_client::Client::connect(&["ws://127.0.0.1:9944".to_owned()]).await?;
//! if let Some(metagraph) = client.metagraph(1).await? {
//!     println!("{} neurons at block {}", metagraph.len(), metagraph.block);
//! }
//! # Ok(()) }
//! ```

mod blocks;
mod calls;
mod client;
mod error;
mod heads;
mod inclusion;
mod link;
mod nonces;
mod outcome;
mod runtime;
mod transact;
mod types;
mod writes;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use error::ClientError;
pub use heads::HeadStream;
pub use types::{BlockRef, Deadlines, Health, Inclusion};
pub use writes::commit_hash;

/// Reads a 32-byte hash as nodes write it.
fn hex32(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut hash).ok()?;
    Some(hash)
}
