//! Blocks on demand.

use crate::commands;
use crate::nodes::{node::Node, wait::until};
use crate::support::Place;
use crate::views::{best, finalised, program, write};
use std::time::Duration;

use codec::Decode;
use ganglion_primitives::{AccountId, TAO};
use ganglion_runtime::signing::Chain;
use ganglion_runtime::{Runtime, RuntimeCall};
use ganglion_specs::LocalSpec;
use serde_json::json;
use sp_core::{sr25519, Pair};

const LIMIT: Duration = Duration::from_secs(60);

fn alice() -> sr25519::Pair {
    sr25519::Pair::from_string("//Alice", None).expect("a well-known key")
}

/// A chain of one producer, on which Alice has 1 000 TAO.
fn sealed(place: &Place, how: &str) -> Node {
    let endowed = vec![(AccountId::from(alice().public()), 1_000 * TAO)];
    let spec = write(&LocalSpec { founders: 1, endowed, ..LocalSpec::default() }, &place.file("."));
    let mut node = Node::new(program(), &place.file("."), &spec, "alice").with(&["--alice", "--sealing", how]);
    node.start();
    node
}

/// The time of the best block, milliseconds.
fn time(node: &Node) -> u64 {
    let now = node.rpc.storage(&pallet_timestamp::Now::<Runtime>::hashed_key(), None).expect("an answer");
    u64::decode(&mut &now.expect("a time")[..]).expect("a number")
}

#[test]
fn a_block_comes_when_it_is_asked_for_and_its_time_is_the_next_slots() {
    let place = Place::bare();
    let node = sealed(&place, "manual");
    let order = || node.rpc.call("engine_createBlock", json!([true, true, null]));
    // The first block has the clock's time, the second the next slot's or half a slot later than the first, whichever is
    // later; from there on slots count.
    for _ in 1..=3 {
        order();
    }
    let third = time(&node);
    assert_eq!(third % 1_000, 0);
    // Through several sessions (60 slots each), far faster than the clock.
    for number in 4..=150 {
        order();
        assert_eq!((best(&node), finalised(&node)), (number, number));
    }
    assert_eq!(time(&node), third + 147 * 1_000);
}

#[test]
fn a_transaction_gets_a_block_at_once() {
    let place = Place::bare();
    let node = sealed(&place, "instant");
    assert_eq!(best(&node), 0, "nothing asked for a block");
    let chain = Chain::new(node.rpc.hash(0).expect("genesis").parse().expect("a hash"));
    for nonce in 0..3 {
        let dest = AccountId::from([nonce as u8 + 1; 32]).into();
        let call = RuntimeCall::Balances(pallet_balances::Call::transfer_allow_death { dest, value: TAO });
        let before = best(&node);
        node.rpc.submit(&chain.sign(call, &alice(), nonce)).expect("the pool takes it");
        until("the transfer is in a finalised block", LIMIT, || (finalised(&node) > before).then_some(()));
        let account = frame_system::Account::<Runtime>::hashed_key_for(AccountId::from([nonce as u8 + 1; 32]));
        assert!(node.rpc.storage(&account, None).expect("an answer").is_some(), "the account has its TAO");
    }
}

#[test]
fn what_can_not_go_with_sealing_is_refused_in_words() {
    let place = Place::bare();
    let refused = |options: &[&str], words: &[&str]| {
        let ended = commands::node(&place, &[&["--tmp", "--no-mdns", "--rpc-port", "0"][..], options].concat());
        assert_ne!(ended.code, Some(0), "{ended:?}");
        for word in words {
            assert!(ended.stderr.contains(word), "{word:?} is missing: {ended:?}");
        }
        assert!(!ended.stderr.contains("panicked"), "{ended:?}");
    };
    refused(&["--chain", "local", "--sealing", "instant"], &["one producer", "`ganglion_local` has 2", "--dev"]);
    refused(
        &["--dev", "--sealing", "manual", "--force-authoring"],
        &["--sealing", "--force-authoring", "cannot be used"],
    );
    refused(&["--dev", "--sealing", "manual", "--sync", "warp"], &["--sealing", "--sync"]);
    refused(&["--dev", "--sealing", "daily"], &["instant", "manual"]);
}
