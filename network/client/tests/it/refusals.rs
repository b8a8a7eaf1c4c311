//! What the pool refuses, told in the chain's words.

use crate::support::{bounded, connect, fake_node::FakeNode, key, ledger, state::State, text};
use ganglion_client::{ClientError, Refusal, Retry, Write};
use ganglion_primitives::{info::Limits, NeuronId};

fn weights() -> Write {
    Write::set_weights(5, &[(NeuronId(1), 9)], 0)
}

async fn refused(node: &FakeNode, write: Write) -> ClientError {
    let client = connect(&[node.url()]).await;
    bounded(client.send(&key("//Alice"), &write)).await.expect_err("refused")
}

/// A node where //Alice has seat 0 in subnet 5.
async fn node(limits: Limits) -> FakeNode {
    let mut state = State::with_subnet(5, 3);
    state.limits.insert((5, key("//Alice").public().0), limits);
    FakeNode::with_state(state).await
}

#[tokio::test]
async fn a_code_names_an_error_of_the_calls_pallet() {
    let node = FakeNode::start().await;
    node.refuse(1010, "Custom error: 66");
    let error = refused(&node, weights()).await;
    assert!(
        text(&error).contains(
            "Weights.VersionTooOld (The version key is older than the subnet demands: update the validator.)"
        ),
        "{error}"
    );
    let ClientError::Rejected { refusal: Some(refusal), .. } = error else { panic!("{error}") };
    assert_eq!((refusal.pallet.as_str(), refusal.error.as_str()), ("Weights", "VersionTooOld"));

    let endpoint = ganglion_primitives::Endpoint::new("203.0.113.7:1".parse().expect("address"), 1);
    node.refuse(1010, "Custom error: 64");
    let error = refused(&node, Write::serve_axon(5, endpoint)).await;
    assert!(text(&error).contains("Neurons.RegistrationClosed"), "the same number means another pallet's: {error}");
}

#[tokio::test]
async fn a_code_that_nobody_knows_stays_as_it_is() {
    let node = FakeNode::start().await;
    for (code, words) in [(200, "Custom error: 200"), (50, "Custom error: 50"), (999, "Custom error: 999")] {
        node.refuse(1010, words);
        let error = refused(&node, weights()).await;
        assert!(text(&error).contains(&format!("Custom error: {code}")), "{error}");
    }
    node.refuse(1010, "Custom error: 255");
    let error = refused(&node, weights()).await;
    assert!(text(&error).contains("an error of another pallet"), "{error}");
}

#[tokio::test]
async fn too_early_says_when() {
    let node = node(Limits { set_weights: Some(41), ..ledger::free_limits(0) }).await;
    node.refuse(1010, "Custom error: 11");
    let error = refused(&node, weights()).await;
    // Block 0 is the best one, a block takes 12 s.
    assert_eq!(error.retry(), Some(Retry { block: 41, seconds: 492 }), "{error}");
    assert!(
        text(&error).contains("weights were set not long ago; try again from block 41 on, in about 492 s"),
        "{error}"
    );
}

#[tokio::test]
async fn who_has_no_seat_is_told_so() {
    let node = node(Limits { uid: None, ..ledger::free_limits(0) }).await;
    node.refuse(1010, "Custom error: 11");
    let error = refused(&node, weights()).await;
    assert!(text(&error).contains("has no seat in subnet 5: register it first"), "{error}");
    assert_eq!(error.retry(), None);
}

#[tokio::test]
async fn the_pools_own_words_come_with_advice() {
    let node = FakeNode::start().await;
    node.refuse(1010, "Inability to pay some fees (e.g. account balance too low)");
    let error = refused(&node, weights()).await;
    assert!(matches!(error, ClientError::Rejected { .. }), "{error}");
    assert!(text(&error).contains("fund or register it"), "{error}");
    node.refuse(1012, "Transaction is temporarily banned");
    assert!(text(&refused(&node, weights()).await).contains("half an hour"));
}

#[tokio::test]
async fn refused_work_is_explained() {
    let node = FakeNode::start().await;
    node.refuse(1010, "Custom error: 1");
    let client = connect(&[node.url()]).await;
    let (hot, cold) = (key("//Alice").public(), key("//Bob").public());
    let error = bounded(client.register_pow(5u16, cold, hot, 1, 1)).await.expect_err("no work was done");
    assert!(text(&error).contains("solve again"), "{error}");
}

#[test]
fn refusals_are_written_like_the_metadata() {
    let refusal = Refusal { pallet: "Weights".into(), error: "AllZero".into(), docs: String::new() };
    assert_eq!(refusal.to_string(), "Weights.AllZero");
}
