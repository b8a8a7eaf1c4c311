//! The command line: what each command does, prints, and refuses.

#[path = "../../../../chain/node/examples/support/mod.rs"]
#[allow(dead_code)]
mod nodes;
#[path = "../support/mod.rs"]
mod support;

mod chain;
mod offline;
mod run;
mod schema;
