//! What strangers send.

use super::{
    bounded, config,
    miners::{Mood, TestMiner},
    read, Gateway,
};
use ganglion_gateway::GatewayConfig;
use serde_json::{json, Value};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Status, and the error, which must have OpenAI's shape.
async fn error(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let mut body = read(response).await;
    let error = body["error"].take();
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
    assert!(error["type"].is_string() && error["code"].is_string(), "{error}");
    assert!(error.get("param").is_some(), "{error}");
    (status, error)
}

#[tokio::test]
async fn malformed_requests_get_a_400_that_says_what_to_change() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    for body in ["", "{", "null", "[]", "\"text\"", "{\"model\":\"text\",\"messages\":[", "\u{0}\u{1}"] {
        assert_eq!(error(gateway.post(body).await).await.0, 400, "{body:?}");
    }
    assert_eq!(error(gateway.post(vec![0xff, 0xfe, 0x00]).await).await.1["code"], "invalid_json");
    assert_eq!(error(gateway.post("[".repeat(200_000)).await).await.0, 400, "deeply nested");

    let good = json!({ "model": "text", "messages": [{ "role": "user", "content": "hi" }] });
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    let message = |value: Value| with("messages", json!([value]));
    let long = vec![json!({ "role": "user", "content": "x" }); 257];
    for (param, body) in [
        (Some("model"), json!({ "messages": [{ "role": "user", "content": "hi" }] })),
        (Some("messages"), json!({ "model": "text" })),
        (Some("messages"), with("messages", json!([]))),
        (Some("messages"), with("messages", json!(long))),
        (None, with("messages", json!("hi"))),
        (None, with("messages", json!([1]))),
        (None, message(json!({ "content": "hi" }))),
        (Some("messages"), message(json!({ "role": "tool", "content": "hi" }))),
        (Some("messages"), message(json!({ "role": "user" }))),
        (Some("messages"), message(json!({ "role": "user", "content": null }))),
        (None, message(json!({ "role": "user", "content": 7 }))),
        (Some("messages"), message(json!({ "role": "user", "content": [{ "type": "image_url", "image_url": {} }] }))),
        (Some("messages"), message(json!({ "role": "user", "content": " \n" }))),
        (Some("messages"), message(json!({ "role": "user", "content": "x".repeat(100_000) }))),
        (Some("max_tokens"), with("max_tokens", json!(0))),
        (Some("max_tokens"), with("max_tokens", json!(-5))),
        (None, with("max_tokens", json!("many"))),
        (None, with("max_tokens", json!(1e300))),
        (Some("max_completion_tokens"), with("max_completion_tokens", json!(0))),
        (Some("temperature"), with("temperature", json!(2.1))),
        (Some("temperature"), with("temperature", json!(-1))),
        (Some("n"), with("n", json!(2))),
        (Some("stop"), with("stop", json!(["a", "b", "c", "d", "e"]))),
        (Some("stop"), with("stop", json!(""))),
        (Some("tools"), with("tools", json!([{ "type": "function" }]))),
        (Some("tool_choice"), with("tool_choice", json!("required"))),
        (Some("tool_choice"), with("tool_choice", json!({ "type": "function", "function": { "name": "f" } }))),
        (Some("functions"), with("functions", json!([{ "name": "f" }]))),
        (Some("response_format"), with("response_format", json!({ "type": "json_object" }))),
        (Some("response_format"), with("response_format", json!({ "type": "json_schema", "json_schema": {} }))),
        (Some("logprobs"), with("logprobs", json!(true))),
        (Some("top_logprobs"), with("top_logprobs", json!(3))),
        (Some("logit_bias"), with("logit_bias", json!({ "50256": -100 }))),
        (Some("modalities"), with("modalities", json!(["text", "audio"]))),
        (Some("audio"), with("audio", json!({ "voice": "alloy", "format": "wav" }))),
        (Some("web_search_options"), with("web_search_options", json!({}))),
    ] {
        let (status, found) = error(gateway.post(body.to_string()).await).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(found["param"], json!(param), "{body}: {found}");
    }
    assert_eq!(miner.asked(), 0, "nothing of this reached a miner");
    // What says that it isn't wanted is no wish.
    for (key, value) in [
        ("n", json!(1)),
        ("stop", json!([])),
        ("tools", json!([])),
        ("tool_choice", json!("none")),
        ("response_format", json!({ "type": "text" })),
        ("logprobs", json!(false)),
        ("top_logprobs", json!(0)),
        ("logit_bias", json!({})),
        ("modalities", json!(["text"])),
        ("audio", json!(null)),
        ("web_search_options", json!(null)),
    ] {
        let (status, body) = gateway.send(with(key, value)).await;
        assert_eq!(status, 200, "{key}: {body}");
    }
    assert_eq!(gateway.send(good).await.0, 200, "and the gateway lives");
    gateway.stop().await;
}

#[tokio::test]
async fn unknown_models_are_named_with_those_there_are() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let stranger = ganglion_keys::Keypair::from_seed([99; 32]).public().to_ss58();
    for model in ["gpt-4o", "text:", "text:consensus ", "TEXT", &format!("text:{stranger}"), "text:\u{1}\n"] {
        let body = json!({ "model": model, "messages": [{ "role": "user", "content": "hi" }] });
        let (status, found) = error(gateway.post(body.to_string()).await).await;
        assert_eq!((status, &found["code"]), (404, &json!("model_not_found")), "{model}");
        assert!(found["message"].as_str().expect("text").contains(&miner.hotkey.to_ss58()), "{found}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_large_body_is_refused_however_it_comes() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    // Announced.
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n",
        gateway.address,
        1u64 << 30
    );
    assert!(raw(&gateway, head.as_bytes()).await.starts_with("HTTP/1.1 413"));
    // Unannounced: chunks without end.
    let mut socket = TcpStream::connect(gateway.address).await.expect("connects");
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    socket.write_all(head.as_bytes()).await.expect("writes");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let (mut reader, mut writer) = socket.into_split();
    let flood = tokio::spawn(async move { while writer.write_all(chunk.as_bytes()).await.is_ok() {} });
    let mut answer = [0; 12];
    bounded(reader.read_exact(&mut answer)).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");
    drop(reader);
    flood.abort();
    // Exactly as much as is allowed is read.
    let short = r#"{"model":"none"}"#;
    let padded = " ".repeat((1 << 20) - short.len()) + short;
    assert_eq!(gateway.post(padded).await.status(), 400);
    assert_eq!(gateway.ask("hi").await.0, 200);
    gateway.stop().await;
}

#[tokio::test]
async fn slow_senders_and_nonsense_do_not_hold_the_gateway() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let hasty = GatewayConfig { read_timeout: Duration::from_millis(300), connections: 2, ..config() };
    let gateway = Gateway::with(hasty, &[&miner]).await;
    // Both places are taken by clients that never finish their headers.
    let mut stuck = Vec::new();
    for _ in 0..2 {
        let mut socket = TcpStream::connect(gateway.address).await.expect("connects");
        socket.write_all(b"POST /v1/chat/comp").await.expect("writes");
        stuck.push(socket);
    }
    assert_eq!(gateway.ask("hi").await.0, 200, "they were sent away");
    let late = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{";
    assert!(raw(&gateway, late.as_bytes()).await.starts_with("HTTP/1.1 408"));
    for nonsense in ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\r\n\r\n\u{16}\u{3}\u{1}\r\n\r\n"] {
        raw(&gateway, nonsense.as_bytes()).await;
    }
    assert_eq!(gateway.ask("hi").await.0, 200);
    gateway.stop().await;
}

#[tokio::test]
async fn wrong_paths_and_methods_are_told_apart() {
    let gateway = Gateway::start(config()).await;
    let (status, found) = error(gateway.get("/v1/nothing").await).await;
    assert_eq!((status, &found["code"]), (404, &json!("not_found")));
    let (status, found) = error(gateway.get("/v1/chat/completions").await).await;
    assert_eq!((status, &found["code"]), (405, &json!("method_not_allowed")));
    gateway.stop().await;
}

/// Sends bytes as they are; all that comes back.
async fn raw(gateway: &Gateway, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(gateway.address).await.expect("connects");
    socket.write_all(bytes).await.expect("writes");
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    let reading = async {
        // A reset after the answer is no fault here.
        while let Ok(count @ 1..) = socket.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..count]);
        }
    };
    bounded(reading).await;
    String::from_utf8_lossy(&answer).into_owned()
}
