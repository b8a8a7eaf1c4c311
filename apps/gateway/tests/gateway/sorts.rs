//! Questions with an exact answer don't wait for a miner that is paid best and takes long.

use super::{
    config, content,
    miners::{listed, Mood, TestMiner},
    Gateway,
};
use ganglion_gateway::GatewayConfig;
use serde_json::json;
use std::time::Duration;

/// An hour: a limit that a test must not reach.
const NEVER: Duration = Duration::from_secs(3600);
const SUM: &str = "What is 17 + 25?";

/// A gateway that gives every miner all the time of the world, but this long where it is soon late.
fn patient(hedge_least: Duration) -> GatewayConfig {
    GatewayConfig { hedge: NEVER, hedge_least, deadline: NEVER, ..config() }
}

#[tokio::test]
async fn a_sum_is_answered_while_the_best_paid_is_still_at_it() {
    let (writes, computes) = (TestMiner::start(1, Mood::Hang).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = Gateway::with(patient(Duration::from_secs(2)), &[&writes, &computes]).await;
    let (status, body) = gateway.ask(SUM).await;
    assert_eq!((status, content(&body)), (200, "miner 2: What is 17 + 25?"), "the other hasn't said a word");
    assert_eq!((writes.asked(), &body["ganglion"]["attempts"]), (1, &json!(2)), "the best paid was asked first");
    // Who computes is known from then on.
    let (_, body) = gateway.ask("What is 17 + 26?").await;
    assert_eq!((writes.asked(), &body["ganglion"]["attempts"]), (1, &json!(1)));
    let stream = json!({ "model": "text", "messages": [{ "role": "user", "content": SUM }], "stream": true });
    let said = super::bounded(gateway.post(stream.to_string()).await.text()).await.expect("a body");
    assert!(said.contains("miner 2") && writes.asked() == 1, "{said}");
    // Of other questions that says nothing.
    writes.turn(Mood::Answer);
    assert_eq!(content(&gateway.ask("Tell me a story.").await.1), "miner 1: Tell me a story.");
    gateway.stop().await;
}

#[tokio::test]
async fn who_is_paid_far_less_is_not_preferred_for_being_quick() {
    let (computes, babbles) =
        (TestMiner::start(1, Mood::Gated("4", "2")).await, TestMiner::start(2, Mood::Answer).await);
    let gateway = Gateway::start(patient(Duration::from_millis(50))).await;
    let mut miners = listed(&[&computes, &babbles]);
    miners[1].incentive = 1_000;
    gateway.directory.tell(miners);
    let release = async {
        // Several times what it gets before somebody who is near would be asked.
        tokio::time::sleep(Duration::from_millis(500)).await;
        computes.release();
    };
    let ((status, body), ()) = tokio::join!(gateway.ask(SUM), release);
    assert_eq!((status, content(&body), babbles.asked()), (200, "42", 0));
    gateway.stop().await;
}
