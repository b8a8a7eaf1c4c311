//! Chain specifications: how the ledgers that a node knows by name begin.
//!
//! [`LEDGER`] is what `ganglion node` runs. The node itself knows the runtime as Wasm only and takes everything else it
//! needs of it from here, so that a change of the ledger's rules doesn't compile the node again.
//!
//! | module | holds |
//! |---|---|
//! | `named` | the specifications with names: `main`, `local`, `dev` |
//! | `local` | local networks of tests, benches and `ganglion up` |
//! | `found` | a network that certain producers found |

mod found;
mod local;
mod named;

pub use local::{local_spec, LocalSpec};

/// The ledger of this build, for a node.
pub const LEDGER: ganglion_node::Ledger = ganglion_node::Ledger {
    wasm: ganglion_runtime_wasm::runtime,
    spec: named::load,
    found: found::spec,
    local: local::local_spec,
};
