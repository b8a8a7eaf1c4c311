//! Several requests of one connection.

use std::time::Duration;

use ganglion_wire::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::common::*;

/// The request's bytes, with the connection left open after it.
fn continued(request: &RawRequest) -> Vec<u8> {
    let text = String::from_utf8(request.bytes()).unwrap();
    text.replacen("Connection: close", "Connection: keep-alive", 1).into_bytes()
}

fn statuses(answers: &str) -> Vec<&str> {
    answers.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)).collect()
}

/// Sends all at once, and reads until the axon closes.
async fn talk(axon: &Running, bytes: &[u8]) -> String {
    let exchange = async {
        let mut stream = TcpStream::connect(axon.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let answer = read_answer(&mut stream).await.unwrap();
        format!("{}\r\n\r\n{}", answer.head, answer.body)
    };
    tokio::time::timeout(PATIENCE, exchange).await.expect("the axon keeps the connection open")
}

#[tokio::test]
async fn each_request_is_proved_by_itself() {
    let axon = Running::start_echo().await;
    let (good, mut forged, mut unsigned) = (RawRequest::good(), RawRequest::good(), RawRequest::good());
    forged.body = br#"{"text":"other"}"#.to_vec();
    unsigned.headers.clear();
    let all =
        [continued(&good), continued(&forged), continued(&good), continued(&unsigned), RawRequest::good().bytes()];
    assert_eq!(statuses(&talk(&axon, &all.concat()).await), ["200", "401", "409", "401", "200"]);
    assert_eq!(axon.metrics.snapshot().ok, 2);
    axon.stop().await;
}

#[tokio::test]
async fn what_follows_a_body_is_another_request() {
    let axon = Running::start_echo().await;
    let good = RawRequest::good();
    // Two lengths, one of which hides a request: whichever is believed, nothing unsigned is answered.
    let hidden = "POST /Echo HTTP/1.1\r\nHost: axon\r\nContent-Length: 2\r\n\r\n{}";
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", good.body.len(), String::from_utf8_lossy(&good.body));
    let lengths = format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n\r\n", chunk.len() + hidden.len());
    let bytes = format!("{}{lengths}{chunk}{hidden}", good.head());
    let answers = talk(&axon, bytes.as_bytes()).await;
    assert!(statuses(&answers).iter().filter(|status| **status == "200").count() <= 1, "{answers}");
    assert!(axon.metrics.snapshot().accepted <= 1);
    // Two different ones of a kind are nonsense.
    let bytes = format!("{}Content-Length: 3\r\nContent-Length: 4\r\n\r\n{{}}xx", RawRequest::good().head());
    assert_eq!(statuses(&talk(&axon, bytes.as_bytes()).await), ["400"]);
    axon.stop().await;
}

#[tokio::test]
async fn who_says_nothing_is_let_go() {
    let limits = Limits { header_timeout: Duration::from_millis(300), ..Limits::default() };
    let axon = Running::start(bob().limits(limits).synapse::<Echo, _, _>(echo)).await;
    let silent = TcpStream::connect(axon.address).await.unwrap();
    until(|| axon.metrics.snapshot().connections == 1 && axon.metrics.snapshot().connections_now == 0).await;
    drop(silent);
    // Nor does one good request buy a place for ever.
    let answers = talk(&axon, &continued(&RawRequest::good())).await;
    assert_eq!(statuses(&answers)[0], "200");
    until(|| axon.metrics.snapshot().connections_now == 0).await;
    axon.stop().await;
}
