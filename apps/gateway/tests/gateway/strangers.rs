//! Who answers in a young network, where nobody has been paid yet.

use super::{
    config, content,
    miners::{listed, Mood, TestMiner},
    Gateway,
};
use ganglion_gateway::{GatewayConfig, Miner};
use serde_json::json;
use std::time::Duration;

/// An hour: a limit that a test must not reach.
const NEVER: Duration = Duration::from_secs(3600);

/// Miners of which nothing is known, by uid.
fn strangers(miners: &[&TestMiner]) -> Vec<Miner> {
    listed(miners).into_iter().map(|miner| Miner { incentive: 0, ..miner }).collect()
}

async fn gateway(config: GatewayConfig, miners: &[&TestMiner]) -> Gateway {
    let gateway = Gateway::start(GatewayConfig { hedge: NEVER, ..config }).await;
    gateway.directory.tell(strangers(miners));
    gateway
}

#[tokio::test]
async fn with_the_first_weights_one_is_asked() {
    let (first, second) = (TestMiner::start(1, Mood::Answer).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = gateway(config(), &[&first, &second]).await;
    let mut miners = strangers(&[&first, &second]);
    miners[0].promised = 20_000;
    miners[1].promised = 40_000;
    gateway.directory.tell(miners);
    assert_eq!(content(&gateway.ask("hi").await.1), "miner 2: hi");
    assert_eq!((first.asked(), second.asked()), (0, 1));
    gateway.stop().await;
}

#[tokio::test]
async fn a_named_stranger_is_asked_alone() {
    let (first, second) = (TestMiner::start(1, Mood::Answer).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = gateway(config(), &[&first, &second]).await;
    let named = format!("text:{}", second.hotkey.to_ss58());
    let body = json!({ "model": named, "messages": [{ "role": "user", "content": "hi" }] });
    assert_eq!(content(&gateway.send(body).await.1), "miner 2: hi");
    assert_eq!((first.asked(), second.asked()), (0, 1));
    gateway.stop().await;
}
