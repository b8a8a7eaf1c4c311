//! Who can't start the network.

use crate::world::*;
use ganglion_runtime::genesis::{main_network, Founder, FounderError};
use sp_keyring::Sr25519Keyring;

fn founder(number: u8) -> Founder {
    Founder { account: account(number), keys: keys(number) }
}

#[test]
fn a_network_needs_founders_of_its_own() {
    assert_eq!(main_network(&[]), Err(FounderError::None));
    assert!(main_network(&[founder(1), founder(2)]).is_ok());
    assert_eq!(main_network(&(0..=64).map(founder).collect::<Vec<_>>()), Err(FounderError::TooMany));
}

#[test]
fn founders_share_neither_account_nor_keys() {
    assert_eq!(main_network(&[founder(1), founder(1)]), Err(FounderError::Twice(account(1))));
    let same_keys = Founder { account: account(2), keys: keys(1) };
    assert_eq!(main_network(&[founder(1), same_keys]), Err(FounderError::Twice(account(1))));
}

#[test]
fn the_well_known_development_keys_found_nothing() {
    let alice = Sr25519Keyring::Alice.to_account_id();
    let known = Founder { account: alice.clone(), keys: keys(1) };
    assert_eq!(main_network(&[known]), Err(FounderError::WellKnown(alice)));
}
