//! Users' requests that validators may ask again: those whose users say so, and no others.

use super::{
    bounded, config,
    miners::{Mood, TestMiner},
    Gateway,
};
use ganglion_gateway::GatewayConfig;
use ganglion_subnet::Seed;
use ganglion_subnet_text::Organics;
use serde_json::{json, Value};
use std::time::Duration;

fn question(text: &str, store: Value) -> Value {
    json!({ "model": "text", "messages": [{ "role": "user", "content": text }], "store": store, "user": "u-123" })
}

#[tokio::test]
async fn only_what_a_user_allows_is_kept() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("organics.json");
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(GatewayConfig { organics: Some(path.clone()), ..config() }, &[&miner]).await;
    for (text, store) in [("What is my secret worth?", json!(false)), ("And what of this secret?", json!(null))] {
        assert_eq!(gateway.send(question(text, store)).await.0, 200);
    }
    assert_eq!(gateway.send(question("Why is the sea salty?", json!(true))).await.0, 200);
    bounded(async {
        while !path.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    gateway.stop().await;
    let kept = std::fs::read_to_string(&path).expect("text");
    assert!(kept.contains("salty") && !kept.contains("secret") && !kept.contains("u-123"), "{kept}");
    // A validator asks it again.
    let mut dice = Seed([1; 32]).dice();
    let drawn = Organics::at(&path).draw(&mut dice).expect("one is kept");
    assert_eq!(drawn.messages[0].content, "Why is the sea salty?");
}

#[tokio::test]
async fn a_file_that_cannot_be_written_does_not_cost_the_answer() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("no such folder").join("organics.json");
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(GatewayConfig { organics: Some(path.clone()), ..config() }, &[&miner]).await;
    assert_eq!(gateway.send(question("Why is the sea salty?", json!(true))).await.0, 200);
    gateway.stop().await;
    assert!(!path.exists());
}
