//! A producer whose keys are in two nodes at once.

use crate::nodes::{node::Node, wait::until};
use crate::support::Place;
use crate::views::{agree, all_finalise, finalised, program, write};
use std::time::{Duration, Instant};

use codec::Decode;
use ganglion_primitives::{BlockNumber, HotkeyId};
use ganglion_runtime::Runtime;
use ganglion_specs::LocalSpec;
use pallet_validators::{ChillCause, Standing};

const STEP: Duration = Duration::from_secs(120);
/// Alice: genesis names her first.
const ALICE: HotkeyId = HotkeyId(0);

/// Why a hotkey is chilled, as a node's best block has it.
fn chill(node: &Node, hotkey: HotkeyId) -> Option<ChillCause> {
    let key = pallet_validators::Standings::<Runtime>::hashed_key_for(hotkey);
    let standing = node.rpc.storage(&key, None).ok()??;
    Standing::<BlockNumber>::decode(&mut &standing[..]).ok()?.chill.map(|chill| chill.cause)
}

#[test]
fn who_writes_two_blocks_in_one_slot_is_reported_and_chilled() {
    let place = Place::bare();
    let spec = write(&LocalSpec { session_slots: Some(10), ..LocalSpec::default() }, &place.file("."));
    let node = |name: &str, keys: &str| {
        Node::new(program(), &place.file("."), &spec, name).with(&["--validator", "--force-authoring", keys])
    };
    let mut bob = node("bob", "--bob");
    let to_bob = ["--bootnodes", &bob.address.clone()];
    let mut alice = node("alice", "--alice").with(&to_bob);
    let mut twin = node("twin", "--alice").with(&to_bob);
    let since = Instant::now();
    for node in [&mut bob, &mut alice, &mut twin] {
        node.start();
    }
    let cause = until("somebody reports Alice", STEP, || chill(&bob, ALICE));
    assert_eq!(cause, ChillCause::Offence);
    println!("reported after {:.1} s", since.elapsed().as_secs_f64());

    // The report is a transaction that anybody can check: all come to the same verdict, and the chain goes on.
    let beyond = finalised(&bob) + 10;
    let all = [&bob, &alice, &twin];
    all_finalise(&all, beyond, STEP);
    agree(&all);
    assert!(all.iter().all(|node| chill(node, ALICE) == Some(ChillCause::Offence)));
}
