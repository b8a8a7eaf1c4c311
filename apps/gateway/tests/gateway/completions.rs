//! Completions of a prompt: the same miners, another shape.

use super::{
    bounded, config,
    miners::{Mood, TestMiner},
    read, Gateway,
};
use ganglion_gateway::GatewayConfig;
use ganglion_models::Message;
use serde_json::{json, Value};
use std::time::Duration;

const NEVER: Duration = Duration::from_secs(3600);
const PATH: &str = "/v1/completions";

/// The data of a stream's events, the last of which must be `[DONE]` or an error.
fn events(raw: &str) -> Vec<Value> {
    raw.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter(|data| *data != "[DONE]")
        .map(|data| serde_json::from_str(data).expect("json"))
        .collect()
}

fn text(events: &[Value]) -> String {
    events.iter().filter_map(|event| event["choices"][0]["text"].as_str()).collect()
}

#[tokio::test]
async fn a_prompt_is_completed() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let body = json!({ "model": "text", "prompt": "Once upon", "max_tokens": 9, "seed": 3 });
    let response = gateway.post_to(PATH, body.to_string()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers().get("x-ganglion-miner").expect("miner"), miner.hotkey.to_ss58().as_str());
    let body = read(response).await;
    assert_eq!((&body["object"], &body["model"]), (&json!("text_completion"), &json!("text")));
    assert!(body["id"].as_str().expect("an id").starts_with("cmpl-"));
    let choice = json!({ "index": 0, "text": "miner 1: Once upon", "logprobs": null, "finish_reason": "stop" });
    assert_eq!(body["choices"], json!([choice]));
    assert_eq!(body["usage"], json!({ "prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8 }));
    let asked = miner.last();
    assert_eq!((asked.messages, asked.max_tokens), (vec![Message::user("Once upon")], 9));
    let bad = gateway.post_to(PATH, json!({ "model": "text", "prompt": [1, 2] }).to_string()).await;
    assert_eq!((bad.status().as_u16(), &read(bad).await["error"]["param"]), (400, &json!("prompt")));
    gateway.stop().await;
}

#[tokio::test]
async fn pieces_of_a_completion_come_as_they_are_made() {
    let miner = TestMiner::start(1, Mood::Gated("there ", "was")).await;
    let gateway = Gateway::with(GatewayConfig { hedge: NEVER, ..config() }, &[&miner]).await;
    let body = json!({
        "model": "text", "prompt": "Once upon a time", "stream": true, "stream_options": { "include_usage": true }
    });
    let mut response = gateway.post_to(PATH, body.to_string()).await;
    let mut raw = String::new();
    while !raw.contains("there ") {
        let chunk = bounded(response.chunk()).await.expect("bytes").expect("more");
        raw.push_str(&String::from_utf8_lossy(&chunk));
    }
    miner.release();
    while let Some(chunk) = bounded(response.chunk()).await.expect("bytes") {
        raw.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(raw.trim_end().ends_with("data: [DONE]"), "{raw}");
    let events = events(&raw);
    assert_eq!(text(&events), "there was");
    assert!(events.iter().all(|event| event["object"] == "text_completion" && event["id"] == events[0]["id"]));
    assert_eq!(events[0]["choices"][0]["text"], "there ", "no empty piece before the text");
    let (end, usage) = (&events[events.len() - 2], &events[events.len() - 1]);
    assert_eq!((&end["choices"][0]["finish_reason"], &end["ganglion"]["uid"]), (&json!("stop"), &json!(0)));
    assert_eq!((&usage["choices"], &usage["usage"]["total_tokens"]), (&json!([]), &json!(8)));
    gateway.stop().await;
}

#[tokio::test]
async fn a_completion_that_is_cut_off_ends_with_an_error() {
    let miner = TestMiner::start(1, Mood::BreakOff("there was")).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let body = json!({ "model": "text", "prompt": "Once upon a time", "stream": true });
    let raw = bounded(gateway.post_to(PATH, body.to_string()).await.text()).await.expect("a body");
    let events = events(&raw);
    assert_eq!(text(&events), "there was");
    assert_eq!(events.last().expect("an event")["error"]["code"], "miner_failed");
    assert!(!raw.contains("[DONE]"), "{raw}");
    gateway.stop().await;
}
