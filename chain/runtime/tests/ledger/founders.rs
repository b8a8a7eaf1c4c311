//! Who can start a network, and who can't.

use crate::world::*;
use frame_support::assert_ok;
use ganglion_primitives::{NetUid, TAO};
use ganglion_runtime::genesis::{local_network, main_network, three_subnets, Founder, FounderError};
use ganglion_runtime::*;
use pallet_validators::RootVotes;
use serde_json::{json, Value};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

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
    // Who has one of its session keys can write or finalise blocks in its name.
    let writes = opaque::SessionKeys { babe: Sr25519Keyring::Bob.public().into(), ..keys(1) };
    let finalises = opaque::SessionKeys { grandpa: Ed25519Keyring::Bob.public().into(), ..keys(1) };
    for session in [writes, finalises] {
        let known = Founder { account: account(1), keys: session };
        assert_eq!(main_network(&[known]), Err(FounderError::WellKnown(account(1))));
    }
}

/// Validators of a local network that genesis names as producers join subnets as everybody does, and vote with what they
/// earn; the network's producers stay the same.
#[test]
fn a_founder_with_an_owner_joins_by_work_and_votes_with_its_stake() {
    let hotkeys = [(account(1), account(101)), (account(2), account(102))];
    let patch = three_subnets(&[Sr25519Keyring::Alice, Sr25519Keyring::Bob], &hotkeys);
    chain_from(genesis::LOCAL, patch, || {
        assert_eq!(Subnets::netuids(), [1, 5, 8].map(NetUid));
        must_join(1, 101);
        stake(101, 1, TAO);
        let founder = Staking::hotkey_id(&account(1)).expect("is known");
        assert_eq!(Staking::owner_account(founder), Some(account(101)));
        assert!(Validators::votes().iter().all(|(_, weights)| weights.is_empty()));
        let weights: Vec<(NetUid, u16)> = vec![(NetUid(1), 2), (NetUid(5), 1), (NetUid(8), 1)];
        let vote = weights.clone().try_into().expect("fits");
        assert_ok!(Validators::set_root_weights(RuntimeOrigin::signed(account(1)), vote));
        let stake = Staking::stake_on(founder);
        assert!(stake > 0 && Validators::votes().contains(&(stake, weights)));
        run_sessions(3);
        let founders: Vec<_> = Validators::members().into_iter().map(|member| member.founder).collect();
        assert_eq!(founders, [true, true]);
        assert_eq!(Grandpa::grandpa_authorities().len(), 2);
    });
}

#[test]
fn a_founder_in_anothers_name_keeps_its_session_keys() {
    let keyrings = [Sr25519Keyring::Alice, Sr25519Keyring::Bob];
    let (usual, named) = (local_network(&keyrings), three_subnets(&keyrings, &[(account(1), account(101))]));
    let of = |config: &Value, path: &str| config.pointer(path).cloned().unwrap_or_else(|| panic!("{path} is missing"));
    assert_eq!(of(&named, "/validators/founders/0"), json!(account(1)));
    assert_eq!(of(&named, "/validators/owners/0"), json!(account(101)));
    // Who has no other name is its own owner.
    assert_eq!(of(&named, "/validators/founders/1"), of(&usual, "/validators/founders/1"));
    assert_eq!(of(&named, "/validators/owners/1"), of(&usual, "/validators/founders/1"));
    for founder in 0..keyrings.len() {
        let same = |part: usize| {
            let path = format!("/session/keys/{founder}/{part}");
            of(&named, &path) == of(&usual, &path)
        };
        assert_eq!([0, 1, 2].map(same), [founder > 0, true, true]);
    }
}
