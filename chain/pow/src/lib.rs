#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

mod challenge;
mod seal;
#[cfg(feature = "std")]
pub mod solver;

pub use challenge::Challenge;
pub use seal::{meets, seal};
