//! The ledger's rules on the real composition of pallets.

mod access;
mod blocks;
mod books;
mod corpus;
mod crimes;
mod declared;
mod election;
mod emission;
mod feeless;
mod fees;
mod founders;
mod fuzzed;
mod genesis_checks;
mod governance;
mod launch;
mod pages;
mod proxies;
mod random;
mod random_calls;
mod registration;
mod scenarios;
mod staking;
mod subnets;
mod swaps;
mod weights;
mod world;
