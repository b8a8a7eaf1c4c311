//! Three are asked, and the answer is what most of them say.

use super::{
    bounded, config, content,
    miners::{listed, Mood, TestMiner},
    read, Gateway,
};
use ganglion_gateway::{GatewayConfig, Miner};
use serde_json::{json, Value};
use std::time::Duration;

const NEVER: Duration = Duration::from_secs(3600);

fn question(stream: bool) -> Value {
    json!({ "model": "text:consensus", "messages": [{ "role": "user", "content": "17 + 25?" }], "stream": stream })
}

/// A gateway whose miners differ so much that their times don't change their order.
async fn gateway(miners: &[&TestMiner]) -> Gateway {
    let gateway = Gateway::start(GatewayConfig { hedge: NEVER, deadline: NEVER, ..config() }).await;
    let far_apart = |miner: Miner| Miner { incentive: 60_000 >> (2 * miner.uid), ..miner };
    gateway.directory.tell(listed(miners).into_iter().map(far_apart).collect());
    gateway
}

fn say(text: &str) -> Mood {
    Mood::Say(text.to_owned())
}

#[tokio::test]
async fn the_majority_is_right() {
    let wrong = TestMiner::start(1, say("The answer is 43.")).await;
    let (brief, wordy) = (TestMiner::start(2, say("42")).await, TestMiner::start(3, say("The answer is 42.")).await);
    let idle = TestMiner::start(4, say("nobody asks me")).await;
    let gateway = gateway(&[&wrong, &brief, &wordy, &idle]).await;
    let response = gateway.post(question(false).to_string()).await;
    let header = |name: &str| response.headers().get(name).expect(name).to_str().expect("text").to_owned();
    assert_eq!((header("x-ganglion-agreed"), header("x-ganglion-answered")), ("2".into(), "3".into()));
    assert_eq!((header("x-ganglion-uid"), header("x-ganglion-attempts")), ("1".into(), "3".into()));
    let body = read(response).await;
    assert_eq!((content(&body), &body["model"]), ("42", &json!("text:consensus")));
    let told = &body["ganglion"]["consensus"];
    assert_eq!((&told["asked"], &told["answered"], &told["agreed"]), (&json!(3), &json!(3), &json!(2)));
    let agrees: Vec<_> = told["miners"].as_array().expect("miners").iter().map(|miner| &miner["agrees"]).collect();
    assert_eq!(agrees, [false, true, true]);
    assert_eq!([&wrong, &brief, &wordy, &idle].map(TestMiner::asked), [1, 1, 1, 0]);

    let raw = bounded(gateway.post(question(true).to_string()).await.text()).await.expect("a body");
    assert!(raw.contains(r#""content":"42""#) && raw.contains(r#""agreed":2"#), "{raw}");
    assert!(raw.trim_end().ends_with("data: [DONE]"), "{raw}");
    gateway.stop().await;
}

#[tokio::test]
async fn who_fails_is_replaced_and_who_hangs_is_not_waited_for() {
    let (first, second) = (TestMiner::start(1, Mood::Fail).await, TestMiner::start(2, say("42")).await);
    let (third, fourth) = (TestMiner::start(3, say("43")).await, TestMiner::start(4, say("It is 42.")).await);
    let gateway = gateway(&[&first, &second, &third, &fourth]).await;
    let (status, body) = gateway.send(question(false)).await;
    assert_eq!((status, content(&body)), (200, "42"), "{body}");
    assert_eq!(body["ganglion"]["attempts"], 4);
    third.turn(Mood::Hang);
    let (status, body) = gateway.send(question(false)).await;
    assert_eq!((status, content(&body)), (200, "42"), "{body}");
    let told = &body["ganglion"]["consensus"];
    assert_eq!((&told["answered"], &told["agreed"]), (&json!(2), &json!(2)));
    gateway.stop().await;
}

#[tokio::test]
async fn one_answer_is_an_answer_and_none_an_error() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = gateway(&[&miner]).await;
    let (status, body) = gateway.send(question(false)).await;
    assert_eq!((status, content(&body)), (200, "miner 1: 17 + 25?"));
    let told = &body["ganglion"]["consensus"];
    assert_eq!((&told["asked"], &told["agreed"]), (&json!(1), &json!(1)), "who reads it is not deceived");
    miner.turn(Mood::Fail);
    assert_eq!(gateway.send(question(false)).await.0, 502);
    gateway.directory.tell(Vec::new());
    assert_eq!(gateway.send(question(false)).await.0, 503);
    gateway.stop().await;
}
