//! Who answers in a young network, where nobody has been paid yet.

use super::{
    bounded, config, content,
    miners::{listed, Mood, TestMiner},
    Gateway,
};
use ganglion_gateway::{GatewayConfig, Miner};
use ganglion_models::{GenerateRequest, NgramEngine, SkillRouter, TextEngine};
use serde_json::json;
use std::time::Duration;

/// An hour: a limit that a test must not reach.
const NEVER: Duration = Duration::from_secs(3600);
const QUESTION: &str = "What is 17 + 25?";

/// Miners of which nothing is known, by uid.
fn strangers(miners: &[&TestMiner]) -> Vec<Miner> {
    listed(miners).into_iter().map(|miner| Miner { incentive: 0, ..miner }).collect()
}

async fn gateway(config: GatewayConfig, miners: &[&TestMiner]) -> Gateway {
    let gateway = Gateway::start(GatewayConfig { hedge: NEVER, ..config }).await;
    gateway.directory.tell(strangers(miners));
    gateway
}

fn says(text: impl Into<String>) -> Mood {
    Mood::Say(text.into())
}

#[tokio::test]
async fn of_strangers_the_answer_counts_that_others_bear_out() {
    // What the engines of a local network say, the quickest to register first.
    let nonsense = NgramEngine::builtin().complete(&GenerateRequest::ask(QUESTION)).expect("an answer").text;
    let ngram = TestMiner::start(1, says(nonsense.clone())).await;
    let skills = TestMiner::start(2, says(SkillRouter::answer(QUESTION).expect("a sum"))).await;
    let model = TestMiner::start(3, says("17 + 25 = 42")).await;
    let warm = TestMiner::start(4, says("The sum of 17 and 25 is 42.")).await;
    let all = [&ngram, &skills, &model, &warm];
    let gateway = gateway(config(), &all).await;
    for round in 1..=3 {
        let (status, body) = gateway.ask(QUESTION).await;
        assert_eq!((status, &body["ganglion"]["attempts"]), (200, &json!(4)), "{body}");
        assert!(content(&body).contains("42") && content(&body) != nonsense, "{body}");
        assert!(all.iter().all(|miner| miner.asked() == round), "each is asked once");
    }
    let metrics = bounded(gateway.get("/metrics").await.text()).await.expect("text");
    assert!(metrics.contains("ganglion_gateway_panels_total 3"), "{metrics}");

    // With the first weights one is enough.
    let mut miners = strangers(&all);
    miners[2].promised = 40_000;
    miners[3].promised = 20_000;
    gateway.directory.tell(miners);
    let (_, body) = gateway.ask(QUESTION).await;
    assert_eq!((content(&body), &body["ganglion"]["attempts"]), ("17 + 25 = 42", &json!(1)));
    assert_eq!(all.map(TestMiner::asked), [3, 3, 4, 3]);
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

#[tokio::test]
async fn strangers_answers_are_streamed_when_one_is_chosen() {
    let nonsense = TestMiner::start(1, says("Bread is made of flour.")).await;
    let pieces = TestMiner::start(2, Mood::Pieces(&["It is ", "42."])).await;
    let whole = TestMiner::start(3, says("It is 42.")).await;
    let gateway = gateway(config(), &[&nonsense, &pieces, &whole]).await;
    let body = json!({ "model": "text", "messages": [{ "role": "user", "content": "hi" }], "stream": true });
    let response = gateway.post(body.to_string()).await;
    assert_eq!(response.headers().get("x-ganglion-uid").expect("uid"), "1");
    let raw = bounded(response.text()).await.expect("a body");
    assert!(raw.contains("It is 42.") && raw.trim_end().ends_with("data: [DONE]"), "{raw}");
    gateway.stop().await;
}

#[tokio::test]
async fn who_fails_on_a_panel_is_replaced_and_who_is_silent_is_not_waited_for() {
    let failing = TestMiner::start(1, Mood::Fail).await;
    let silent = TestMiner::start(2, Mood::Hang).await;
    let (third, fourth) = (TestMiner::start(3, says("42")).await, TestMiner::start(4, says("42")).await);
    let patient = GatewayConfig { panel: 3, deadline: Duration::from_secs(8), ..config() };
    let gateway = gateway(patient, &[&failing, &silent, &third, &fourth]).await;
    let (status, body) = gateway.ask(QUESTION).await;
    assert_eq!((status, content(&body), &body["ganglion"]["attempts"]), (200, "42", &json!(4)), "{body}");
    gateway.stop().await;
}

#[tokio::test]
async fn without_an_answer_of_a_panel_the_error_says_why() {
    let (first, second) = (TestMiner::start(1, Mood::Fail).await, TestMiner::start(2, Mood::Fail).await);
    let hasty = GatewayConfig { deadline: Duration::from_secs(2), ..config() };
    let gateway = gateway(hasty, &[&first, &second]).await;
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["error"]["code"]), (502, &json!("miners_failed")), "{body}");
    first.turn(Mood::Refuse);
    second.turn(Mood::Refuse);
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["error"]["type"]), (400, &json!("invalid_request_error")), "{body}");
    first.turn(Mood::Hang);
    second.turn(Mood::Hang);
    let (status, body) = gateway.ask("hi").await;
    assert_eq!((status, &body["error"]["code"]), (504, &json!("deadline")), "{body}");
    gateway.stop().await;
}
