//! The pallet's rules beside the real System, Balances, Staking, Subnets and Neurons, with validators who act at random.
//! Rules that need the other pallets are tested in the runtime.

mod invariants;
mod ledger;
mod random;
