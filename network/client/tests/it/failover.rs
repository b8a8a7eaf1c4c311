//! Connections that break, hang, or lead to the wrong chain.

use crate::support::{
    bounded, connect,
    fake_node::FakeNode,
    ledger,
    proxy::{Mode, Proxy},
    state::State,
    text, DEADLINES,
};
use futures::StreamExt;
use ganglion_client::{Client, ClientError, Deadlines};
use std::time::Duration;

#[tokio::test]
async fn reads_come_from_the_runtime_api() {
    let node = FakeNode::with_state(State::with_subnet(5, 3)).await;
    node.change(|state| state.emission.recycled = 1);
    let client = connect(&[node.url()]).await;
    node.produce();
    assert_eq!(client.best().await.expect("best").number, 1);
    assert_eq!(client.finalized().await.expect("finalised").number, 0);
    assert_eq!(client.block_hash(0).await.expect("hash"), Some(client.genesis_hash()));
    assert_eq!(client.block_hash(9).await.expect("hash"), None);
    assert_eq!(client.health().await.expect("health").peers, 3);
    assert_eq!(client.emission().await.expect("emission").recycled, 1);
    assert_eq!(client.at(client.genesis_hash()).emission().await.expect("emission").recycled, 0, "of another block");
    assert_eq!(client.metagraph(1u16).await.expect("metagraph"), None);
    let graph = client.metagraph(5u16).await.expect("metagraph").expect("it exists");
    assert_eq!(graph, ganglion_primitives::Metagraph { block: 1, ..ledger::graph(5, 3) });
    assert_eq!(client.mismatches().await.expect("shape"), Vec::<String>::new());
    node.change(|state| state.garbled.push("NetworkApi_subnets".into()));
    node.produce();
    let odd = client.subnets().await.expect_err("bytes of another shape");
    assert!(text(&odd).contains("NetworkApi call subnets changed"), "{odd}");
    let gone = client.registration(1u16).await.expect_err("no such method");
    assert!(text(&gone).contains("NetworkApi call registration changed"), "{gone}");
}

#[tokio::test]
async fn a_block_becomes_final_or_another_does_in_its_place() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    // What has two blocks behind it is final here.
    for replaced in [false, true] {
        node.produce();
        let block = client.best().await.expect("best");
        if replaced {
            node.reorganise();
        }
        assert_eq!(client.is_final(block).await.expect("read"), None);
        node.produce();
        node.produce();
        assert_eq!(client.is_final(block).await.expect("read"), Some(!replaced));
    }
}

#[tokio::test]
async fn a_cut_connection_is_replaced() {
    let node = FakeNode::start().await;
    let proxy = Proxy::new(node.address).await;
    let client = connect(&[proxy.url()]).await;
    for _ in 0..5 {
        proxy.cut(Mode::Pass);
        assert_eq!(bounded(client.best()).await.expect("reconnected").number, 0);
    }
}

#[tokio::test]
async fn another_node_takes_over() {
    let node = FakeNode::start().await;
    for mode in [Mode::Refuse, Mode::Stall] {
        let (first, second) = (Proxy::new(node.address).await, Proxy::new(node.address).await);
        let client = connect(&[first.url(), second.url()]).await;
        client.best().await.expect("the first");
        first.cut(mode);
        bounded(client.best()).await.expect("the second");
        first.cut(Mode::Pass);
        second.cut(mode);
        bounded(client.best()).await.expect("the first again");
    }
}

#[tokio::test]
async fn a_dead_first_node_does_not_stop_connecting() {
    let node = FakeNode::start().await;
    let dead = Proxy::new(node.address).await;
    dead.cut(Mode::Stall);
    let client = connect(&[dead.url(), node.url()]).await;
    client.best().await.expect("the second");
}

#[tokio::test]
async fn nothing_waits_for_ever() {
    let node = FakeNode::start().await;
    let proxy = Proxy::new(node.address).await;
    let short = Deadlines { call: Duration::from_secs(2), connect: Duration::from_secs(2), ..DEADLINES };
    let client = bounded(Client::connect_with(&[proxy.url()], DEADLINES)).await.expect("connects");
    let hasty = bounded(Client::connect_with(&[proxy.url()], short)).await.expect("connects");
    for mode in [Mode::Refuse, Mode::Stall] {
        proxy.cut(mode);
        let error = bounded(hasty.best()).await.expect_err("nobody answers");
        assert!(error.is_transient(), "{error}");
        let error = bounded(Client::connect_with(&[proxy.url()], short)).await.expect_err("nobody answers");
        assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    }
    proxy.cut(Mode::Pass);
    bounded(client.best()).await.expect("it is back");
}

/// Sockets that nobody closes would end a program that runs for months.
#[tokio::test]
async fn what_is_given_up_is_closed() {
    let (ours, other) = (FakeNode::start().await, FakeNode::with_genesis(7).await);
    let (good, silent, foreign) =
        (Proxy::new(ours.address).await, Proxy::new(ours.address).await, Proxy::new(other.address).await);
    silent.cut(Mode::Stall);
    let client = connect(&[good.url(), silent.url(), foreign.url()]).await;
    for _ in 0..3 {
        good.cut(Mode::Pass);
        bounded(client.best()).await.expect("reconnected");
    }
    assert!([&good, &silent, &foreign].iter().all(|proxy| proxy.made() >= 3), "each was tried each time");
    let until = async |wanted: [usize; 3]| {
        while [&good, &silent, &foreign].map(Proxy::open) != wanted {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    bounded(until([1, 0, 0])).await;
    drop(client);
    bounded(until([0, 0, 0])).await;
}

#[tokio::test]
async fn bad_addresses_are_told_apart() {
    assert!(matches!(Client::connect(&[]).await, Err(ClientError::NoEndpoints)));
    assert!(matches!(Client::check_urls(&[]), Err(ClientError::NoEndpoints)));
    for url in ["127.0.0.1:9944", "http://127.0.0.1:9944", "ws://", ""] {
        let error = Client::connect(&[url.to_owned()]).await.expect_err("not an address");
        assert!(matches!(error, ClientError::BadUrl { .. }), "{error}");
        let good = "wss://node.example:1".to_owned();
        assert!(Client::check_urls(std::slice::from_ref(&good)).is_ok());
        assert!(matches!(Client::check_urls(&[good, url.to_owned()]), Err(ClientError::BadUrl { .. })));
    }
}

#[tokio::test]
async fn a_node_of_another_chain_is_not_used() {
    let (ours, other) = (FakeNode::start().await, FakeNode::with_genesis(7).await);
    let proxy = Proxy::new(ours.address).await;
    let short = Deadlines { call: Duration::from_secs(3), ..DEADLINES };
    let client = bounded(Client::connect_with(&[proxy.url(), other.url()], short)).await.expect("connects");
    proxy.cut(Mode::Refuse);
    let error = bounded(client.best()).await.expect_err("the only node left serves another chain");
    // The one that is away was tried last, and must not hide the one to remove.
    let ClientError::WrongChain { url, others: Some(others), .. } = &error else { panic!("{error}") };
    assert_eq!(url, &other.url());
    assert!(others.contains(&proxy.url()) && text(&error).contains(others), "both are named: {error}");
    assert!(error.is_transient(), "ours may come back");
    proxy.cut(Mode::Pass);
    bounded(client.best()).await.expect("ours again");
}

#[tokio::test]
async fn a_node_that_has_become_another_chains_is_named() {
    let (ours, other) = (FakeNode::start().await, FakeNode::with_genesis(7).await);
    let proxy = Proxy::new(ours.address).await;
    let short = Deadlines { call: Duration::from_secs(3), ..DEADLINES };
    let client = bounded(Client::connect_with(&[proxy.url()], short)).await.expect("connects");
    // As when a network is made anew behind the same address.
    proxy.lead_to(other.address);
    let error = bounded(client.best()).await.expect_err("another chain answers");
    assert!(text(&error).contains("remove it from the list of nodes") && !error.is_transient(), "{error}");
    let ClientError::WrongChain { url, expected, found, others: None } = error else { panic!("{error}") };
    assert_eq!((url, &expected), (proxy.url(), &hex::encode(client.genesis_hash())));
    assert_ne!(found, expected);
    proxy.lead_to(ours.address);
    bounded(client.best()).await.expect("ours again");
}

#[tokio::test]
async fn heads_outlive_connections() {
    let node = FakeNode::start().await;
    let proxy = Proxy::new(node.address).await;
    let client = connect(&[proxy.url()]).await;
    let (mut best, mut other) = (client.subscribe_best(), client.subscribe_best());
    for round in 1..=3u32 {
        node.produce();
        for heads in [&mut best, &mut other] {
            let head = bounded(async {
                loop {
                    let head = heads.next().await.expect("it doesn't end");
                    if head.number >= round {
                        break head;
                    }
                }
            })
            .await;
            assert_eq!(Some(head.hash), client.block_hash(round).await.expect("hash"), "hashed as the node does");
        }
        proxy.cut(Mode::Pass);
    }
    drop(client);
    bounded(async { while best.next().await.is_some() {} }).await;
}
