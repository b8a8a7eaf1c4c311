//! The blockchain layer as a library.
//!
//! [`run`] is `ganglion node`: Substrate's own options and subcommands, on the [`Ledger`] that it is given. [`peer_id`] lets
//! a local network prepare nodes that find each other.
//!
//! | module | holds |
//! |---|---|
//! | `cli`, `command` | the arguments, and what follows from them |
//! | `ledger`, `runtime` | what a node must know of the ledger: how it may begin, what it answers |
//! | `found` | starting a network |
//! | `executor` | running the runtime, keeping its compiled form |
//! | `parts` | database, transaction pool, import of blocks |
//! | `service` | these, the network, RPC, and the tasks below |
//! | `production`, `sealing` | writing blocks by the clock, or on demand |
//! | `clock` | the time that blocks carry |
//! | `finality` | GRANDPA's voter |
//! | `rpc` | what a node answers beside Substrate's own methods |

#![allow(clippy::result_large_err, reason = "the SDK's errors are large; a node returns each of them once")]

/// Reading thousands of rows allocates for each node of the trie: a metagraph comes 15 % sooner than with the C library's
/// allocator, and a producer keeps up 15 % more transfers.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

mod backend;
mod cli;
mod clock;
mod command;
mod executor;
mod finality;
mod found;
mod identity;
mod ledger;
mod parts;
mod production;
mod rpc;
mod runtime;
mod sealing;
mod service;

pub use cli::{Cli, Subcommand};
pub use command::run;
pub use found::FoundCmd;
pub use identity::peer_id;
pub use ledger::{Keeper, Ledger, Producer};
pub use sealing::Sealing;
