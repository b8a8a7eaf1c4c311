//! The blockchain layer as a library.
//!
//! [`run`] is `ganglion node`: Substrate's own options and subcommands. [`local_spec`], [`LocalSpec`] and [`peer_id`] let
//! the local network prepare nodes that find each other. [`transaction`] signs transactions for tests and benches.
//!
//! | module | holds |
//! |---|---|
//! | `cli`, `command` | the arguments, and what follows from them |
//! | `chain_spec`, `local`, `found` | which ledger a node joins |
//! | `executor` | running the runtime, keeping its compiled form |
//! | `parts` | database, transaction pool, import of blocks |
//! | `service` | these, the network, RPC, and the tasks below |
//! | `production`, `sealing` | writing blocks by the clock, or on demand |
//! | `clock` | the time that blocks carry |
//! | `finality` | GRANDPA's voter |
//! | `rpc` | what a node answers beside Substrate's own methods |

// The SDK's errors are large; a node returns each of them once.
#![allow(clippy::result_large_err)]

/// Reading thousands of rows allocates for each node of the trie: a metagraph comes 15 % sooner than with the C library's
/// allocator, and a producer keeps up 15 % more transfers.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

mod backend;
mod chain_spec;
mod cli;
mod clock;
mod command;
mod executor;
mod finality;
mod found;
mod identity;
mod local;
mod parts;
mod production;
mod rpc;
mod sealing;
mod service;
pub mod transaction;

pub use cli::{Cli, Subcommand};
pub use command::run;
pub use found::FoundCmd;
pub use identity::peer_id;
pub use local::{local_spec, LocalSpec};
pub use sealing::Sealing;
