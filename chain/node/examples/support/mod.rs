//! Real node processes, for the examples here and for the tests of the binary.

#![allow(dead_code, reason = "each program uses its own part of this")]

pub mod node;
pub mod rpc;
pub mod variant;
pub mod wait;
