//! Axon and dendrite over real sockets on loopback.

mod calls;
mod capacity;
mod common;
mod mutations;
mod peers;
mod refusals;
mod restarts;
