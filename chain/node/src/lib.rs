//! The blockchain layer as a library.
//!
//! [`run`] is `ganglion node`: Substrate's own options and subcommands. [`local_spec`] and [`peer_id`] let the local
//! network prepare nodes that find each other.

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
