//! Who answers when miners fail, hang or vanish.

use super::{
    bounded, config, content,
    miners::{listed, Mood, TestMiner},
    read, Gateway,
};
use ganglion_gateway::GatewayConfig;
use serde_json::json;
use std::time::Duration;

/// An hour: a limit that a test must not reach.
const NEVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn the_best_miner_answers_and_alone() {
    let (first, second) = (TestMiner::start(1, Mood::Answer).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = Gateway::with(GatewayConfig { hedge: NEVER, ..config() }, &[&second, &first]).await;
    for _ in 0..5 {
        assert_eq!(content(&gateway.ask("hi").await.1), "miner 2: hi");
    }
    assert_eq!((first.asked(), second.asked()), (0, 5));
    gateway.stop().await;
}

#[tokio::test]
async fn the_next_miner_answers_when_one_fails() {
    let good = TestMiner::start(9, Mood::Answer).await;
    for mood in [Mood::Fail, Mood::Busy, Mood::Refuse, Mood::Say(" \n ".into())] {
        let bad = TestMiner::start(1, mood.clone()).await;
        let gateway = Gateway::with(GatewayConfig { hedge: NEVER, ..config() }, &[&bad, &good]).await;
        let (status, body) = gateway.ask("hi").await;
        assert_eq!((status, content(&body)), (200, "miner 9: hi"), "{mood:?}");
        assert_eq!(body["ganglion"]["attempts"], 2);
        gateway.stop().await;
    }
}

#[tokio::test]
async fn nothing_on_this_machine_is_called_on_a_strangers_word() {
    let careful = GatewayConfig { public_addresses_only: true, ..config() };
    let gateway = Gateway::start(careful).await;
    let service = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    service.set_nonblocking(true).expect("it doesn't wait");
    let miner = TestMiner::start(1, Mood::Answer).await;
    let mut miners = listed(&[&miner, &miner]);
    miners[0].address = service.local_addr().expect("an address");
    let named = format!("text:{}", miner.hotkey.to_ss58());
    gateway.directory.tell(miners);
    // Some looks at ports later.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (status, body) = gateway.ask("hi").await;
    assert_eq!(status, 503);
    assert!(body["error"]["message"].as_str().expect("text").contains("--private-addresses"), "{body}");
    let by_name = json!({ "model": named, "messages": [{ "role": "user", "content": "hi" }] });
    assert_ne!(gateway.send(by_name).await.0, 200);
    assert_eq!(miner.asked(), 0);
    assert!(service.accept().is_err(), "somebody knocked");
    gateway.stop().await;
}

#[tokio::test]
async fn a_killed_miner_is_replaced_at_once() {
    let (mut first, second) = (TestMiner::start(1, Mood::Answer).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = Gateway::with(GatewayConfig { hedge: NEVER, ..config() }, &[&first, &second]).await;
    assert_eq!(content(&gateway.ask("hi").await.1), "miner 1: hi");
    first.kill().await;
    assert_eq!(content(&gateway.ask("hi").await.1), "miner 2: hi");
    gateway.stop().await;
}

#[tokio::test]
async fn a_late_miner_gets_company() {
    let (first, second) = (TestMiner::start(1, Mood::Hang).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = Gateway::with(GatewayConfig { deadline: NEVER, ..config() }, &[&first, &second]).await;
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, content(&body)), (200, "miner 2: hi"));
    assert_eq!(first.asked(), 1, "the best was asked first");
    let metrics = bounded(gateway.get("/metrics").await.text()).await.expect("text");
    assert!(metrics.contains(r#"ganglion_gateway_hedges_total{subnet="text"} 1"#), "{metrics}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_failing_miner_is_left_alone_and_then_tried_again() {
    let (first, second) = (TestMiner::start(1, Mood::Fail).await, TestMiner::start(2, Mood::Answer).await);
    let patient = GatewayConfig { pause: NEVER, hedge: NEVER, ..config() };
    let gateway = Gateway::with(patient.clone(), &[&first, &second]).await;
    for _ in 0..6 {
        assert_eq!(content(&gateway.ask("hi").await.1), "miner 2: hi");
    }
    assert_eq!(first.asked(), 3, "three failures are enough");
    let network = read(gateway.get("/v1/network").await).await;
    assert_eq!((&network["miners"][0]["paused"], &network["miners"][1]["paused"]), (&json!(true), &json!(false)));
    second.turn(Mood::Fail);
    first.turn(Mood::Answer);
    assert_eq!(content(&gateway.ask("hi").await.1), "miner 1: hi", "as a last resort it is asked all the same");
    gateway.stop().await;

    let (first, second) = (TestMiner::start(1, Mood::Fail).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = Gateway::with(GatewayConfig { pause: Duration::ZERO, ..patient }, &[&first, &second]).await;
    for _ in 0..4 {
        gateway.ask("hi").await;
    }
    first.turn(Mood::Answer);
    assert_eq!(content(&gateway.ask("hi").await.1), "miner 1: hi", "its pause is over");
    gateway.stop().await;
}

#[tokio::test]
async fn without_an_answer_the_error_says_why() {
    let gateway = Gateway::start(config()).await;
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["error"]["code"]), (503, &json!("no_miners")), "the chain hasn't been read");
    gateway.directory.tell(Vec::new());
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["error"]["code"]), (503, &json!("no_miners")), "nobody has registered");

    let miner = TestMiner::start(1, Mood::Fail).await;
    gateway.directory.tell(listed(&[&miner]));
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["error"]["code"]), (502, &json!("miners_failed")));
    miner.turn(Mood::Refuse);
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["error"]["type"]), (400, &json!("invalid_request_error")));
    assert!(body["error"]["message"].as_str().expect("text").contains("too many words"), "{body}");
    gateway.stop().await;

    miner.turn(Mood::Hang);
    let hasty = GatewayConfig { deadline: Duration::from_millis(500), ..config() };
    let gateway = Gateway::with(hasty, &[&miner]).await;
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["error"]["code"]), (504, &json!("deadline")));
    gateway.stop().await;
}

#[tokio::test]
async fn too_many_requests_are_turned_away() {
    let miner = TestMiner::start(1, Mood::Hang).await;
    let narrow = GatewayConfig { in_flight: 2, deadline: NEVER, ..config() };
    let gateway = std::sync::Arc::new(Gateway::with(narrow, &[&miner]).await);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let gateway = gateway.clone();
            tokio::spawn(async move { gateway.ask("hi").await })
        })
        .collect();
    bounded(async {
        while miner.asked() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let response = gateway.post(r#"{"model":"text","messages":[{"role":"user","content":"hi"}]}"#).await;
    assert_eq!(response.status(), 429);
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(read(response).await["error"]["code"], "too_many_requests");
    assert_eq!(gateway.get("/health").await.status(), 200, "the other pages still open");
    // Who hangs up makes room.
    for task in waiting {
        task.abort();
    }
    miner.turn(Mood::Answer);
    bounded(async {
        while gateway.ask("hi").await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_impostor_is_not_believed() {
    let (real, other) = (TestMiner::start(1, Mood::Answer).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = Gateway::start(GatewayConfig { hedge: NEVER, ..config() }).await;
    let mut miners = listed(&[&real, &other]);
    // The best miner's address now belongs to somebody else.
    miners[0].address = other.address;
    gateway.directory.tell(miners);
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["ganglion"]["uid"]), (200, &json!(1)), "only the key that was asked may answer");
    gateway.stop().await;
}
