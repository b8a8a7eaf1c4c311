//! The pallet's rules beside the real System and Balances.

mod bounds;
mod cost;
mod fee;
mod genesis;
mod identity;
mod invariants;
mod leave;
mod ledger;
mod random;
mod read;
mod slash;
mod stake;
mod take;
mod world;
