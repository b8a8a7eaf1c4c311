//! What a picture is worth.

pub mod probes;
