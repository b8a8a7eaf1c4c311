//! Finality stops, and the chain goes on.

use crate::nodes::{node::Node, wait::until};
use crate::support::Place;
use crate::views::{best, finalised, program, write};
use std::time::Duration;

use ganglion_primitives::{AccountId, TAO};
use ganglion_runtime::signing::Chain;
use ganglion_runtime::{Runtime, RuntimeCall};
use ganglion_specs::LocalSpec;
use sp_core::{sr25519, Pair};

/// How long any one step may take, on a slow and busy machine.
const STEP: Duration = Duration::from_secs(180);
/// Slots of a session.
const SESSION: u64 = 10;
/// So many unfinalised blocks, less fifty and halved, are the slots for which the SDK's producers would pause: more than a
/// session has. Each block would be the first of one, in which there is no room for transactions.
const FAR: u32 = 50 + 2 * (SESSION as u32 + 1);

#[test]
fn where_nothing_becomes_final_transactions_still_find_room() {
    let place = Place::bare();
    let payer = sr25519::Pair::from_string("//Alice", None).expect("a well-known key");
    let endowed = vec![(AccountId::from(payer.public()), 1_000 * TAO)];
    // Two producers finalise together, and one of them never comes.
    let spec = LocalSpec { slot_millis: 250, session_slots: Some(SESSION), endowed, ..LocalSpec::default() };
    let spec = write(&spec, &place.file("."));
    let alice = Node::new(program(), &place.file("."), &spec, "alice");
    let mut alice = alice.with(&["--validator", "--force-authoring", "--alice"]);
    alice.start();
    until("alice is far ahead of finality", STEP, || (best(&alice) >= FAR).then_some(()));

    let chain = Chain::new(alice.rpc.hash(0).expect("genesis").parse().expect("a hash"));
    let payee = AccountId::from([7; 32]);
    let dest = payee.clone().into();
    let call = RuntimeCall::Balances(pallet_balances::Call::transfer_allow_death { dest, value: TAO });
    alice.rpc.submit(&chain.sign(call, &payer, 0)).expect("the pool takes it");
    let account = frame_system::Account::<Runtime>::hashed_key_for(payee);
    until("the transfer is in a block", STEP, || alice.rpc.storage(&account, None).ok()?);
    assert_eq!(finalised(&alice), 0, "a half of the voters finalised");
}
