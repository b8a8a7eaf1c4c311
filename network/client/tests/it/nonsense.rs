//! Nodes that refuse, and answers that make no sense: each is told in a sentence, and none is believed.

use crate::support::{
    bounded, connect,
    fake_node::FakeNode,
    key,
    metadata::{self as m, RuntimeCall, RuntimeEvent, SystemEvent},
    state::State,
    text, DEADLINES,
};
use codec::Encode;
use ganglion_client::{Client, ClientError, Deadlines, Follow, Step};
use ganglion_primitives::{NetUid, NeuronId};
use serde_json::{json, Value};
use std::time::Duration;

async fn refused(node: &FakeNode) -> ClientError {
    let short = Deadlines { connect: Duration::from_secs(3), ..DEADLINES };
    bounded(Client::connect_with(&[node.url()], short)).await.expect_err("of no use")
}

/// Checks that the answer of `method` can't be read, and that the error names it.
fn unreadable<T>(method: &str, result: Result<T, ClientError>) {
    let Err(error) = result else { panic!("{method} was believed") };
    assert!(matches!(error, ClientError::Answer { .. }) && !error.is_transient(), "{method}: {error}");
    assert!(text(&error).contains(&format!("answer to {method} can't be read")), "{method}: {error}");
}

#[tokio::test]
async fn a_refusal_is_told_in_the_nodes_words_but_not_at_its_length() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.fault("system_health", -32_000, "no ".repeat(1_000));
    let error = bounded(client.health()).await.expect_err("refused");
    assert!(matches!(error, ClientError::Rpc { code: -32_000, .. }) && !error.is_transient(), "{error}");
    assert!(text(&error).contains("refused system_health: no no") && text(&error).len() < 600, "{error}");
}

#[tokio::test]
async fn what_makes_no_sense_is_not_believed() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.produce();
    let best = client.best().await.expect("best");
    node.answer("system_health", json!({"peers": -1, "isSyncing": "no"}));
    unreadable("system_health", bounded(client.health()).await);
    node.answer("state_getStorage", json!("0xzz"));
    unreadable("state_getStorage", bounded(client.at(best.hash).events()).await);
    // 2³⁰ − 1 events of which none is there, one without a pallet, and one of a pallet that isn't there.
    for events in ["0xfeffffff", "0x0402", "0x0402ffff"] {
        node.answer("state_getStorage", json!(events));
        unreadable("System.Events", bounded(client.at(best.hash).events()).await);
    }
    node.answer("chain_getFinalizedHead", json!(7));
    unreadable("chain_getFinalizedHead", bounded(client.finalized()).await);
    for header in [json!("a header"), Value::Null, json!({"number": "0x1"})] {
        node.answer("chain_getHeader", header);
        unreadable("chain_getHeader", bounded(client.best()).await);
    }
    node.answer("chain_getBlockHash", json!("0x12"));
    unreadable("chain_getBlockHash", bounded(client.block_hash(1)).await);
    let unnamed = bounded(client.latest().events()).await.expect_err("of which block?");
    assert!(matches!(unnamed, ClientError::Argument { .. }), "{unnamed}");
}

/// An extrinsic without a signature.
fn bare(call: &[u8]) -> Vec<u8> {
    [&[5u8][..], call].concat().encode()
}

#[tokio::test]
async fn extrinsics_that_lie_stay_bytes_and_do_no_harm() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let dissolve = RuntimeCall::Subnets(m::Subnets::dissolve { netuid: NetUid(5) }).encode();
    let batch = RuntimeCall::Utility(m::Utility::batch_all { calls: Vec::new() }).encode();
    // Each batch of these has one call in it: the next. The longer one would only be looked through.
    let deep = |levels| bare(&[[batch[0], batch[1], 4].repeat(levels), dissolve.clone()].concat());
    let extrinsics = [
        bare(&dissolve),
        deep(20_000),
        deep(100_000),
        bare(&[&batch[..2], &[0xfe, 0xff, 0xff, 0xff][..]].concat()),
        bare(&dissolve[..3]),
        bare(&[&dissolve[..], &[9u8][..]].concat()),
        [&[7u8][..], &dissolve[..]].concat().encode(),
        vec![200],
        Vec::new(),
    ];
    extrinsics.iter().for_each(|extrinsic| node.put(extrinsic));
    node.produce();
    let best = client.best().await.expect("best");
    node.answer("chain_getBlockHash", json!([format!("0x{}", hex::encode(best.hash))]));
    let block = bounded(client.blocks(best.number, 1, 1)).await.expect("read").remove(0);
    assert_eq!(block.extrinsics.len(), extrinsics.len());
    for (index, (row, bytes)) in block.extrinsics.iter().zip(&extrinsics).enumerate() {
        let length = bytes.len();
        let (pallet, call, args) = match index {
            0 => ("Subnets", "dissolve", json!({ "netuid": 5 })),
            1 | 2 => {
                let args = json!({ "omitted_bytes": length, "unreadable": "it is nested too deeply" });
                ("Utility", "batch_all", args)
            }
            _ => ("", "", json!({ "omitted_bytes": length })),
        };
        assert_eq!((row.pallet.as_str(), row.call.as_str(), &row.args), (pallet, call, &args), "{index}");
        assert_eq!((row.success, row.signer), (Some(true), None), "events tell of all: {index}");
    }
}

/// A block's events, hexadecimal: this one of [`m::ENDLESS`], then that its first transaction did well.
fn events(first: &[u8]) -> Value {
    let success = RuntimeEvent::System(SystemEvent::ExtrinsicSuccess { dispatch_info: 0 }).encode();
    let first = [&[m::ENDLESS][..], first].concat();
    // The phase, with the transaction's number in it, goes before each event; behind it are its topics, of which it has none.
    let records = [first, success].map(|event| [&[0; 5][..], &event[..], &[0][..]].concat());
    json!(format!("0x{}", hex::encode([vec![8], records.concat()].concat())))
}

/// Events whose fields are nested deeply, or so many that counting them takes long.
fn endless() -> [Value; 3] {
    let dissolve = RuntimeCall::Subnets(m::Subnets::dissolve { netuid: NetUid(5) }).encode();
    let batch = RuntimeCall::Utility(m::Utility::batch_all { calls: Vec::new() }).encode();
    // A list of one call, in which there is a list of one call.
    let deep = |levels| [vec![0, 4], [batch[0], batch[1], 4].repeat(levels), dissolve.clone()].concat();
    // 2³⁰ − 1 of what takes no bytes.
    [deep(100), deep(100_000), vec![1, 0xfe, 0xff, 0xff, 0xff]].map(|lie| events(&lie))
}

#[tokio::test]
async fn events_that_have_no_end_tell_no_outcome() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.make_haste();
    let send = async |told: Value| {
        node.answer("state_getStorage", told);
        bounded(client.set_weights(&key("//Alice"), 1u16, &[(NeuronId(4), 9)], 0)).await
    };
    for none in [[0u8, 0], [1, 0]] {
        send(events(&none)).await.expect("an empty list is no lie");
    }
    for told in endless() {
        unreadable("System.Events", send(told).await);
    }
}

#[tokio::test]
async fn events_that_have_no_end_are_not_followed() {
    let node = FakeNode::with_state(State::with_subnet(5, 3)).await;
    let client = connect(&[node.url()]).await;
    let mut feed = bounded(client.metagraph_feed(5u16, Follow::Best)).await.expect("loads");
    let mut steps = Vec::new();
    for told in [events(&[0, 0])].into_iter().chain(endless()) {
        node.answer("state_getStorage", told);
        node.produce();
        steps.push(bounded(feed.next()).await.expect("follows").clone());
    }
    let loaded = Step::Loaded("an event couldn't be read");
    assert_eq!(steps, [Step::Applied { blocks: 1, changes: 0 }, loaded.clone(), loaded.clone(), loaded]);
}

#[tokio::test]
async fn a_description_of_the_runtime_must_be_one() {
    for metadata in [json!("0x00"), json!("0xzz"), json!("0x6d65746110"), json!(7)] {
        let node = FakeNode::start().await;
        node.answer("state_getMetadata", metadata);
        unreadable("state_getMetadata", Err::<(), _>(refused(&node).await));
    }
    // One by which encoding a number would never end.
    let node = FakeNode::start().await;
    node.upgrade(m::Shape::Endless);
    node.produce();
    unreadable("state_getMetadata", Err::<(), _>(refused(&node).await));
    let node = FakeNode::start().await;
    node.answer("state_getRuntimeVersion", Value::Null);
    unreadable("state_getRuntimeVersion", Err::<(), _>(refused(&node).await));
}

#[tokio::test]
async fn names_in_a_description_of_the_runtime_drive_no_terminal() {
    let node = FakeNode::start().await;
    let [name, escape] = ["dests", "\u{1b}[2Js"].map(hex::encode);
    node.answer("state_getMetadata", json!(m::metadata(m::Shape::Changed).replace(&name, &escape)));
    let client = connect(&[node.url()]).await;
    let found = bounded(client.mismatches()).await.expect("metadata").remove(0);
    assert!(found.contains("it takes (netuid,  [2Js, values, version_key)"), "{found:?}");
}

#[tokio::test]
async fn a_chain_without_our_runtime_api_or_with_another_is_named() {
    let id = format!("0x{}", hex::encode(sp_crypto_hashing::blake2_64(b"NetworkApi")));
    for (apis, words) in [
        (json!([]), "no runtime API NetworkApi"),
        (json!([[id, 2]]), "NetworkApi is at version 2, this client knows 1"),
    ] {
        let node = FakeNode::start().await;
        node.answer("state_getRuntimeVersion", json!({"specVersion": 1, "transactionVersion": 1, "apis": apis}));
        let error = refused(&node).await;
        assert!(matches!(error, ClientError::Shape { .. }) && !error.is_transient(), "{error}");
        assert!(text(&error).contains(words) && text(&error).contains("update the client or the node"), "{error}");
    }
}

#[tokio::test]
async fn a_node_without_a_first_block_is_no_node() {
    for (genesis, words) in [(Value::Null, "no block 0"), (json!("0x12"), "the genesis hash is not a hash")] {
        let node = FakeNode::start().await;
        node.answer("chain_getBlockHash", genesis);
        let error = refused(&node).await;
        assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
        assert!(text(&error).contains(words), "{error}");
    }
}

#[tokio::test]
async fn what_nobody_expects_in_storage_is_not_followed_to_its_end() {
    let node = FakeNode::start().await;
    node.upgrade(m::Shape::Deep);
    node.produce();
    let client = connect(&[node.url()]).await;
    let dissolve = RuntimeCall::Subnets(m::Subnets::dissolve { netuid: NetUid(5) }).encode();
    let batch = RuntimeCall::Utility(m::Utility::batch_all { calls: Vec::new() }).encode();
    for levels in [100, 100_000] {
        // No proxies, and calls within calls where their deposit should be.
        let row = [vec![0], [batch[0], batch[1], 4].repeat(levels), dissolve.clone()].concat();
        node.answer("state_getStorage", json!(format!("0x{}", hex::encode(row))));
        let error = bounded(client.latest().proxies(&ganglion_keys::PublicKey([1; 32]))).await.expect_err("no deposit");
        assert!(matches!(error, ClientError::Shape { .. }), "{error}");
        assert!(text(&error).contains("Proxies changed: it is nested too deeply"), "{error}");
    }
}
