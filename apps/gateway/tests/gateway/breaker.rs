//! Whom the gateway leaves alone, and when a late miner gets company.

use super::{
    bounded, config, content,
    miners::{listed, Mood, TestMiner},
    read, Gateway,
};
use ganglion_gateway::GatewayConfig;
use std::time::Duration;

const NEVER: Duration = Duration::from_secs(3600);

/// What the gateway says of its first miner's breaker.
async fn breaker(gateway: &Gateway) -> String {
    let network = read(gateway.get("/v1/network").await).await;
    network["miners"][0]["breaker"].as_str().expect("a state").to_owned()
}

/// Waits until that breaker is in this state.
async fn until(gateway: &Gateway, state: &str) {
    bounded(async {
        while breaker(gateway).await != state {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_breaker_opens_and_closes() {
    let (first, second) = (TestMiner::start(1, Mood::Fail).await, TestMiner::start(2, Mood::Answer).await);
    let brief = GatewayConfig { pause: Duration::from_millis(300), hedge: NEVER, ..config() };
    let gateway = Gateway::with(brief, &[&first, &second]).await;
    assert_eq!(breaker(&gateway).await, "closed");
    for _ in 0..3 {
        assert_eq!(content(&gateway.ask("hi").await.1), "miner 2: hi");
    }
    assert_ne!(breaker(&gateway).await, "closed");
    first.turn(Mood::Answer);
    until(&gateway, "half_open").await;
    assert_eq!(content(&gateway.ask("hi").await.1), "miner 1: hi", "one request tries");
    assert_eq!(breaker(&gateway).await, "closed");
    gateway.stop().await;
}

#[tokio::test]
async fn a_trial_lasts_as_long_as_its_stream() {
    let (first, second) = (TestMiner::start(1, Mood::Fail).await, TestMiner::start(2, Mood::Answer).await);
    let brief = GatewayConfig { pause: Duration::from_millis(300), hedge: NEVER, ..config() };
    let gateway = Gateway::start(brief).await;
    let mut miners = listed(&[&first, &second]);
    // However slow the first one is just now, it is worth more.
    miners[1].incentive = 100;
    gateway.directory.tell(miners);
    for _ in 0..3 {
        assert_eq!(content(&gateway.ask("hi").await.1), "miner 2: hi");
    }
    first.turn(Mood::Gated("one ", "two"));
    let body = r#"{"model":"text","messages":[{"role":"user","content":"hi"}],"stream":true}"#;
    for hangs_up in [true, false] {
        until(&gateway, "half_open").await;
        let mut response = gateway.post(body).await;
        let mut said = String::new();
        while !said.contains("one ") {
            said += &String::from_utf8_lossy(&bounded(response.chunk()).await.expect("bytes").expect("more"));
        }
        assert_eq!(breaker(&gateway).await, "open", "its answer has begun, and may break off");
        assert_eq!(content(&gateway.ask("hi").await.1), "miner 2: hi", "one trial at a time");
        if hangs_up {
            // That says nothing of the miner: another request may try.
            drop(response);
            continue;
        }
        bounded(async {
            while first.busy() > 1 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        first.release();
        assert!(bounded(response.text()).await.expect("a body").contains("two"));
    }
    until(&gateway, "closed").await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_miner_is_late_when_it_takes_longer_than_it_usually_does() {
    let (first, second) = (TestMiner::start(1, Mood::Answer).await, TestMiner::start(2, Mood::Answer).await);
    // Who has no history would get an hour.
    let patient = GatewayConfig { hedge: NEVER, hedge_least: Duration::from_millis(50), deadline: NEVER, ..config() };
    let gateway = Gateway::with(patient, &[&first, &second]).await;
    for _ in 0..20 {
        assert_eq!(gateway.ask("hi").await.0, 200);
    }
    first.turn(Mood::Hang);
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, content(&body)), (200, "miner 2: hi"));
    gateway.stop().await;
}

#[tokio::test]
async fn a_slow_first_word_gets_company_too() {
    let (first, second) = (TestMiner::start(1, Mood::Answer).await, TestMiner::start(2, Mood::Answer).await);
    let patient = GatewayConfig { hedge: NEVER, hedge_least: Duration::from_millis(50), deadline: NEVER, ..config() };
    let gateway = Gateway::with(patient, &[&first, &second]).await;
    let body = r#"{"model":"text","messages":[{"role":"user","content":"hi"}],"stream":true}"#;
    for _ in 0..20 {
        bounded(gateway.post(body).await.text()).await.expect("a body");
    }
    first.turn(Mood::Hang);
    let said = bounded(gateway.post(body).await.text()).await.expect("a body");
    assert!(said.contains("miner 2"), "{said}");
    gateway.stop().await;
}
