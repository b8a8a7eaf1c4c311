//! Streamed answers: they come as they are made, another miner may take over until the first word, and a client that
//! takes nothing holds nobody.

use super::{
    bounded, config, content,
    miners::{Mood, TestMiner},
    Gateway,
};
use ganglion_gateway::GatewayConfig;
use serde_json::{json, Value};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const NEVER: Duration = Duration::from_secs(3600);

fn question(extra: &Value) -> String {
    let mut body = json!({ "model": "text", "messages": [{ "role": "user", "content": "hi" }], "stream": true });
    if let (Some(body), Some(extra)) = (body.as_object_mut(), extra.as_object()) {
        body.extend(extra.clone());
    }
    body.to_string()
}

/// The data of a stream's events: JSON but for `[DONE]`.
fn events(raw: &str) -> Vec<Value> {
    raw.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| if data == "[DONE]" { json!("[DONE]") } else { serde_json::from_str(data).expect("json") })
        .collect()
}

fn text(events: &[Value]) -> String {
    events.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str()).collect()
}

async fn ask(gateway: &Gateway, extra: &Value) -> (u16, Vec<Value>) {
    let response = gateway.post(question(extra)).await;
    let status = response.status().as_u16();
    let raw = bounded(response.text()).await.expect("a body");
    (status, events(&raw))
}

#[tokio::test]
async fn words_arrive_while_the_miner_still_speaks() {
    let miner = TestMiner::start(1, Mood::Gated("one ", "two")).await;
    let gateway = Gateway::with(GatewayConfig { hedge: NEVER, ..config() }, &[&miner]).await;
    let mut response = gateway.post(question(&json!({}))).await;
    assert_eq!(response.headers().get("x-ganglion-uid").expect("uid"), "0");
    let mut raw = String::new();
    while !raw.contains("one ") {
        let chunk = bounded(response.chunk()).await.expect("bytes").expect("more");
        raw.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert_eq!(miner.busy(), 1, "the miner hasn't ended");
    miner.release();
    while let Some(chunk) = bounded(response.chunk()).await.expect("bytes") {
        raw.push_str(&String::from_utf8_lossy(&chunk));
    }
    let events = events(&raw);
    assert_eq!(text(&events), "one two");
    assert_eq!(events.last(), Some(&json!("[DONE]")));
    let end = &events[events.len() - 2];
    assert_eq!((&end["choices"][0]["finish_reason"], &end["ganglion"]["attempts"]), (&json!("stop"), &json!(1)));
    gateway.stop().await;
}

#[tokio::test]
async fn until_the_first_word_another_miner_may_take_over() {
    let good = TestMiner::start(9, Mood::Pieces(&["nine ", "speaks"])).await;
    for mood in [Mood::Fail, Mood::Busy, Mood::Refuse, Mood::Pieces(&[" ", "\n"])] {
        let bad = TestMiner::start(1, mood.clone()).await;
        let gateway = Gateway::with(GatewayConfig { hedge: NEVER, ..config() }, &[&bad, &good]).await;
        let (status, events) = ask(&gateway, &json!({})).await;
        assert_eq!((status, text(&events).as_str()), (200, "nine speaks"), "{mood:?}");
        assert_eq!(events[events.len() - 2]["ganglion"]["attempts"], 2);
        gateway.stop().await;
    }
    let silent = TestMiner::start(1, Mood::Hang).await;
    let gateway = Gateway::with(GatewayConfig { deadline: NEVER, ..config() }, &[&silent, &good]).await;
    assert_eq!(text(&ask(&gateway, &json!({})).await.1), "nine speaks", "a late one gets company");
    gateway.stop().await;
}

#[tokio::test]
async fn without_a_first_word_the_answer_is_an_error() {
    let miner = TestMiner::start(1, Mood::Fail).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    assert_eq!(gateway.post(question(&json!({}))).await.status(), 502);
    miner.turn(Mood::Hang);
    gateway.stop().await;
    let hasty = GatewayConfig { deadline: Duration::from_millis(500), ..config() };
    let gateway = Gateway::with(hasty, &[&miner]).await;
    assert_eq!(gateway.post(question(&json!({}))).await.status(), 504);
    gateway.stop().await;
}

#[tokio::test]
async fn a_miner_that_breaks_off_is_reported_and_blamed() {
    let impatient =
        GatewayConfig { silence: Duration::from_secs(2), pause: NEVER, hedge: NEVER, failures: 1, ..config() };
    for mood in [Mood::BreakOff("half"), Mood::Stall("half"), Mood::TwoFaced] {
        let miner = TestMiner::start(1, mood.clone()).await;
        let gateway = Gateway::with(impatient.clone(), &[&miner]).await;
        let (status, events) = ask(&gateway, &json!({})).await;
        assert_eq!(status, 200);
        assert!(!text(&events).is_empty(), "{mood:?}");
        let last = events.last().expect("an event");
        assert_eq!(last["error"]["code"], "miner_failed", "{mood:?}: {last}");
        let network = super::read(gateway.get("/v1/network").await).await;
        assert_eq!(network["miners"][0]["paused"], true, "{mood:?}");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn after_the_first_word_nobody_else_is_asked() {
    let impatient = GatewayConfig { silence: Duration::from_secs(2), hedge: NEVER, ..config() };
    for mood in [Mood::BreakOff("half"), Mood::Stall("half"), Mood::TwoFaced] {
        let (bad, good) = (TestMiner::start(1, mood.clone()).await, TestMiner::start(9, Mood::Answer).await);
        let gateway = Gateway::with(impatient.clone(), &[&bad, &good]).await;
        let (status, events) = ask(&gateway, &json!({})).await;
        assert_eq!((status, bad.asked()), (200, 1), "{mood:?}");
        let last = events.last().expect("an event");
        assert_eq!(last["error"]["code"], "miner_failed", "{mood:?}: {last}");
        assert_eq!(good.asked(), 0, "{mood:?}: two answers would be mixed");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_miner_that_dies_ends_the_stream_with_an_error() {
    let mut miner = TestMiner::start(1, Mood::Gated("half of it", " and the rest")).await;
    let gateway = Gateway::with(GatewayConfig { hedge: NEVER, silence: NEVER, ..config() }, &[&miner]).await;
    let mut response = gateway.post(question(&json!({ "stream_options": { "include_usage": true } }))).await;
    let mut raw = String::new();
    while !raw.contains("half of it") {
        let chunk = bounded(response.chunk()).await.expect("bytes").expect("more");
        raw.push_str(&String::from_utf8_lossy(&chunk));
    }
    miner.kill().await;
    while let Some(chunk) = bounded(response.chunk()).await.expect("a body that is whole") {
        raw.push_str(&String::from_utf8_lossy(&chunk));
    }
    let events = events(&raw);
    assert_eq!(text(&events), "half of it");
    let last = events.last().expect("an event");
    assert_eq!((&last["error"]["code"], &last["error"]["type"]), (&json!("miner_failed"), &json!("server_error")));
    assert!(!raw.contains("[DONE]"), "{raw}");
    gateway.stop().await;
}

#[tokio::test]
async fn whole_answers_fail_over_to_the_end() {
    let good = TestMiner::start(9, Mood::Pieces(&["nine ", "speaks"])).await;
    let impatient = GatewayConfig { silence: Duration::from_millis(300), hedge: NEVER, ..config() };
    for mood in [Mood::BreakOff("half"), Mood::Stall("half"), Mood::TwoFaced] {
        let bad = TestMiner::start(1, mood.clone()).await;
        let gateway = Gateway::with(impatient.clone(), &[&bad, &good]).await;
        let (status, body) = gateway.ask("hi").await;
        assert_eq!((status, content(&body)), (200, "nine speaks"), "{mood:?}");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_stop_ends_the_stream_wherever_it_is_cut() {
    let miner = TestMiner::start(1, Mood::Pieces(&["yes. n", "o. may", "be."])).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let extra = json!({ "stop": [" maybe", " no"], "stream_options": { "include_usage": true } });
    let (_, events) = ask(&gateway, &extra).await;
    assert_eq!(text(&events), "yes.");
    let usage = &events[events.len() - 2]["usage"];
    assert!(usage["completion_tokens"].is_u64() && usage["total_tokens"].is_u64(), "{usage}");
    assert_eq!(events[events.len() - 3]["choices"][0]["finish_reason"], "stop");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_takes_nothing_holds_neither_miner_nor_place() {
    let miner = TestMiner::start(1, Mood::Flood(170_000)).await;
    let narrow = GatewayConfig { write_timeout: Duration::from_millis(500), in_flight: 1, ..config() };
    let gateway = Gateway::with(narrow, &[&miner]).await;
    let body = question(&json!({}));
    let mut client = TcpStream::connect(gateway.address).await.expect("connects");
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n{body}",
        gateway.address,
        body.len()
    );
    client.write_all(head.as_bytes()).await.expect("writes");
    bounded(async {
        while miner.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        while miner.busy() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    miner.turn(Mood::Answer);
    bounded(async {
        while gateway.ask("hi").await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    drop(client);
    gateway.stop().await;
}
