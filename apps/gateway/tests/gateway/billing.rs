//! What answers of a public gateway cost: each that came, once; none that didn't.

use super::{
    bounded,
    miners::Mood,
    public::{books, standing, Stage, CHARGE, TAO},
};
use ganglion_gateway::GatewayConfig;
use serde_json::{json, Value};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};

const NEVER: Duration = Duration::from_secs(3600);

/// Answers that a key was billed for, and RAO that are left.
fn billed(usage: &Value) -> (u64, u64) {
    let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{usage}"));
    (number(&usage["key"]["requests"]), number(&usage["credit_rao"]))
}

#[tokio::test]
async fn an_answer_that_failed_costs_nothing() {
    let stage = Stage::set(standing(0, &[CHARGE])).await;
    let key = stage.key().await;
    stage.miner.turn(Mood::Fail);
    assert_eq!(stage.ask(&key).await.0, 502);
    assert_eq!(billed(&stage.usage(&key).await), (0, CHARGE));
    for (path, body, status) in [
        ("/v1/chat/completions", "{", 400_u16),
        ("/v1/chat/completions", r#"{"model":"none","messages":[{"role":"user","content":"hi"}]}"#, 404),
        ("/v1/nothing", "{}", 404),
    ] {
        let request = stage.gateway.http.post(stage.gateway.url(path)).bearer_auth(&key).body(body);
        assert_eq!(bounded(request.send()).await.expect("an answer").status(), status, "{path} {body}");
        assert_eq!(billed(&stage.usage(&key).await), (0, CHARGE), "{path} {body}");
    }
    stage.miner.turn(Mood::Answer);
    assert_eq!(stage.ask(&key).await.0, 200);
    assert_eq!(stage.ask(&key).await.0, 402);
    stage.gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_flood_each_answer_is_billed_once_and_no_credit_is_used_twice() {
    const PAID: u64 = 12;
    let stage = Arc::new(Stage::set(standing(3 * TAO, &[(PAID - 3) * CHARGE + 1])).await);
    let key = stage.key().await;
    let flood: Vec<_> = (0..50)
        .map(|_| {
            let (stage, key) = (stage.clone(), key.clone());
            tokio::spawn(async move { stage.ask(&key).await.0 })
        })
        .collect();
    let mut answered = 0;
    for task in flood {
        match bounded(task).await.expect("no panic") {
            200 => answered += 1,
            status => assert_eq!(status, 402),
        }
    }
    assert_eq!(answered, PAID);
    assert_eq!(stage.miner.asked() as u64, PAID, "who can't pay reaches no miner");
    assert_eq!(billed(&stage.usage(&key).await), (PAID, 1));
}

#[tokio::test]
async fn who_hangs_up_before_an_answer_pays_nothing() {
    let stage = Stage::with(standing(0, &[CHARGE]), GatewayConfig { deadline: NEVER, ..super::config() }).await;
    let key = stage.key().await;
    stage.miner.turn(Mood::Hang);
    let waiting = tokio::spawn(stage.asking(&key, false).send());
    bounded(async {
        while stage.miner.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(billed(&stage.usage(&key).await), (1, 0), "put aside while it is under way");
    waiting.abort();
    bounded(async {
        while billed(&stage.usage(&key).await) != (0, CHARGE) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    stage.miner.turn(Mood::Answer);
    assert_eq!(stage.ask(&key).await.0, 200);
    stage.gateway.stop().await;
}

#[tokio::test]
async fn a_stream_costs_something_when_it_has_an_end() {
    let stage = Stage::set(standing(0, &[2 * CHARGE])).await;
    let key = stage.key().await;
    stage.miner.turn(Mood::BreakOff("half of it"));
    let response = bounded(stage.asking(&key, true).send()).await.expect("an answer");
    assert_eq!(response.status(), 200);
    let said = bounded(response.text()).await.expect("a body");
    assert!(said.contains("half of it") && said.contains("miner_failed"), "{said}");
    assert_eq!(billed(&stage.usage(&key).await), (0, 2 * CHARGE), "its miner broke off");

    stage.miner.turn(Mood::Answer);
    let response = bounded(stage.asking(&key, true).send()).await.expect("an answer");
    let said = bounded(response.text()).await.expect("a body");
    assert!(said.trim_end().ends_with("data: [DONE]"), "{said}");
    assert_eq!(billed(&stage.usage(&key).await), (1, CHARGE));

    // Words that were read were worth something.
    stage.miner.turn(Mood::Gated("one ", "two"));
    let mut response = bounded(stage.asking(&key, true).send()).await.expect("an answer");
    let mut said = String::new();
    while !said.contains("one ") {
        said += &String::from_utf8_lossy(&bounded(response.chunk()).await.expect("bytes").expect("more"));
    }
    drop(response);
    bounded(async {
        while stage.miner.busy() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(billed(&stage.usage(&key).await), (2, 0));
    stage.gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_a_stream_too_slowly_has_had_it() {
    let hasty = GatewayConfig {
        stream_deadline: Duration::from_secs(5),
        silence: Duration::from_secs(2),
        failures: 1,
        pause: NEVER,
        hedge: NEVER,
        ..super::config()
    };
    let stage = Stage::with(standing(0, &[CHARGE]), hasty).await;
    let key = stage.key().await;
    // More than lies between two sockets.
    stage.miner.turn(Mood::Flood(170_000));
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(64 * 1024).expect("a small one");
    let address = stage.gateway.address;
    let mut client = bounded(socket.connect(address)).await.expect("connects");
    let body = r#"{"model":"text","messages":[{"role":"user","content":"hi"}],"stream":true}"#;
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    bounded(client.write_all(head.as_bytes())).await.expect("writes");
    tokio::time::sleep(Duration::from_secs(8)).await;
    let mut said = String::new();
    bounded(client.read_to_string(&mut said)).await.expect("an end");
    let last = said.trim_end().rsplit("data: ").next().unwrap_or_default();
    assert!(last.contains("too slowly"), "{last}");
    assert_eq!(billed(&stage.usage(&key).await), (1, 0));
    let network = super::read(stage.gateway.get("/v1/network").await).await;
    assert_eq!(network["miners"][0]["breaker"], "closed", "{network}");
    stage.gateway.stop().await;
}

#[tokio::test]
async fn what_was_used_and_the_keys_survive_a_restart() {
    let stage = Stage::set(standing(0, &[3 * CHARGE])).await;
    let key = stage.key().await;
    assert_eq!(stage.ask(&key).await.0, 200);
    let Stage { gateway, ledger, miner, folder } = stage;
    gateway.stop().await;
    // One process a folder: until the first has let go.
    let access = bounded(async {
        loop {
            match books(folder.path(), &ledger) {
                Some(access) => break access,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    })
    .await;
    let config = GatewayConfig { access: Some(access), ..super::config() };
    let gateway = super::Gateway::with(config, &[&miner]).await;
    let stage = Stage { gateway, ledger, miner, folder };
    let usage = stage.usage(&key).await;
    assert_eq!((billed(&usage), &usage["key"]["spent_rao"]), ((1, 2 * CHARGE), &json!(CHARGE)), "{usage}");
    assert_eq!(stage.ask(&key).await.0, 200);
    assert_eq!(billed(&stage.usage(&key).await), (2, CHARGE));
    stage.gateway.stop().await;
}
