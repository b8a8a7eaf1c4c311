//! Tests of the client against a chain in this process, and against a real node where `GANGLION_TEST_NODE` names one.

mod encoding;
mod failover;
mod feed;
mod livelihood;
mod node;
mod nonsense;
mod plans;
mod refusals;
mod support;
mod swaps;
mod transactions;
mod upgrades;
