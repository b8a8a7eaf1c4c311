//! Every call that a person or a neuron makes, one module per pallet; and short ways to those made most.

mod access;
mod governance;
mod neurons;
mod proxy;
mod short;
mod staking;
mod subnets;
mod system;
mod transfers;
mod validators;
mod weights;

pub use governance::Track;
pub(crate) use subnets::describe;
pub use subnets::{CreationTerms, Identity};
pub use system::code_hash;
pub use weights::commit_hash;
