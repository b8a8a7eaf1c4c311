#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod epoch;
pub mod fixed;
mod input;
pub mod limit;
pub mod math;
mod median;
mod options;
mod outcome;
mod ratio;
mod roster;

pub use epoch::{epoch, Workspace};
pub use fixed::I32F32;
pub use input::{EpochError, EpochInput, LiquidAlpha, Parameters, MAX_NEURONS};
pub use options::{Binding, NoConsensus, Options, Unstaked};
pub use outcome::{BondRows, BondUpdate, Outcome, Scores};
pub use roster::Roster;
