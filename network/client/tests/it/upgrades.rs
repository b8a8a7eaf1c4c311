//! Runtimes that change under a running client.

use crate::support::{
    bounded, connect,
    fake_node::{body, FakeNode},
    key,
    metadata::Shape,
    text,
};
use ganglion_client::{Client, ClientError, Inclusion, Write};
use ganglion_keys::PublicKey;
use ganglion_primitives::NeuronId;
use tokio::task::JoinHandle;

fn weights() -> Write {
    Write::set_weights(5, &[(NeuronId(4), 9)], 0)
}

fn send(client: &Client, write: Write) -> JoinHandle<Result<Inclusion, ClientError>> {
    let client = client.clone();
    tokio::spawn(async move { client.send(&key("//Alice"), &write).await })
}

/// Pallet and call of the last submission.
fn last_call(node: &FakeNode) -> Vec<u8> {
    let body = body(node.submitted().last().expect("one"));
    body[1 + 33 + 65 + 2 + 1 + 1..][..2].to_vec()
}

#[tokio::test]
async fn after_an_upgrade_calls_are_encoded_anew() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.finish(send(&client, weights())).await.expect("included");
    assert_eq!(last_call(&node), [23, 0]);
    let planned = client.encode(&weights()).await.expect("encodes");

    node.upgrade(Shape::Moved);
    node.produce();
    node.finish(send(&client, weights())).await.expect("included");
    assert_eq!(last_call(&node), [43, 0], "where the pallet is now");
    assert_ne!(client.encode(&weights()).await.expect("encodes"), planned);
}

#[tokio::test]
async fn a_changed_call_is_named_and_the_others_work() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.finish(send(&client, weights())).await.expect("included");
    node.upgrade(Shape::Changed);
    node.produce();
    let before = node.submitted().len();

    let changed = bounded(send(&client, weights())).await.expect("no panic").expect_err("its arguments are others");
    assert!(
        text(&changed).contains("pallet Weights call set_weights changed: it takes (netuid, dests, values"),
        "{changed}"
    );
    assert!(text(&changed).contains("update the client or the node"), "{changed}");
    let write = Write::reveal_weights(5, &[(NeuronId(4), 9)], [0; 16], 0);
    let gone = bounded(client.send(&key("//Alice"), &write)).await.expect_err("it is gone");
    assert!(text(&gone).contains("pallet Weights call reveal_weights is missing"), "{gone}");
    assert_eq!(node.submitted().len(), before, "nothing was sent");
    assert_eq!(client.mismatches().await.expect("metadata").len(), 2);

    let other = Write::commit_weights(5, [1; 32]);
    node.finish(send(&client, other)).await.expect("unchanged");
    assert_eq!(last_call(&node), [23, 1]);
}

#[tokio::test]
async fn an_argument_of_another_type_is_seen_before_it_is_needed() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    assert_eq!(client.mismatches().await.expect("metadata"), Vec::<String>::new());
    node.upgrade(Shape::Retyped);
    node.produce();
    let found = client.mismatches().await.expect("metadata");
    assert_eq!(found.len(), 2, "{found:?}");
    // No pairs any more; and a number that the highest version doesn't fit into.
    for (sentence, call) in found.iter().zip(["set_weights", "reveal_weights"]) {
        assert!(sentence.contains(&format!("Weights call {call} changed")) && sentence.contains("types"), "{sentence}");
    }
    let error = bounded(client.send(&key("//Alice"), &weights())).await.expect_err("it doesn't fit");
    assert!(text(&error).contains("other types"), "{error}");
}

#[tokio::test]
async fn a_plan_outlives_an_upgrade_or_says_what_changed() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let alice = key("//Alice");
    let plan = client.plan(alice.public(), Write::transfer(PublicKey([3; 32]), 1)).await.expect("plans");
    let doomed = client.plan(alice.public(), weights()).await.expect("plans");
    node.upgrade(Shape::Changed);
    node.produce();
    let task = tokio::spawn(async move { plan.send(&alice).await });
    node.finish(task).await.expect("the call is the same");
    let error = bounded(doomed.send(&key("//Alice"))).await.expect_err("the call is another");
    assert!(text(&error).contains("pallet Weights call set_weights changed"), "{error}");
}

#[tokio::test]
async fn transactions_that_carry_something_unknown_are_not_made() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.upgrade(Shape::Extended);
    node.produce();
    assert_eq!(client.mismatches().await.expect("metadata"), Vec::<String>::new(), "the calls are the same");
    let error = bounded(client.send(&key("//Alice"), &weights())).await.expect_err("nobody knows what to write there");
    assert!(matches!(error, ClientError::Encode { .. }), "{error}");
    let words = text(&error);
    assert!(
        words.starts_with("Weights.set_weights can't be encoded") && words.contains("update the client"),
        "{error}"
    );
    assert_eq!(node.submitted().len(), 0);
}
