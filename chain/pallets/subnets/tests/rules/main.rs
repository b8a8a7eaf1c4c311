//! The pallet's rules beside the real System, Balances and Staking. Rules that need the other pallets are tested in the
//! runtime.

mod cleaning;
mod genesis;
mod invariants;
mod ledger;
mod price;
mod weakest;
