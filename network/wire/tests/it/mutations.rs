//! No request is accepted without a valid signature over exactly what arrives.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ganglion_wire::{classic, Caller, Limits};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::common::*;
use crate::py_synapses::{FailRequest, PyFail};

/// Every place of every signed part, changed one at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_changed_character_is_refused() {
    // Time stands still, so that nothing is refused for its age alone.
    let time = now();
    let axon = Running::start(bob().clock(move || time).synapse::<Echo, _, _>(echo)).await;
    let good = RawRequest::signed_at(
        &key("//Alice"),
        key("//Bob").public(),
        "/Echo",
        br#"{"text":"hello"}"#,
        time + 1_000_000_000,
    );
    let mut bad = Vec::new();
    for (index, (_, value)) in good.headers.iter().enumerate() {
        for place in 0..value.len() {
            let mut changed = good.clone();
            let mut bytes = value.clone().into_bytes();
            // Another character of the same alphabet, so that form alone does not give it away.
            bytes[place] = match bytes[place] {
                b'9' | b'z' | b'Z' => bytes[place] - 1,
                b'1' => b'2',
                other => other + 1,
            };
            changed.headers[index].1 = String::from_utf8(bytes).unwrap();
            bad.push(changed);
        }
        let mut shorter = good.clone();
        shorter.headers[index].1.pop();
        bad.push(shorter);
    }
    for place in 0..good.body.len() {
        let mut changed = good.clone();
        changed.body[place] ^= 1;
        bad.push(changed);
    }
    for path in ["/Echo?", "/Echo?x", "/Echo?x=1", "/Echo#", "/Ecgo", "/Echo;"] {
        bad.push(RawRequest { path: path.into(), ..good.clone() });
    }
    for method in ["PUT", "GET", "PATCH", "post", "DELETE", "OPTIONS"] {
        bad.push(RawRequest { method: method.into(), ..good.clone() });
    }
    assert!(bad.len() > 250);
    for request in &bad {
        // A fragment never reaches the wire from an honest client; whatever happens to it, it is not accepted below.
        if let Some(answer) = send_bytes(axon.address, &request.bytes()).await {
            assert!((400..500).contains(&answer.status) || request.path.ends_with('#'), "{}", request.head());
        }
    }
    let counted = axon.metrics.snapshot();
    // `/Echo#`: some parsers cut the fragment off, and what is left is the signed request itself.
    assert!(counted.accepted <= 1, "{counted:?}");
    let last = good.send(&axon).await.status;
    assert_eq!(last, if counted.accepted == 1 { 409 } else { 200 });
    axon.stop().await;
}

/// One axon for all cases; what its handler sees is written down.
struct Witness {
    runtime: tokio::runtime::Runtime,
    axon: Running,
    seen: Arc<Mutex<Vec<(Caller, String)>>>,
}

impl Witness {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        // Bent requests may promise more than they send.
        let wait = Duration::from_millis(300);
        let limits = Limits { header_timeout: wait, body_timeout: wait, ..Limits::default() };
        let axon =
            runtime.block_on(Running::start(bob().limits(limits).synapse::<Echo, _, _>(move |caller, said: Said| {
                log.lock().unwrap().push((caller, said.text.clone()));
                async move { Ok(said) }
            })));
        Self { runtime, axon, seen }
    }

    /// Sends bytes and returns what was accepted of them.
    fn offer(&self, bytes: &[u8]) -> Vec<(Caller, String)> {
        self.runtime.block_on(send_bytes(self.axon.address, bytes));
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

#[test]
fn any_bent_request_is_refused_or_means_what_was_signed() {
    let witness = Witness::new();
    let alice = key("//Alice").public();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 96, ..ProptestConfig::default() });
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..4);
    let used = Mutex::new(HashSet::new());
    runner
        .run(&edits, |edits| {
            let good = RawRequest::good();
            let hash: [u8; 32] = Sha256::digest(&good.body).into();
            let mut bytes = good.bytes();
            for (place, byte, kind) in edits {
                let place = place.index(bytes.len());
                match kind {
                    0 => bytes[place] = byte,
                    1 => bytes.insert(place, byte),
                    _ => drop(bytes.remove(place)),
                }
            }
            for (caller, text) in witness.offer(&bytes) {
                prop_assert_eq!(caller.hotkey, alice);
                prop_assert_eq!(caller.request_hash, hash);
                prop_assert_eq!(text, "hello");
                prop_assert_eq!(caller.nonce.to_string(), good.get("X-Bittensor-Nonce"));
                prop_assert!(used.lock().unwrap().insert(caller.nonce));
            }
            Ok(())
        })
        .unwrap();
    witness.runtime.block_on(async {
        assert_eq!(RawRequest::good().send(&witness.axon).await.status, 200);
    });
}

/// The classic signature covers less: not the path, not unsigned headers, of the body what is hashed. What the handler sees
/// is what was signed, all the same.
#[test]
fn any_bent_classic_request_is_refused_or_means_what_was_signed() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let wait = Duration::from_millis(300);
    let limits = Limits { header_timeout: wait, body_timeout: wait, ..Limits::default() };
    let builder = bob().limits(limits).synapse::<PyFail, _, _>(move |caller: Caller, asked: FailRequest| {
        log.lock().unwrap().push((caller, asked.kind.clone()));
        async move { Ok(asked) }
    });
    let axon = runtime.block_on(Running::start(builder));
    let alice = key("//Alice");
    let good = || {
        let (nonce, from, to) = (fresh_nonce(), alice.public().to_ss58(), key("//Bob").public().to_ss58());
        let hash = classic::body_hash([&classic::Value::Text("hello".into())]);
        let signature = alice.sign(classic::signed_message(nonce, &from, &to, "u", &hash).as_bytes()).to_hex();
        let mut request = RawRequest {
            method: "POST".into(),
            path: "/Fail".into(),
            headers: Vec::new(),
            body: br#"{"kind":"hello"}"#.to_vec(),
        };
        request
            .set("bt_header_dendrite_hotkey", from)
            .set("bt_header_dendrite_nonce", nonce.to_string())
            .set("bt_header_dendrite_uuid", "u")
            .set("bt_header_dendrite_signature", signature)
            .set("computed_body_hash", hash);
        request
    };
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 96, ..ProptestConfig::default() });
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..4);
    let used = Mutex::new(HashSet::new());
    runner
        .run(&edits, |edits| {
            let good = good();
            let mut bytes = good.bytes();
            for (place, byte, kind) in edits {
                let place = place.index(bytes.len());
                match kind {
                    0 => bytes[place] = byte,
                    1 => bytes.insert(place, byte),
                    _ => drop(bytes.remove(place)),
                }
            }
            runtime.block_on(send_bytes(axon.address, &bytes));
            for (caller, kind) in std::mem::take(&mut *seen.lock().unwrap()) {
                prop_assert_eq!(caller.hotkey, alice.public());
                prop_assert_eq!(kind, "hello");
                prop_assert_eq!(caller.nonce.to_string(), good.get("bt_header_dendrite_nonce"));
                prop_assert!(used.lock().unwrap().insert(caller.nonce));
            }
            Ok(())
        })
        .unwrap();
    runtime.block_on(async {
        assert_eq!(good().send(&axon).await.status, 200);
        let accepted = axon.metrics.snapshot().accepted;
        let mut forged = good();
        forged.set("bt_header_dendrite_signature", good().get("bt_header_dendrite_signature"));
        assert_eq!(forged.send(&axon).await.status, 401);
        assert_eq!(axon.metrics.snapshot().accepted, accepted);
    });
}

#[test]
fn noise_is_survived() {
    let witness = Witness::new();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 64, ..ProptestConfig::default() });
    let noise = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        "POST /Echo HTTP/1.1\r\n([a-zA-Z-]{1,20}: [ -~]{0,40}\r\n){0,10}\r\n".prop_map(String::into_bytes),
        "POST /Echo HTTP/1.1\r\nContent-Length: [0-9]{1,25}\r\nX-Bittensor-Hotkey: [ -~]{0,60}\r\n\r\n.{0,20}"
            .prop_map(String::into_bytes),
    ];
    runner
        .run(&noise, |mut bytes| {
            // An end, lest the axon wait for more.
            bytes.extend_from_slice(b"\r\n\r\n");
            let accepted = witness.runtime.block_on(async {
                use tokio::io::AsyncWriteExt;
                let mut stream = tokio::net::TcpStream::connect(witness.axon.address).await.unwrap();
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                tokio::time::timeout(PATIENCE, read_answer(&mut stream)).await.expect("the axon hangs");
                std::mem::take(&mut *witness.seen.lock().unwrap())
            });
            prop_assert!(accepted.is_empty());
            Ok(())
        })
        .unwrap();
    witness.runtime.block_on(async {
        assert_eq!(RawRequest::good().send(&witness.axon).await.status, 200);
    });
}
