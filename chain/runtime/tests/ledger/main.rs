//! The ledger's rules on the real composition of pallets.

mod emission;
mod feeless;
mod launch;
mod registration;
mod staking;
mod weights;
mod world;
