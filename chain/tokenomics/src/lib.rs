#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod adjustment;
pub mod emission;
pub mod epoch_trigger;
pub mod halves;
pub mod lock_cost;
pub mod pool;
mod sigmoid;
pub mod split;
mod wide;

pub use halves::{halves, Halves};
