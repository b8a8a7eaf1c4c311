//! Axon and dendrite over real sockets on loopback.

mod calls;
mod capacity;
mod classic;
mod classic_calls;
mod classic_text;
mod common;
mod connections;
mod crowd;
mod description;
mod mutations;
mod order;
mod parsers;
mod payment;
mod peers;
mod py_synapses;
mod python;
mod refusals;
mod restarts;
mod starving;
mod streams;
