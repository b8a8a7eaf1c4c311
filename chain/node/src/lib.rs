//! The blockchain layer as a library.
//!
//! [`run`] is `ganglion node`: Substrate's own options and subcommands. [`local_spec`] and [`peer_id`] let the local
//! network prepare nodes that find each other.

// The SDK's errors are large; a node returns each of them once.
#![allow(clippy::result_large_err)]

mod backend;
mod chain_spec;
mod cli;
mod command;
mod identity;
mod production;
mod rpc;
mod service;

pub use chain_spec::local_spec;
pub use cli::{Cli, Subcommand};
pub use command::run;
pub use identity::peer_id;
