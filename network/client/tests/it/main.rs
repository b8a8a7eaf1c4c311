//! Tests of the client against a chain in this process, and against a real node (`real.rs` says which).

mod encoding;
mod failover;
mod feed;
mod livelihood;
mod node;
mod nonsense;
mod plans;
mod real;
mod refusals;
mod support;
mod swaps;
mod transactions;
mod upgrades;
