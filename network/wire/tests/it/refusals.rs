//! What strangers, thieves and broken programs get.

use std::time::Duration;

use ganglion_wire::{btauth, Limits, Refusal};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::common::*;

const SECOND: u64 = 1_000_000_000;

fn at(nonce: u64) -> RawRequest {
    RawRequest::signed_at(&key("//Alice"), key("//Bob").public(), "/Echo", br#"{"text":"hello"}"#, nonce)
}

#[tokio::test]
async fn the_golden_request_is_served() {
    let vector: serde_json::Value = serde_json::from_str(include_str!("../vectors/btauth1_11_3_0.json")).unwrap();
    let nonce = vector["nonce_ns"].as_u64().unwrap();
    struct Generate;
    impl ganglion_wire::Synapse for Generate {
        const NAME: &'static str = "generate";
        type Request = serde_json::Value;
        type Response = String;
    }
    let axon = Running::start(bob().clock(move || nonce - SECOND).synapse::<Generate, _, _>(
        |caller: ganglion_wire::Caller, body: serde_json::Value| async move {
            Ok(format!("{} says {}", caller.hotkey, body["prompt"]))
        },
    ))
    .await;
    let headers = vector["headers"].as_object().unwrap();
    let request = RawRequest {
        method: "POST".into(),
        path: vector["path"].as_str().unwrap().into(),
        headers: headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
        body: vector["body"].as_str().unwrap().into(),
    };
    let answer = request.send(&axon).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body.contains(vector["verified_as"].as_str().unwrap()) && answer.body.contains("hello"));
    request.send(&axon).await.is(409, "replay");
    axon.stop().await;
}

#[tokio::test]
async fn unsigned_and_half_signed() {
    let axon = Running::start_echo().await;
    let mut unsigned = RawRequest::good();
    unsigned.headers.clear();
    unsigned.send(&axon).await.is(401, "unsigned");
    for name in ["Version", "Hotkey", "Nonce", "Signature"] {
        RawRequest::good().remove(&format!("X-Bittensor-{name}")).send(&axon).await.is(400, "malformed_auth");
    }
    RawRequest::good().remove("X-Bittensor-Receiver").send(&axon).await.is(401, "wrong_receiver");
    RawRequest::good().set("X-Bittensor-Receiver", "-").send(&axon).await.is(401, "wrong_receiver");
    assert_eq!(axon.metrics.snapshot().accepted, 0);
    axon.stop().await;
}

#[tokio::test]
async fn malformed_headers() {
    let axon = Running::start_echo().await;
    let good = RawRequest::good();
    let shouted = good.get("X-Bittensor-Signature").to_uppercase().replace("0X", "0x");
    let padded = format!("0{}", good.get("X-Bittensor-Nonce"));
    for (name, value) in [
        ("X-Bittensor-Version", "2"),
        ("X-Bittensor-Version", ""),
        ("X-Bittensor-Crypto", "ed25519"),
        ("X-Bittensor-Hotkey", "5Grw"),
        // Alice on another network.
        ("X-Bittensor-Hotkey", "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"),
        ("X-Bittensor-Receiver", "somebody"),
        ("X-Bittensor-Nonce", "-1"),
        ("X-Bittensor-Nonce", "1e18"),
        ("X-Bittensor-Nonce", "99999999999999999999999"),
        ("X-Bittensor-Nonce", &padded),
        ("X-Bittensor-Signature", ""),
        ("X-Bittensor-Signature", "0x00"),
        ("X-Bittensor-Signature", &shouted),
    ] {
        good.clone().set(name, value).send(&axon).await.is(400, "malformed_auth");
    }
    // Twice the same header, even with the same value.
    for name in ["Version", "Hotkey", "Nonce", "Signature", "Receiver"] {
        let mut twice = good.clone();
        let name = format!("x-bittensor-{}", name.to_lowercase());
        let value = good.headers.iter().find(|(known, _)| known.to_lowercase() == name).unwrap().1.clone();
        twice.headers.push((name, value));
        twice.send(&axon).await.is(400, "malformed_auth");
    }
    // Not text at all.
    let mut bytes = good.bytes();
    let place = bytes.windows(5).position(|window| window == b"5Grwv").unwrap();
    bytes[place] = 0xff;
    send_bytes(axon.address, &bytes).await.unwrap().is(400, "malformed_auth");
    // None of this used the nonce up.
    assert_eq!(good.clone().set("X-Bittensor-Crypto", "sr25519").send(&axon).await.status, 200);
    axon.stop().await;
}

#[tokio::test]
async fn the_window_and_the_order_of_checks() {
    let start = 1_000 * SECOND;
    let time = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(start));
    let clock = time.clone();
    let axon = Running::start(
        bob().clock(move || clock.load(std::sync::atomic::Ordering::Relaxed)).synapse::<Echo, _, _>(echo),
    )
    .await;
    let now = start + 100 * SECOND;
    time.store(now, std::sync::atomic::Ordering::Relaxed);
    at(now - btauth::MAX_AGE - 1).send(&axon).await.is(401, "stale");
    at(now + btauth::MAX_AHEAD + 1).send(&axon).await.is(401, "stale");
    assert_eq!(at(now - btauth::MAX_AGE).send(&axon).await.status, 200);
    assert_eq!(at(now + btauth::MAX_AHEAD).send(&axon).await.status, 200);

    let used = at(now + btauth::MAX_AHEAD);
    used.send(&axon).await.is(409, "replay");
    // Bad in every later way too: the earlier reason counts.
    let mut bad = used.clone();
    bad.body.push(b' ');
    bad.send(&axon).await.is(401, "bad_signature");
    bad.set("X-Bittensor-Nonce", "1").send(&axon).await.is(401, "stale");
    bad.set("X-Bittensor-Receiver", key("//Charlie").public().to_ss58()).send(&axon).await.is(401, "wrong_receiver");
    bad.set("X-Bittensor-Version", "0").send(&axon).await.is(400, "malformed_auth");
    // A nonce is per sender.
    let other =
        RawRequest::signed_at(&key("//Dave"), key("//Bob").public(), "/Echo", br#"{"text":""}"#, now - btauth::MAX_AGE);
    assert_eq!(other.send(&axon).await.status, 200);
    axon.stop().await;
}

#[tokio::test]
async fn of_many_copies_at_once_one_is_served() {
    let time = now();
    let axon = Running::start(bob().clock(move || time).synapse::<Echo, _, _>(echo)).await;
    let request = at(time + SECOND);
    let answers = futures::future::join_all((0..16).map(|_| request.send(&axon))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 15);
    axon.stop().await;
}

#[tokio::test]
async fn the_unwelcome_cost_little() {
    let alice = key("//Alice").public();
    let limits = Limits { replay_entries: 3, ..Limits::default() };
    let check = move |caller: &ganglion_wire::Caller| {
        (caller.hotkey == alice).then_some(()).ok_or_else(|| Refusal { code: "no_stake", message: "x".repeat(1000) })
    };
    let axon = Running::start(bob().limits(limits).authorize(check).synapse::<Echo, _, _>(echo)).await;
    for n in 0..10 {
        let stranger = key(&format!("//Stranger{n}"));
        // Not even their JSON is looked at.
        let request = RawRequest::signed_at(&stranger, key("//Bob").public(), "/Echo", b"junk", fresh_nonce());
        request.send(&axon).await.is(403, "no_stake");
    }
    // They took no room in the memory of nonces.
    for _ in 0..3 {
        assert_eq!(RawRequest::good().send(&axon).await.status, 200);
    }
    RawRequest::good().send(&axon).await.is(503, "busy");
    let counted = axon.metrics.snapshot();
    assert_eq!((counted.refused_unauthorised, counted.accepted, counted.refused_busy), (10, 3, 1));
    axon.stop().await;
}

#[tokio::test]
async fn bodies_that_are_not_the_synapse() {
    let axon = Running::start_echo().await;
    for (body, status, code) in [
        (b"".as_slice(), 400, "bad_json"),
        (b"{", 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (br#"{"text":"a"} x"#, 400, "bad_json"),
        (b"[[[[[[", 422, "invalid_request"),
        (b"{}", 422, "invalid_request"),
        (b"null", 422, "invalid_request"),
        (br#"{"text":5}"#, 422, "invalid_request"),
    ] {
        let request = RawRequest::signed_at(&key("//Alice"), key("//Bob").public(), "/Echo", body, fresh_nonce());
        request.send(&axon).await.is(status, code);
    }
    let deep = "[".repeat(100_000);
    RawRequest::signed_at(&key("//Alice"), key("//Bob").public(), "/Echo", deep.as_bytes(), fresh_nonce())
        .send(&axon)
        .await
        .is(422, "invalid_request");
    axon.stop().await;
}

#[tokio::test]
async fn bodies_that_are_too_long() {
    let axon = Running::start_echo().await;
    let long = vec![b'x'; (1 << 20) + 1];
    let request = RawRequest::signed_at(&key("//Alice"), key("//Bob").public(), "/Echo", &long, fresh_nonce());
    request.send(&axon).await.is(413, "too_large");
    // Without announcing it.
    let mut chunked = format!("{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", request.head(), long.len()).into_bytes();
    chunked.extend_from_slice(&long);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    send_bytes(axon.address, &chunked).await.unwrap().is(413, "too_large");
    // Unsigned and long: the refusal arrives all the same.
    let mut unsigned = request.clone();
    unsigned.headers.clear();
    unsigned.send(&axon).await.is(401, "unsigned");
    // Chunked as such is fine.
    let good = RawRequest::good();
    let mut chunked = format!("{}Transfer-Encoding: chunked\r\n\r\n", good.head()).into_bytes();
    for piece in good.body.chunks(3) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(send_bytes(axon.address, &chunked).await.unwrap().status, 200);
    axon.stop().await;
}

#[tokio::test]
async fn bodies_in_broken_chunks() {
    let axon = Running::start_echo().await;
    let good = RawRequest::good();
    let (body, length) = (String::from_utf8_lossy(&good.body), good.body.len());
    let head = format!("{}Transfer-Encoding: chunked\r\n\r\n", good.head());
    let broken = [
        // All that is signed is there, but not its end.
        format!("{length:x}\r\n{body}\r\nzz\r\n\r\n"),
        // Longer than it says, and shorter.
        format!("{:x}\r\n{body}\r\n0\r\n\r\n", length - 1),
        format!("{:x}\r\n{body}\r\n0\r\n\r\n", length + 1),
        // Of no length, a negative one, and one beyond 64 bits.
        format!("\r\n{body}\r\n0\r\n\r\n"),
        format!("-{length:x}\r\n{body}\r\n0\r\n\r\n"),
        format!("{}\r\n{body}\r\n0\r\n\r\n", "f".repeat(17)),
    ];
    for chunks in &broken {
        let answer = send_bytes(axon.address, format!("{head}{chunks}").as_bytes()).await;
        answer.unwrap_or_else(|| panic!("no answer to {chunks:?}")).is(400, "bad_body");
    }
    // Cut off within a chunk by somebody who still listens.
    let mut stream = TcpStream::connect(axon.address).await.unwrap();
    stream.write_all(format!("{head}{length:x}\r\n{}", &body[..5]).as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    tokio::time::timeout(PATIENCE, read_answer(&mut stream)).await.unwrap().unwrap().is(400, "bad_body");
    // The axon lives on, and none of this used the nonce up or holds a connection.
    assert_eq!(good.send(&axon).await.status, 200);
    until(|| axon.metrics.snapshot().connections_now == 0).await;
    let counted = axon.metrics.snapshot();
    assert_eq!((counted.accepted, counted.refused_body), (1, broken.len() as u64 + 1));
    assert_eq!(counted.bytes_in, length as u64, "of the one that was read to its end");
    axon.stop().await;
}

#[tokio::test]
async fn headers_that_are_too_many_or_too_long() {
    let axon = Running::start_echo().await;
    let mut many = RawRequest::good();
    (0..60).for_each(|n| many.headers.push((format!("X-{n}"), "1".into())));
    many.send(&axon).await.is(431, "headers_too_large");
    RawRequest::good().set("X-Long", "x".repeat(20_000)).send(&axon).await.is(431, "headers_too_large");
    // Beyond the parser's own bounds there is only the end of the connection, and the axon lives on.
    let huge = RawRequest::good().set("X-Long", "x".repeat(200_000)).bytes();
    assert!(send_bytes(axon.address, &huge).await.is_none_or(|answer| answer.status >= 400));
    assert_eq!(RawRequest::good().send(&axon).await.status, 200);
    axon.stop().await;
}

#[tokio::test]
async fn other_paths_and_methods() {
    let axon = Running::start_echo().await;
    for path in ["/", "/echo", "/Echo/", "/Echo/x", "//Echo", "/%45cho", "/../Echo", "/Ech", "*"] {
        let request =
            RawRequest::signed_at(&key("//Alice"), key("//Bob").public(), path, br#"{"text":""}"#, fresh_nonce());
        let answer = request.send(&axon).await;
        assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
        if path == "/Ech" {
            answer.is(404, "not_found");
        }
    }
    let mut get = RawRequest::good();
    get.method = "GET".into();
    let answer = get.send(&axon).await;
    answer.is(405, "method_not_allowed");
    assert!(answer.head.to_lowercase().contains("allow: post"));
    // With a query it is another signed path, and served.
    let query =
        RawRequest::signed_at(&key("//Alice"), key("//Bob").public(), "/Echo?a=%20b", br#"{"text":""}"#, fresh_nonce());
    assert_eq!(query.send(&axon).await.status, 200);
    axon.stop().await;
}

#[tokio::test]
async fn slow_and_broken_senders() {
    let limits = Limits {
        header_timeout: Duration::from_millis(500),
        body_timeout: Duration::from_millis(500),
        ..Limits::default()
    };
    let axon = Running::start(bob().limits(limits).synapse::<Echo, _, _>(echo)).await;
    let good = RawRequest::good();
    let bytes = good.bytes();
    // The body stops half way.
    let mut stream = TcpStream::connect(axon.address).await.unwrap();
    stream.write_all(&bytes[..bytes.len() - 3]).await.unwrap();
    tokio::time::timeout(PATIENCE, read_answer(&mut stream)).await.unwrap().unwrap().is(408, "body_timeout");
    // The headers stop half way: the connection is closed.
    let mut stream = TcpStream::connect(axon.address).await.unwrap();
    stream.write_all(&bytes[..40]).await.unwrap();
    let answer = tokio::time::timeout(PATIENCE, read_answer(&mut stream)).await.unwrap();
    assert!(answer.is_none_or(|answer| answer.status == 408));
    // The sender goes away in the middle.
    let mut stream = TcpStream::connect(axon.address).await.unwrap();
    stream.write_all(&bytes[..bytes.len() - 3]).await.unwrap();
    drop(stream);
    assert_eq!(good.send(&axon).await.status, 200);
    assert_eq!(axon.metrics.snapshot().accepted, 1);
    axon.stop().await;
}

#[tokio::test]
async fn refusals_do_not_echo_and_have_one_size() {
    let axon = Running::start_echo().await;
    let mut sizes = std::collections::HashSet::new();
    for marker in ["a", "<script>alert(1)</script>", &"z".repeat(500)] {
        let answer = RawRequest::good().set("X-Bittensor-Hotkey", marker).send(&axon).await;
        answer.is(400, "malformed_auth");
        sizes.insert(answer.body.len());
        assert!(!answer.body.contains("script"));
    }
    assert_eq!(sizes.len(), 1);
    axon.stop().await;
}
