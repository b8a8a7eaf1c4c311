//! The pallet's rules beside the real System, Balances and Staking.

mod invariants;
mod ledger;
mod random;
