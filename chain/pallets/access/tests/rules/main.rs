//! The pallet's rules beside the real System, Balances and Staking.

mod ledger;
mod random;
