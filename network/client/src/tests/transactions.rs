//! Transactions, with the connection breaking at each step.

use super::{
    bounded, connect,
    fake_node::{nonce, FakeNode},
    key,
    proxy::{Mode, Proxy},
    text,
};
use crate::{Client, ClientError, Inclusion};
use ganglion_primitives::NeuronId;
use std::time::Duration;
use tokio::task::JoinHandle;

fn send(client: &Client) -> JoinHandle<Result<Inclusion, ClientError>> {
    let client = client.clone();
    tokio::spawn(async move { client.set_weights(&key("//Alice"), 1u16, &[(NeuronId(4), 9)], 0).await })
}

/// Produces a block whenever the pool has something, until the transaction has ended.
async fn finish(node: &FakeNode, task: JoinHandle<Result<Inclusion, ClientError>>) -> Result<Inclusion, ClientError> {
    bounded(async {
        while !task.is_finished() {
            if node.pending() > 0 {
                node.produce();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        task.await.expect("no panic")
    })
    .await
}

#[tokio::test]
async fn an_included_transaction_says_where() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let inclusion = finish(&node, send(&client)).await.expect("included");
    assert!(u64::from(inclusion.block_number) <= node.height());
    assert_eq!(client.block_hash(inclusion.block_number).await.expect("hash"), Some(inclusion.block_hash));
    let bytes = hex::decode(node.submitted()[0].trim_start_matches("0x")).expect("hex");
    assert_eq!(inclusion.extrinsic_hash, sp_crypto_hashing::blake2_256(&bytes));
}

#[tokio::test]
async fn registration_by_work_needs_no_signature() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let task =
        tokio::spawn(
            async move { client.register_pow(1u16, key("//Alice").public(), key("//Bob").public(), 77, 1).await },
        );
    finish(&node, task).await.expect("included");
}

#[tokio::test]
async fn a_failure_in_the_block_is_told_in_the_chains_words() {
    let node = FakeNode::start().await;
    node.fail();
    let client = connect(&[node.url()]).await;
    let error = finish(&node, send(&client)).await.expect_err("it failed there");
    assert!(
        text(&error).contains("Weights.TooSoon (Weights were set too short a time ago.)"),
        "name and explanation: {error}"
    );
    assert!(!error.is_transient());
}

#[tokio::test]
async fn a_refusal_is_final_and_says_why() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.refuse(1010, "Inability to pay some fees (e.g. account balance too low)");
    let error = bounded(send(&client)).await.expect("no panic").expect_err("refused");
    assert!(matches!(error, ClientError::Rejected { .. }), "{error}");
    assert!(text(&error).contains("fund or register it"), "{error}");
    node.refuse(1014, "Priority is too low");
    let error = bounded(send(&client)).await.expect("no panic").expect_err("refused");
    assert!(text(&error).contains("another program keeps signing"), "{error}");
}

#[tokio::test]
async fn a_lost_connection_does_not_lose_the_transaction() {
    let node = FakeNode::start().await;
    let proxy = Proxy::new(node.address).await;
    let client = connect(&[proxy.url()]).await;
    let mut submissions = node.submissions();
    let task = send(&client);
    bounded(submissions.recv()).await.expect("submitted");
    // The answer may or may not have passed; the block comes while nobody is connected.
    proxy.cut(Mode::Refuse);
    node.produce();
    node.produce();
    proxy.cut(Mode::Pass);
    bounded(task).await.expect("no panic").expect("found on the chain");
    assert_eq!(node.submitted().len(), 1, "nothing was done twice");
}

#[tokio::test]
async fn a_lost_pool_gets_it_again() {
    let node = FakeNode::start().await;
    let proxy = Proxy::new(node.address).await;
    let client = connect(&[proxy.url()]).await;
    let mut submissions = node.submissions();
    let task = send(&client);
    bounded(submissions.recv()).await.expect("submitted");
    node.lose_pool();
    proxy.cut(Mode::Pass);
    bounded(submissions.recv()).await.expect("submitted again");
    finish(&node, task).await.expect("included");
    let submitted = node.submitted();
    assert!(submitted.iter().all(|bytes| bytes == &submitted[0]), "the same bytes");
}

#[tokio::test]
async fn a_reorganisation_is_noticed() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    for _ in 0..3 {
        node.produce();
    }
    let mut submissions = node.submissions();
    let task = send(&client);
    bounded(submissions.recv()).await.expect("submitted");
    // The block that the search starts behind is replaced, and the transaction goes in behind it.
    node.reorganise();
    finish(&node, task).await.expect("included");
}

#[tokio::test]
async fn one_account_many_transactions() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let tasks: Vec<_> = (0..12).map(|_| send(&client)).collect();
    for task in tasks {
        finish(&node, task).await.expect("included");
    }
    let mut nonces: Vec<_> = node.submitted().iter().map(|bytes| nonce(bytes)).collect();
    nonces.sort_unstable();
    assert_eq!(nonces, (0..12).collect::<Vec<_>>());
}
