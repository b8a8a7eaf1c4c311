//! What a picture is worth.

pub mod captions;
pub mod dual;
pub mod matching;
pub mod probes;
