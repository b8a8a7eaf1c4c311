//! A typed client of the ledger.
//!
//! [`Client`] keeps one supervised connection to one of several nodes. Every wait has a deadline; a broken or silent
//! connection is replaced, at the next node first; after that a transaction is looked for on the chain instead of
//! being waited for on a lost subscription. Reads go through the runtime API; writes are encoded by the live metadata,
//! so that a chain that changed says what changed instead of refusing bytes.
//!
//! - [`View`] reads, at one block or at the best one.
//! - [`Write`] is a call, whatever it is; [`Client::plan`] says what it would cost and do, and what would stop it;
//!   [`Client::send`] or [`Plan::send`] does it, signed by any [`Signer`].
//! - [`MetagraphFeed`] keeps a subnet's metagraph up to date by each block's events.
//!
//! ```no_run
//! use ganglion_client::{Client, Write};
//!
//! # async fn example() -> Result<(), ganglion_client::ClientError> {
//! let client = Client::connect(&["ws://127.0.0.1:9944".to_owned()]).await?;
//! if let Some(metagraph) = client.metagraph(1).await? {
//!     println!("{} neurons at block {}", metagraph.len(), metagraph.block);
//! }
//! let alice = ganglion_keys::Keypair::from_uri("//Alice").expect("a good uri");
//! let bob = ganglion_keys::Keypair::from_uri("//Bob").expect("a good uri").public();
//! let plan = client.plan(alice.public(), Write::add_stake(bob, 1_500_000_000)).await?;
//! println!("{} for {} RAO: {:?} {:?}", plan.title(), plan.fee(), plan.effects(), plan.warnings());
//! if !plan.is_refused() {
//!     println!("in block {}", plan.send(&alice).await?.block_number);
//! }
//! # Ok(()) }
//! ```

mod amount;
mod blocks;
mod calls;
mod client;
mod error;
mod feed;
mod heads;
mod inclusion;
mod link;
mod nonces;
mod outcome;
mod plan;
mod prompt;
mod reads;
mod refusal;
mod runtime;
mod transact;
mod types;
mod types_end;
mod write;
mod writes;

pub use amount::tao;
pub use client::Client;
pub use error::ClientError;
pub use feed::{Follow, MetagraphFeed, Step};
pub use ganglion_keys::{SignError, Signer};
pub use heads::HeadStream;
pub use plan::{Effect, Kind, Plan, Warning};
pub use reads::{
    poll_state, Ballot, ChainBlock, ChainCall, ChainEvent, ChainExtrinsic, ColdkeySwap, Commitment, Conviction,
    Delegation, Proxies, Proxy, ProxyKind, SessionKeys, Standing, TrackLock, UnreadableCall, View, Voting,
};
pub use types::{BlockRef, Deadlines, Health, Inclusion, Refusal, Retry};
pub use write::Write;
pub use writes::{code_hash, commit_hash, CreationTerms, Identity, Track};

/// Reads a 32-byte hash as nodes write it.
fn hex32(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut hash).ok()?;
    Some(hash)
}
