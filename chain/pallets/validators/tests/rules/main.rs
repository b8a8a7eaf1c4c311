//! The pallet's rules beside the real session pallet and those below, with people who act at random. Blocks with BABE and
//! GRANDPA are in the runtime's tests.

mod invariants;
mod ledger;
mod liveness;
mod random;
