//! Serving HTTP/1 to strangers: a bounded number of connections, with bounded patience, ended in an orderly way.
//!
//! The gateway and the explorer [`serve`] a router; an axon, which also counts connections by address, accepts them itself
//! and lets [`attend`] do the rest. What a request may do is the router's to bound: its body, its time, its turn.

mod attend;
mod impatient;
mod serve;

pub use attend::{attend, Manners};
pub use impatient::Impatient;
pub use serve::{serve, Limits};
