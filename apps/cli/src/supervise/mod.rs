//! Starting, watching, restarting and stopping child processes.
//!
//! Each child has a process group of its own, so that a Ctrl-C at the terminal reaches the supervisor alone, which
//! then ends the children in order; and it is on a leash ([`crate::leash`]) in case the supervisor is killed.

mod backoff;
mod child;
mod logs;
mod supervisor;

pub use backoff::Backoff;
pub use child::{describe_end, Child, Plan};
pub use logs::tail;
pub use supervisor::{Event, Supervisor};
