//! Transactions, with the connection breaking at each step.

use crate::support::{
    bounded, connect,
    fake_node::{nonce, FakeNode},
    key,
    proxy::{Mode, Proxy},
    text, DEADLINES,
};
use ganglion_client::{Client, ClientError, Deadlines, Inclusion, Retry, SignError, Signer, Write};
use ganglion_keys::{PublicKey, Signature};
use ganglion_primitives::NeuronId;
use std::{
    sync::{mpsc, Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Notify, task::JoinHandle};

type Task = JoinHandle<Result<Inclusion, ClientError>>;

fn send(client: &Client) -> Task {
    let client = client.clone();
    tokio::spawn(async move { client.set_weights(&key("//Alice"), 1u16, &[(NeuronId(4), 9)], 0).await })
}

/// [`send`] of a call that nobody signs.
fn register(client: &Client) -> Task {
    let client = client.clone();
    let (coldkey, hotkey) = (key("//Alice").public(), key("//Bob").public());
    tokio::spawn(async move { client.register_pow(1u16, coldkey, hotkey, 77, 1).await })
}

/// Waits until the transaction's answer has arrived: only whoever waits for a block follows heads.
async fn answered(node: &FakeNode, task: &Task) {
    bounded(async {
        while node.followers() == 0 && !task.is_finished() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_included_transaction_says_where() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let inclusion = node.finish(send(&client)).await.expect("included");
    assert!(u64::from(inclusion.block_number) <= node.height());
    assert_eq!(client.block_hash(inclusion.block_number).await.expect("hash"), Some(inclusion.block_hash));
    let bytes = hex::decode(node.submitted()[0].trim_start_matches("0x")).expect("hex");
    assert_eq!(inclusion.extrinsic_hash, sp_crypto_hashing::blake2_256(&bytes));
}

#[tokio::test]
async fn registration_by_work_needs_no_signature() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.finish(register(&client)).await.expect("included");
}

#[tokio::test]
async fn a_failure_in_the_block_is_told_in_the_chains_words() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    // `TooSoon`, and 300 blocks to wait.
    node.fail(23, [3, 44, 1, 0]);
    let error = node.finish(send(&client)).await.expect_err("it failed there");
    let words = "Weights.TooSoon (Weights were set not long ago: wait that many blocks.); try again from block";
    assert!(text(&error).contains(words), "name, explanation and time: {error}");
    assert!(!error.is_transient());
    let ClientError::Failed { block, .. } = error else { panic!("{error}") };
    assert_eq!(error.retry(), Some(Retry { block: block + 300, seconds: 3_600 }), "12 s a block");
    // Any pallet's wait is told: `TakeRaisedTooSoon`, 65 536 blocks.
    node.fail(20, [0, 0, 0, 1]);
    let error = node.finish(send(&client)).await.expect_err("it failed there");
    assert!(text(&error).contains("Staking.TakeRaisedTooSoon (The take was changed not long ago"), "{error}");
    let ClientError::Failed { block, .. } = error else { panic!("{error}") };
    assert_eq!(error.retry().map(|retry| retry.block), Some(block + 65_536), "{error}");
}

#[tokio::test]
async fn what_another_program_signs_does_not_stop_us() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.race(2);
    node.finish(send(&client)).await.expect("included in the end");
    let nonces: Vec<_> = node.submitted().iter().map(|bytes| nonce(bytes)).collect();
    assert_eq!(nonces, [0, 1, 2], "each attempt with the next nonce");
    node.race(u64::MAX);
    let error = bounded(send(&client)).await.expect("no panic").expect_err("always too late");
    assert!(text(&error).contains("another program keeps signing"), "{error}");
    assert_eq!(node.submitted().len(), 3 + 4, "four attempts");
}

#[tokio::test]
async fn what_no_block_takes_expires() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let mut submissions = node.submissions();
    let task = send(&client);
    bounded(submissions.recv()).await.expect("submitted");
    node.lose_pool();
    for _ in 0..=128 {
        node.produce();
    }
    let error = bounded(task).await.expect("no panic").expect_err("it is nowhere");
    assert!(matches!(error, ClientError::NotIncluded { until: 128, .. }), "{error}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn what_no_block_takes_in_time_may_still_go_in() {
    let node = FakeNode::start().await;
    let short = Deadlines { inclusion: Duration::from_secs(3), ..DEADLINES };
    let client = bounded(Client::connect_with(&[node.url()], short)).await.expect("connects");
    let error = bounded(send(&client)).await.expect("no panic").expect_err("no block comes");
    assert!(matches!(error, ClientError::Timeout { seconds: 3, .. }) && error.is_transient(), "{error}");
    assert!(text(&error).contains("it may still go in"), "{error}");
    node.produce();
    assert_eq!((node.submitted().len(), node.included()), (1, 1), "and it does");
}

/// Signs for //Alice when it is told to, as an agent does that asks a person.
struct Slow {
    asked: Arc<Notify>,
    told: Mutex<mpsc::Receiver<()>>,
}

impl Signer for Slow {
    fn public(&self) -> PublicKey {
        key("//Alice").public()
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        self.asked.notify_one();
        let wait = || self.told.lock().expect("lock").recv_timeout(Duration::from_secs(60));
        tokio::task::block_in_place(wait).map_err(|error| SignError::new(error.to_string()))?;
        Ok(key("//Alice").sign(message))
    }
}

// Several threads, since the signer blocks one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_ever_for_an_accounts_earlier_transactions() {
    let node = FakeNode::start().await;
    let short = Deadlines { inclusion: Duration::from_secs(3), ..DEADLINES };
    let client = bounded(Client::connect_with(&[node.url()], short)).await.expect("connects");
    let mut submissions = node.submissions();
    let asked = Arc::new(Notify::new());
    let (tell, told) = mpsc::channel();
    let slow = Slow { asked: asked.clone(), told: Mutex::new(told) };
    let (sender, write) = (client.clone(), Write::set_weights(1u16, &[(NeuronId(4), 9)], 0));
    let first = tokio::spawn(async move { sender.send(&slow, &write).await });
    bounded(asked.notified()).await;
    let error = bounded(send(&client)).await.expect("no panic").expect_err("the first is still being signed");
    assert!(matches!(error, ClientError::Timeout { seconds: 3, .. }) && error.is_transient(), "{error}");
    assert!(text(&error).contains("earlier transactions of the account that signs Weights.set_weights"), "{error}");
    assert!(node.submitted().is_empty(), "it was not signed out of turn");
    // The first goes on where it was; by now it is too late to wait for its block.
    tell.send(()).expect("it waits");
    bounded(submissions.recv()).await.expect("submitted");
    let error = bounded(first).await.expect("no panic").expect_err("no block comes");
    assert!(matches!(error, ClientError::Timeout { .. }) && node.submitted().len() == 1, "{error}");
}

#[tokio::test]
async fn the_socket_may_die_at_every_step() {
    // The connection dies once after each number of bytes that the client could have been told.
    let node = FakeNode::start().await;
    for patience in [0, 5, 10, 20, 40, 80] {
        let proxy = Proxy::new(node.address).await;
        let client = connect(&[proxy.url()]).await;
        let before = node.included();
        let task = send(&client);
        tokio::time::sleep(Duration::from_millis(patience)).await;
        proxy.cut(Mode::Pass);
        node.finish(task).await.expect("included");
        assert_eq!(node.included(), before + 1, "once, after {patience} ms");
    }
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
    node.finish(task).await.expect("included");
    let submitted = node.submitted();
    assert!(submitted.iter().all(|bytes| bytes == &submitted[0]), "the same bytes");
}

#[tokio::test]
async fn a_second_node_that_will_not_have_it_is_no_refusal() {
    let node = FakeNode::start().await;
    let proxy = Proxy::new(node.address).await;
    let client = connect(&[proxy.url()]).await;
    let mut submissions = node.submissions();
    let task = send(&client);
    bounded(submissions.recv()).await.expect("submitted");
    answered(&node, &task).await;
    node.refuse(1012, "Transaction is temporarily banned");
    proxy.cut(Mode::Pass);
    bounded(submissions.recv()).await.expect("offered to the second");
    assert!(!task.is_finished(), "the first still has it");
    node.finish(task).await.expect("included");
    assert_eq!((node.included(), node.submitted().len()), (1, 1), "once");
}

#[tokio::test]
async fn a_second_node_that_turns_down_what_the_first_has_is_no_refusal() {
    // 1016 is the code of a pool that is full.
    for (code, words) in [(1012, "Transaction is temporarily banned"), (1016, "Immediately dropped")] {
        for begin in [send as fn(&Client) -> Task, register] {
            let node = FakeNode::start().await;
            let proxy = Proxy::new(node.address).await;
            let client = connect(&[proxy.url()]).await;
            let mut submissions = node.submissions();
            node.lose_answer();
            let task = begin(&client);
            bounded(submissions.recv()).await.expect("submitted");
            // The first has it and couldn't say so; no block has it yet.
            node.refuse(code, words);
            proxy.cut(Mode::Pass);
            bounded(submissions.recv()).await.expect("offered to the second");
            answered(&node, &task).await;
            assert!(!task.is_finished(), "the first still has it");
            node.finish(task).await.expect("included");
            assert_eq!((node.included(), node.submitted().len()), (1, 1), "once");
        }
    }
}

#[tokio::test]
async fn what_a_block_took_while_the_answer_was_lost_is_found() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    node.make_haste();
    let inclusion = bounded(send(&client)).await.expect("no panic").expect("banned, because a block has it");
    assert_eq!((inclusion.block_number, node.included()), (1, 1));
    // So for a call that nobody signs.
    let inclusion = bounded(register(&client)).await.expect("no panic").expect("a block has it");
    assert_eq!((inclusion.block_number, node.included()), (2, 2));
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
    node.finish(task).await.expect("included");
}

#[tokio::test]
async fn one_account_many_transactions() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let tasks: Vec<_> = (0..12).map(|_| send(&client)).collect();
    for task in tasks {
        node.finish(task).await.expect("included");
    }
    let mut nonces: Vec<_> = node.submitted().iter().map(|bytes| nonce(bytes)).collect();
    nonces.sort_unstable();
    assert_eq!(nonces, (0..12).collect::<Vec<_>>());
}
