//! The whole mechanism in one process, thousands of rounds a second: who earns what when not everybody is honest?
//!
//! Nothing is modelled that exists: tasks and scores are the subnet's own, estimates and clusters are the validator's
//! ([`Book`](crate::scores::Book)), weights are [`weights`](crate::weights::weights), quotas are the miner's
//! ([`Gate`](crate::gate::Gate)), and every tempo ends with the ledger's own epoch (`ganglion-yuma`). Modelled are the
//! people ([`cast`]): how well a miner works and how long it takes, what it copies from whom, and how validators judge.
//!
//! A run follows from its seed alone: no clock, no thread, no operating system's randomness.
//!
//! A subnet takes part by a [`Stage`], which says what honest work and a parrot's chatter look like in it.

pub mod cast;
pub mod chain;
pub mod report;
pub mod scenario;
mod stage;
mod world;

pub use report::{Line, Report, Verdict};
pub use scenario::{run, run_watched, Progress, Scenario, Setting};
pub use stage::Stage;
