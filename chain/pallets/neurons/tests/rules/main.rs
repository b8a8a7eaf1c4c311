//! The pallet's rules beside the real System, Balances, Staking and Subnets, with people who act at random. Rules that need
//! the other pallets are tested in the runtime.

mod invariants;
mod ledger;
mod pruning;
mod random;
