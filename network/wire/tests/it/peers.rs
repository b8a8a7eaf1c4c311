//! A dendrite against axons that misbehave.

use std::net::SocketAddr;
use std::time::Duration;

use ganglion_wire::{CallError, Dendrite, DendriteLimits, Target};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::common::*;

/// Answers every connection with the same bytes, then closes it or holds it open.
async fn false_axon(answer: Vec<u8>, hold: bool) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0u8; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&answer).await;
                if hold {
                    tokio::time::sleep(PATIENCE).await;
                }
            });
        }
    });
    Target { hotkey: key("//Bob").public(), address }
}

fn http(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

async fn call(target: &Target, timeout: Duration) -> Result<Said, CallError> {
    let limits = DendriteLimits { answer_bytes: 10_000, ..DendriteLimits::default() };
    let dendrite = Dendrite::with_limits(key("//Alice"), limits);
    dendrite.call::<Echo>(target, &Said { text: "x".into() }, timeout).await.map(|answer| answer.response)
}

#[tokio::test]
async fn unusable_answers() {
    for body in ["", "{", "[]", r#"{"txt":"a"}"#, r#"{"text":7}"#, r#"{"text":"a"}{"#] {
        let target = false_axon(http("200 OK", body), true).await;
        assert!(matches!(call(&target, PATIENCE).await, Err(CallError::BadAnswer(_))), "{body}");
    }
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(10_000));
    let target = false_axon(http("200 OK", &long), true).await;
    assert!(matches!(call(&target, PATIENCE).await, Err(CallError::BadAnswer(_))));
    // Too long without announcing it.
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), long.as_bytes()].concat();
    let target = false_axon(endless, true).await;
    assert!(matches!(call(&target, PATIENCE).await, Err(CallError::BadAnswer(_))));
}

#[tokio::test]
async fn refusals_are_passed_on_but_not_trusted() {
    for (answer, status, code) in [
        (http("403 Forbidden", r#"{"error":{"code":"no_stake","message":"bad\u001b[31m"}}"#), 403, "no_stake"),
        (http("500 Oops", "<html>"), 500, ""),
        // Never followed: the signature is for this axon only.
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec(), 302, ""),
        (b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), 204, ""),
    ] {
        let target = false_axon(answer, true).await;
        match call(&target, PATIENCE).await {
            Err(CallError::Refused { status: got, code: word, message }) => {
                assert_eq!((got, word.as_str()), (status, code));
                assert!(!message.contains('\u{1b}'));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn broken_connections() {
    for answer in [b"".as_slice(), b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"te"] {
        let target = false_axon(answer.to_vec(), false).await;
        assert!(matches!(call(&target, PATIENCE).await, Err(CallError::Unreachable(_))));
    }
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = free.local_addr().unwrap();
    drop(free);
    let nobody = Target { hotkey: key("//Bob").public(), address };
    match call(&nobody, PATIENCE).await {
        Err(CallError::Unreachable(reason)) => assert!(reason.contains("refused"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_time_limit_covers_everything() {
    let short = Duration::from_millis(200);
    let silent = false_axon(Vec::new(), true).await;
    assert_eq!(call(&silent, short).await, Err(CallError::Timeout { after: short }));
    let cut = false_axon(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"te".to_vec(), true).await;
    assert_eq!(call(&cut, short).await, Err(CallError::Timeout { after: short }));
    // Waiting for a place counts too.
    let limits = DendriteLimits { in_flight: 1, ..DendriteLimits::default() };
    let dendrite = Dendrite::with_limits(key("//Alice"), limits);
    let said = Said { text: "x".into() };
    let (first, second) =
        tokio::join!(dendrite.call::<Echo>(&silent, &said, short * 3), dendrite.call::<Echo>(&silent, &said, short),);
    assert_eq!(first.unwrap_err(), CallError::Timeout { after: short * 3 });
    assert_eq!(second.unwrap_err(), CallError::Timeout { after: short });
}

#[tokio::test]
async fn private_addresses_can_be_refused() {
    let axon = Running::start_echo().await;
    let limits = DendriteLimits { public_addresses_only: true, ..DendriteLimits::default() };
    let dendrite = Dendrite::with_limits(key("//Alice"), limits);
    let outcome = dendrite.call::<Echo>(&axon.target(), &Said { text: "x".into() }, PATIENCE).await;
    assert!(matches!(outcome, Err(CallError::BadRequest(_))));
    assert_eq!(axon.metrics.snapshot().connections, 0);
    axon.stop().await;
}
