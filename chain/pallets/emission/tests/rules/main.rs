//! The pallet's rules beside the real pallets below it, with people who act at random. Rules that need block producers are
//! tested in the runtime.

mod invariants;
mod ledger;
mod random;
mod schedule;
