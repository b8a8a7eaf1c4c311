//! One user of a public gateway among others: nobody holds all the places.

use super::{
    bounded, config,
    miners::Mood,
    public::{standing, Stage, CHARGE},
    read,
};
use ganglion_gateway::GatewayConfig;
use serde_json::{json, Value};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const NEVER: Duration = Duration::from_secs(3600);

/// A gateway with so many places, where everybody has credit for a hundred answers.
async fn stage(in_flight: usize) -> Stage {
    let narrow = GatewayConfig { in_flight, read_timeout: NEVER, hedge: NEVER, ..config() };
    Stage::with(standing(0, &[100 * CHARGE]), narrow).await
}

/// Answers that a key was billed for, those under way among them.
async fn requests(stage: &Stage, key: &str) -> Value {
    stage.usage(key).await["key"]["requests"].clone()
}

/// Waits until the key's next request is answered.
async fn served_again(stage: &Stage, key: &str) {
    bounded(async {
        while stage.ask(key).await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn bodies_that_do_not_end_hold_a_quarter_of_the_places() {
    let stage = stage(8).await;
    let (key, other) = (stage.key().await, stage.key_of(51).await);
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut socket = bounded(TcpStream::connect(stage.gateway.address)).await.expect("connects");
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 9\r\n\r\n"
        );
        bounded(socket.write_all(head.as_bytes())).await.expect("writes");
        slow.push(socket);
    }
    bounded(async {
        while requests(&stage, &key).await != 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let response = bounded(stage.asking(&key, false).send()).await.expect("an answer");
    assert!(response.headers().contains_key("retry-after"));
    let (status, body) = (response.status().as_u16(), read(response).await);
    assert_eq!((status, &body["error"]["code"]), (429, &json!("too_many_requests")), "{body}");
    assert!(body["error"]["message"].as_str().expect("text").contains("coldkey"), "{body}");
    assert_eq!(requests(&stage, &key).await, 2, "who is turned away pays nothing");
    assert_eq!(stage.ask(&other).await.0, 200, "the others are served");
    drop(slow);
    served_again(&stage, &key).await;
    stage.gateway.stop().await;
}

#[tokio::test]
async fn a_stream_holds_its_place_to_its_end() {
    let stage = stage(4).await;
    let (key, other) = (stage.key().await, stage.key_of(51).await);
    stage.miner.turn(Mood::Gated("one ", "two"));
    let mut response = bounded(stage.asking(&key, true).send()).await.expect("an answer");
    let mut said = String::new();
    while !said.contains("one ") {
        said += &String::from_utf8_lossy(&bounded(response.chunk()).await.expect("bytes").expect("more"));
    }
    stage.miner.turn(Mood::Answer);
    assert_eq!(stage.ask(&key).await.0, 429);
    assert_eq!(stage.ask(&other).await.0, 200);
    stage.miner.release();
    let rest = bounded(response.text()).await.expect("a body");
    assert!(rest.contains("two"), "{rest}");
    served_again(&stage, &key).await;
    stage.gateway.stop().await;
}
