//! Real node processes, for the examples here and for the tests of the binary.

// Each program uses its own part of this.
#![allow(dead_code)]

pub mod node;
pub mod rpc;
pub mod variant;
pub mod wait;
