//! Four producers, of which one is killed and one is cut off; then newcomers.

use crate::commands;
use crate::nodes::{node::Node, rpc::Rpc, wait::until};
use crate::support::Place;
use crate::views::{agree, all_finalise, best, finalised, peers, program, write};
use std::path::Path;
use std::time::{Duration, Instant};

use ganglion_runtime::Runtime;
use ganglion_specs::LocalSpec;
use serde_json::json;

/// How long the network may take for any one step, on a slow and busy machine.
const STEP: Duration = Duration::from_secs(120);

/// Four producers, a node that syncs from genesis and one that syncs by warp; none runs yet.
///
/// They talk to reserved peers only, and dial no others, so that a test decides who talks to whom. (They take others in as
/// far as numbers go: a node that is told to have no peers answers one request at a time, and refuses the rest.)
fn network(place: &Path, spec: &Path) -> [Node; 6] {
    let node = |name: &str| Node::new(program(), place, spec, name).with(&["--reserved-only", "--out-peers", "0"]);
    let producer = |name: &str| node(name).with(&["--validator", "--force-authoring", &format!("--{name}")]);
    let nodes = [
        producer("alice"),
        producer("bob"),
        producer("charlie"),
        producer("dave"),
        node("genesis").with(&["--sync", "full"]),
        node("warp").with(&["--sync", "warp"]),
    ];
    let addresses: Vec<_> = nodes.iter().map(|node| node.address.clone()).collect();
    let reserve = |node: Node| {
        let own = node.address.clone();
        let others = addresses.iter().filter(|address| **address != own);
        others.fold(node, |node, address| node.with(&["--reserved-nodes", address]))
    };
    nodes.map(reserve)
}

/// Ends all talk between `one` and `others`.
fn part(one: &Node, others: &[&Node]) {
    for other in others {
        one.rpc.call("system_removeReservedPeer", json!([other.peer_id]));
        other.rpc.call("system_removeReservedPeer", json!([one.peer_id]));
    }
}

/// Lets `one` and `others` talk again.
fn join(one: &Node, others: &[&Node]) {
    for other in others {
        one.rpc.call("system_addReservedPeer", json!([other.address]));
        other.rpc.call("system_addReservedPeer", json!([one.address]));
    }
}

/// Total issuance after a block.
fn issuance(rpc: &Rpc, at: &str) -> Result<Option<Vec<u8>>, String> {
    rpc.storage(&pallet_balances::TotalIssuance::<Runtime>::hashed_key(), Some(at))
}

/// The number of the set of voters in force.
fn voters(node: &Node) -> u64 {
    node.rpc.call("grandpa_roundState", json!([]))["setId"].as_u64().expect("a number")
}

#[test]
fn three_of_four_finalise_two_do_not_and_newcomers_find_the_same_chain() {
    let place = Place::bare();
    // Short slots and sessions: the voters change several times within the test.
    let spec = LocalSpec { founders: 4, slot_millis: 500, session_slots: Some(10), ..LocalSpec::default() };
    let spec = write(&spec, &place.file("."));
    let begin = Instant::now();
    let [mut alice, mut bob, mut charlie, mut dave, mut genesis, mut warp] = network(&place.file("."), &spec);
    for node in [&mut alice, &mut bob, &mut charlie, &mut dave] {
        node.spawn();
    }
    all_finalise(&[&alice, &bob, &charlie, &dave], 3, STEP);
    let first_voters = voters(&alice);
    println!("four producers finalise            {:5.1} s", begin.elapsed().as_secs_f64());

    // One dies without a word: three of four go on.
    dave.kill();
    let since = Instant::now();
    let killed_at = finalised(&alice);
    all_finalise(&[&alice, &bob, &charlie], killed_at + 6, STEP);
    println!("6 blocks more with three           {:5.1} s", since.elapsed().as_secs_f64());

    // Another is cut off: both sides write blocks, neither may finalise any.
    part(&charlie, &[&alice, &bob]);
    until("charlie is alone", STEP, || (peers(&charlie) == 0 && peers(&alice) == 1 && peers(&bob) == 1).then_some(()));
    // What was on its way when the connection ended may still count.
    std::thread::sleep(Duration::from_secs(5));
    let stand = [finalised(&alice), finalised(&bob), finalised(&charlie)];
    let heights = [best(&alice), best(&charlie)];
    until("both sides go on writing", STEP, || {
        (best(&alice) >= heights[0] + 8 && best(&charlie) >= heights[1] + 3).then_some(())
    });
    assert_eq!(
        [finalised(&alice), finalised(&bob), finalised(&charlie)],
        stand,
        "a part of the network finalised alone"
    );
    let fork = best(&alice).min(best(&charlie));
    assert_ne!(alice.rpc.hash(fork), charlie.rpc.hash(fork), "each side has its own block {fork}");

    // Together again: one of the two chains is given up, and finality goes on.
    let since = Instant::now();
    let beyond = best(&alice).max(best(&charlie)) + 1;
    join(&charlie, &[&alice, &bob]);
    all_finalise(&[&alice, &bob, &charlie], beyond, STEP);
    println!("finality is back after             {:5.1} s", since.elapsed().as_secs_f64());

    // Who is away for long is no longer counted, so that three of three are enough again.
    let since = Instant::now();
    until("the voters change", 2 * STEP, || (voters(&alice) >= first_voters + 2).then_some(()));
    println!("the dead one is no longer counted  {:5.1} s", since.elapsed().as_secs_f64());

    // The dead comes back with the database that it had.
    let since = Instant::now();
    dave.start();
    assert!(best(&dave) >= killed_at, "what was written before the kill is there");
    let now = finalised(&alice);
    all_finalise(&[&alice, &bob, &charlie, &dave], now + 3, STEP);
    println!("the killed one caught up after     {:5.1} s", since.elapsed().as_secs_f64());
    let height = agree(&[&alice, &bob, &charlie, &dave]);

    // A newcomer executes every block from genesis on.
    let since = Instant::now();
    genesis.start();
    all_finalise(&[&genesis], height, STEP);
    println!("{height} blocks synced from genesis       {:5.1} s", since.elapsed().as_secs_f64());
    let first = alice.rpc.hash(1).expect("block 1");
    assert_eq!(issuance(&genesis.rpc, &first).expect("state of block 1"), issuance(&alice.rpc, &first).expect("state"));

    // Another trusts the proofs of finality and takes the state from its peers: it never sees old states.
    let since = Instant::now();
    warp.start();
    all_finalise(&[&warp], height, STEP);
    println!("{height} blocks synced by warp            {:5.1} s", since.elapsed().as_secs_f64());
    let head = finalised(&warp);
    let hash = warp.rpc.hash(head).expect("its finalised block");
    let state = issuance(&warp.rpc, &hash).expect("its state");
    assert!(state.is_some());
    assert_eq!(state, issuance(&alice.rpc, &hash).expect("alice's state"));
    let old = issuance(&warp.rpc, &first);
    assert!(old.is_err(), "the state of block 1 can only come from executing block 1: {old:?}");

    // Everybody goes on together, and has the same blocks; those of the past reach the newcomer by warp, too.
    let all = [&alice, &bob, &charlie, &dave, &genesis, &warp];
    all_finalise(&all, head + 3, STEP);
    until("the past reaches the newcomer", STEP, || {
        (1..=head).all(|number| warp.rpc.hash(number).is_some()).then_some(())
    });
    println!("six nodes agree on {} finalised blocks, {:.1} s in all", agree(&all), begin.elapsed().as_secs_f64());

    // What an operator's Prometheus collects says so as well.
    let seen = finalised(&alice);
    until("alice's metrics have followed", STEP, || {
        let [height, peers] = alice.metrics(["substrate_block_height", "substrate_sub_libp2p_peers_count"])?;
        (height >= f64::from(seen) && peers >= 3.0).then_some(())
    });

    genesis.kill();
    commands::work_on_the_database_of(&genesis, &spec, &place);
}
