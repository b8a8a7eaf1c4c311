//! The shape of answers.

use super::{
    bounded, config, content,
    miners::{Mood, TestMiner},
    read, Gateway,
};
use serde_json::{json, Value};

#[tokio::test]
async fn an_answer_has_openais_shape_and_says_whose_it_is() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let body = json!({ "model": "text", "messages": [{ "role": "user", "content": "hello" }], "user": "ignored" });
    let response = gateway.post(body.to_string()).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers().get(name).expect(name).to_str().expect("text").to_owned();
    assert_eq!(header("x-ganglion-miner"), miner.hotkey.to_ss58());
    assert_eq!(header("x-ganglion-uid"), "0");
    assert_eq!(header("x-ganglion-incentive"), "0.5000");
    assert_eq!(header("x-ganglion-attempts"), "1");
    // Nothing is known of its speed, and it wants nothing: its share alone counts.
    assert!((header("x-ganglion-score").parse::<f64>().expect("a number") - 0.5).abs() < 1e-3);
    header("x-ganglion-latency-ms").parse::<u64>().expect("a number");
    let body = read(response).await;
    assert_eq!(content(&body), "miner 1: hello");
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["model"], "text");
    assert!(body["id"].as_str().expect("an id").starts_with("chatcmpl-"));
    assert!(body["created"].as_u64().expect("a time") > 1_700_000_000);
    assert_eq!(body["choices"][0]["message"]["role"], "assistant");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["usage"], json!({ "prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8 }));
    assert_eq!(body["ganglion"]["uid"], 0);
    assert_eq!(body["ganglion"]["hotkey"], miner.hotkey.to_ss58());
    assert_eq!(body["ganglion"]["attempts"], 1);
    assert!((body["ganglion"]["score"].as_f64().expect("a score") - 0.5).abs() < 1e-3);
    assert!((body["ganglion"]["incentive"].as_f64().expect("a share") - 0.5).abs() < 1e-4);
    gateway.stop().await;
}

#[tokio::test]
async fn a_stream_adds_up_to_the_answer() {
    let text = "one two three four five six seven eight nine ten eleven twelve thirteen";
    let miner = TestMiner::start(1, Mood::Say(text.into())).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let body = json!({
        "model": "text:best", "messages": [{ "role": "user", "content": "count" }], "stream": true,
        "stream_options": { "include_usage": true }
    });
    let response = gateway.post(body.to_string()).await;
    assert_eq!(response.status(), 200);
    let kind = response.headers().get("content-type").expect("type").to_str().expect("text").to_owned();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    assert_eq!(response.headers().get("x-ganglion-uid").expect("uid"), "0");
    let raw = bounded(response.text()).await.expect("a body");
    let events: Vec<&str> = raw.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(events.last(), Some(&"[DONE]"));
    let chunks: Vec<Value> =
        events[..events.len() - 1].iter().map(|event| serde_json::from_str(event).expect("json")).collect();
    assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["id"] == chunks[0]["id"]));
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let said: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(said, text);
    let usage = &chunks[chunks.len() - 1];
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"]["total_tokens"], 8);
    let end = &chunks[chunks.len() - 2];
    assert_eq!(end["choices"][0]["finish_reason"], "stop");
    assert_eq!(end["ganglion"]["uid"], 0);
    gateway.stop().await;
}

#[tokio::test]
async fn what_the_user_wants_reaches_the_miner() {
    let miner = TestMiner::start(1, Mood::Say("yes. no. maybe.".into())).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let (status, body) = gateway
        .send(json!({
            "model": format!("text:{}", miner.hotkey.to_ss58()),
            "messages": [
                { "role": "developer", "content": "be brief" },
                { "role": "user", "content": [{ "type": "text", "text": "is it " }, { "type": "text", "text": "so?" }] },
                { "role": "assistant", "content": null },
                { "role": "user", "content": "well?" }
            ],
            "max_tokens": 1_000_000, "temperature": 0.5, "seed": 42, "stop": [" maybe", " no"], "top_p": 0.9
        }))
        .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(content(&body), "yes.", "cut at the first stop");
    let request = miner.last();
    let texts: Vec<_> = request.messages.iter().map(|m| (m.role.as_str(), m.content.as_str())).collect();
    assert_eq!(texts, [("system", "be brief"), ("user", "is it so?"), ("assistant", ""), ("user", "well?")]);
    assert_eq!(request.max_tokens, 2048, "wishes are cut to what miners take");
    assert!((request.temperature - 0.5).abs() < 1e-6);
    let newer = json!({
        "model": "text", "messages": [{ "role": "user", "content": "well?" }],
        "max_tokens": 9, "max_completion_tokens": 7
    });
    assert_eq!(gateway.send(newer).await.0, 200);
    assert_eq!(miner.last().max_tokens, 7, "the newer name counts");
    gateway.stop().await;
}

#[tokio::test]
async fn the_same_seed_is_the_same_to_miners_and_looks_like_any() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let mut seen = Vec::new();
    let wishes = [(42, "well?"), (42, "well?"), (43, "well?"), (42, "so?")].map(|(seed, said)| (json!(seed), said));
    for (seed, said) in wishes.into_iter().chain([(json!(null), "well?"), (json!(null), "well?")]) {
        let body = json!({ "model": "text", "messages": [{ "role": "user", "content": said }], "seed": seed });
        assert_eq!(gateway.send(body).await.0, 200);
        seen.push(miner.last().seed);
    }
    assert_eq!(seen[0], seen[1]);
    let others: std::collections::BTreeSet<u64> = seen.iter().copied().collect();
    assert_eq!(others.len(), 5, "{seen:?}");
    assert!(seen.iter().all(|seed| *seed > 1 << 32), "as long as a task's: {seen:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn the_other_pages_tell_the_state() {
    let (first, second) = (TestMiner::start(1, Mood::Answer).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = Gateway::start(config()).await;
    let health = read(gateway.get("/health").await).await;
    assert_eq!((&health["status"], &health["ready"]), (&json!("ok"), &json!(false)));
    assert_eq!((&health["miners"], &health["alive"]), (&json!(0), &json!(0)));
    assert_eq!(health["serves"], json!(["text"]), "it has no other subnets");
    let ids = |models: &Value| -> Vec<String> {
        let list = models["data"].as_array().expect("a list");
        list.iter().map(|model| model["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&read(gateway.get("/v1/models").await).await), ["text", "text:best", "text:consensus"]);

    gateway.directory.tell(super::miners::listed(&[&first, &second]));
    let health = read(gateway.get("/health").await).await;
    assert_eq!((&health["ready"], &health["block"], &health["miners"]), (&json!(true), &json!(7), &json!(2)));
    let mut alive = json!(null);
    for _ in 0..100 {
        alive = read(gateway.get("/health").await).await["alive"].clone();
        if alive == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(alive, 2, "both ports are open");
    let named = format!("text:{}", second.hotkey.to_ss58());
    let models = read(gateway.get("/v1/models").await).await;
    assert_eq!(models["object"], "list");
    assert!(ids(&models).contains(&named));
    assert_eq!(read(gateway.get(&format!("/v1/models/{named}")).await).await["id"], named);
    assert_eq!(gateway.get("/v1/models/gpt-4o").await.status(), 404);

    assert_eq!(gateway.ask("hi").await.0, 200);
    let network = read(gateway.get("/v1/network").await).await;
    assert_eq!(network["block"], 7);
    assert_eq!(network["miners"][0]["hotkey"], first.hotkey.to_ss58());
    assert_eq!(network["miners"][0]["alive"], true);
    assert!(network["miners"][0]["latency_ms"].is_u64());
    let metrics = bounded(gateway.get("/metrics").await.text()).await.expect("text");
    assert!(metrics.contains(r#"ganglion_gateway_requests_total{route="chat",status="200"} 1"#), "{metrics}");
    let called = r#"ganglion_gateway_miner_calls_total{outcome="answered",subnet="text"} 1"#;
    assert!(metrics.contains(called), "{metrics}");
    gateway.stop().await;
}
