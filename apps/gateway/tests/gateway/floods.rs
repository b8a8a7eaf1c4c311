//! More than the gateway takes: requests, and bytes.

use super::{
    bounded, config,
    miners::{Mood, TestMiner},
    Gateway,
};
use ganglion_gateway::GatewayConfig;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const NEVER: Duration = Duration::from_secs(3600);
const BODY: &str = r#"{"model":"text","messages":[{"role":"user","content":"hi"}]}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_flood_as_many_are_answered_as_there_is_room_for_and_none_twice() {
    const FLOOD: usize = 200;
    let miner = TestMiner::start(1, Mood::Answer).await;
    let narrow = GatewayConfig { in_flight: 4, hedge: NEVER, ..config() };
    let gateway = Arc::new(Gateway::with(narrow, &[&miner]).await);
    let flood = (0..FLOOD).map(|_| {
        let gateway = gateway.clone();
        tokio::spawn(async move { gateway.post(BODY).await.status().as_u16() })
    });
    let mut answered = 0;
    for task in flood.collect::<Vec<_>>() {
        match bounded(task).await.expect("no panic") {
            200 => answered += 1,
            status => assert_eq!(status, 429),
        }
    }
    assert!(answered > 0);
    assert_eq!(miner.asked(), answered, "nothing was lost, nor asked twice");
    assert_eq!(gateway.post(BODY).await.status(), 200);
}

#[tokio::test]
async fn what_is_under_way_is_answered_when_the_gateway_ends() {
    let miner = TestMiner::start(1, Mood::Gated("one ", "two")).await;
    let gateway = Gateway::with(GatewayConfig { hedge: NEVER, ..config() }, &[&miner]).await;
    let asking = gateway.http.post(gateway.url("/v1/chat/completions")).body(BODY).send();
    let asking = tokio::spawn(async move { bounded(asking).await.expect("an answer").text().await });
    bounded(async {
        while miner.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let address = gateway.address;
    let ending = tokio::spawn(gateway.stop());
    // It takes nobody more.
    bounded(async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    miner.release();
    let said = bounded(asking).await.expect("no panic").expect("a body");
    assert!(said.contains("one two"), "{said}");
    bounded(ending).await.expect("no panic");
}

/// The most memory that this process ever held, bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gibibyte_is_refused_before_it_is_here() {
    const CHUNK: usize = 1 << 20;
    const CHUNKS: usize = 1 << 10;
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let before = peak();
    for path in ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/events"] {
        let socket = TcpStream::connect(gateway.address).await.expect("connects");
        let (mut reader, mut writer) = socket.into_split();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
        let sending = tokio::spawn(async move {
            writer.write_all(head.as_bytes()).await.expect("the head is taken");
            let chunk = [format!("{CHUNK:x}\r\n").into_bytes(), vec![b' '; CHUNK], b"\r\n".to_vec()].concat();
            for sent in 0..CHUNKS {
                if writer.write_all(&chunk).await.is_err() {
                    return sent;
                }
            }
            CHUNKS
        });
        let mut answer = [0; 12];
        bounded(reader.read_exact(&mut answer)).await.expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 413", "{path}");
        // Only then the client lets go: it was the gateway that ended it, or that takes nothing more.
        drop(reader);
        let sent = match tokio::time::timeout(Duration::from_secs(20), sending).await {
            Ok(sent) => sent.expect("no panic"),
            Err(_) => 0,
        };
        assert!(sent < CHUNKS, "all of it was taken");
    }
    let grown = peak().saturating_sub(before);
    assert!(grown < 256 << 20, "{} MiB", grown >> 20);
    assert_eq!(gateway.post(BODY).await.status(), 200);
    gateway.stop().await;
}
