//! The command line: what each command does, prints, and refuses.

#[path = "../../../../chain/node/examples/support/mod.rs"]
mod nodes;
#[path = "../support/mod.rs"]
mod support;
#[path = "../../../../network/outward/tests/support/tls.rs"]
mod tls;

mod chain;
mod network;
mod offline;
mod paid;
mod patience;
mod public;
mod run;
mod schema;
mod served;
mod terminal;
mod tutorial;
