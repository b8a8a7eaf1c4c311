//! Requests as Python neurons send them, answers as they expect them: the captured ones, and hostile ones.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use ganglion_wire::classic::{body_hash, parse_object, signed_message, Classic};
use ganglion_wire::{AxonBuilder, AxonError, Limits, Refusal, Synapse};
use serde_json::{json, Value};

use crate::common::*;

const SECOND: u64 = 1_000_000_000;
const UUID: &str = "11111111-2222-3333-4444-555555555555";

fn captured() -> Value {
    serde_json::from_str(include_str!("../vectors/axon_responses_7_4_0.json")).unwrap()
}

/// The class that the captured answers are about.
struct VectorEcho;

impl Synapse for VectorEcho {
    const NAME: &'static str = "Echo";
    type Request = Value;
    type Response = Value;

    fn classic() -> Option<Classic> {
        Some(Classic { class: "Echo", required: &["text"], hashed: &["text", "count", "items"] })
    }
}

macro_rules! without_hash {
    ($name:ident, $class:literal) => {
        struct $name;

        impl Synapse for $name {
            const NAME: &'static str = $class;
            type Request = Value;
            type Response = Value;

            fn classic() -> Option<Classic> {
                Some(Classic { class: $class, required: &[], hashed: &[] })
            }
        }
    };
}
without_hash!(Black, "Black");
without_hash!(Prio, "Prio");
without_hash!(Boom, "Boom");
without_hash!(Stat, "Stat");

/// The axon of the captures, with its clock set. Nobody is welcome while `closed`.
fn vector_axon(clock: &Arc<AtomicU64>, closed: &'static std::sync::atomic::AtomicBool) -> AxonBuilder {
    let clock = clock.clone();
    bob()
        .clock(move || clock.load(Ordering::Relaxed))
        .synapse::<VectorEcho, _, _>(|_, asked: Value| async move {
            Ok(json!({ "reply": asked["text"].as_str().unwrap_or_default().to_uppercase() }))
        })
        .synapse::<Black, _, _>(|_, asked| async move { Ok(asked) })
        .synapse::<Prio, _, _>(|_, _| std::future::pending())
        .synapse::<Boom, _, _>(|_, _: Value| async move { std::panic::panic_any("a handler's bug") })
        .synapse::<Stat, _, _>(|_, _| async move { Err(AxonError::new(418, "teapot", "teapot")) })
        .authorize(move |_| if closed.load(Ordering::Relaxed) { Err(Refusal::forbidden("no stake")) } else { Ok(()) })
}

/// A classic request of //Alice for //Bob.
fn signed(class: &str, own: &str, hashed: &[&str], nonce: u64) -> RawRequest {
    let members = parse_object(own).unwrap();
    let values = hashed.iter().map(|name| &members.iter().find(|member| member.name == *name).unwrap().value);
    signed_with(class, own, &body_hash(values), nonce, UUID)
}

fn signed_with(class: &str, own: &str, hash: &str, nonce: u64, uuid: &str) -> RawRequest {
    let (alice, bob) = (key("//Alice"), key("//Bob").public().to_ss58());
    let hotkey = alice.public().to_ss58();
    let signature = alice.sign(signed_message(nonce, &hotkey, &bob, uuid, hash).as_bytes()).to_hex();
    let headers = [
        ("name", class.to_owned()),
        ("timeout", "12.0".to_owned()),
        ("bt_header_axon_hotkey", bob),
        ("bt_header_dendrite_version", "7004000".to_owned()),
        ("bt_header_dendrite_nonce", nonce.to_string()),
        ("bt_header_dendrite_uuid", uuid.to_owned()),
        ("bt_header_dendrite_hotkey", hotkey),
        ("bt_header_dendrite_signature", signature),
        ("computed_body_hash", hash.to_owned()),
    ];
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    RawRequest { method: "POST".into(), path: format!("/{class}"), headers, body: own.into() }
}

const ECHO: &str = r#"{"text": "hi", "count": 2, "items": ["a", "b"]}"#;

fn echo_at(nonce: u64) -> RawRequest {
    signed("Echo", ECHO, &["text", "count", "items"], nonce)
}

fn message(answer: &RawAnswer) -> String {
    let json: Value = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"));
    json["message"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

fn header_of<'a>(answer: &'a RawAnswer, name: &str) -> Option<&'a str> {
    answer.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// The header names of a captured answer, without those of Python's web server and of a caller's address.
fn names(vector: &Value) -> Vec<String> {
    let skipped = ["date", "server", "content-length", "content-type", "connection", "bt_header_dendrite_port"];
    let names = vector["headers"].as_array().unwrap().iter().map(|pair| pair[0].as_str().unwrap().to_lowercase());
    names.filter(|name| !skipped.contains(&name.as_str())).collect()
}

/// Which parts of an answer differ from call to call.
fn steady(mut body: Value) -> Value {
    for path in ["/total_size", "/axon/process_time", "/axon/port"] {
        if let Some(value) = body.pointer_mut(path) {
            *value = Value::Null;
        }
    }
    body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_captured_request_is_answered_as_python_answered() {
    static CLOSED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    let vectors = captured();
    let nonce = 1_795_336_577_564_980_768;
    let clock = Arc::new(AtomicU64::new(nonce - SECOND));
    let axon = Running::start(vector_axon(&clock, &CLOSED)).await;
    clock.store(nonce + SECOND, Ordering::Relaxed);
    let request = vectors["_ok_request_raw"].as_str().unwrap();

    let answer = send_bytes(axon.address, request.as_bytes()).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let expected: Value = serde_json::from_str(vectors["ok"]["body_raw"].as_str().unwrap()).unwrap();
    assert_eq!(steady(serde_json::from_str(&answer.body).unwrap()), steady(expected));
    let sent = vectors["ok"]["headers"].as_array().unwrap();
    let differ = ["bt_header_axon_process_time", "total_size"];
    for name in names(&vectors["ok"]) {
        let ours = header_of(&answer, &name).unwrap_or_else(|| panic!("{name} is missing: {answer:?}"));
        let pythons = sent.iter().find(|pair| pair[0] == name.as_str()).unwrap()[1].as_str().unwrap();
        assert!(ours == pythons || differ.contains(&name.as_str()), "{name}: {ours} {pythons}");
    }
    assert!(header_of(&answer, "bt_header_axon_signature").is_none());

    let again = send_bytes(axon.address, request.as_bytes()).await.unwrap();
    assert_eq!((again.status, again.body.as_str()), (401, vectors["replay_same_nonce"]["body_raw"].as_str().unwrap()));
    for name in names(&vectors["replay_same_nonce"]) {
        // A request by hand has no placeholders to send back in a refusal.
        let skipped = name.starts_with("bt_header_input_obj") || name == "name";
        assert!(skipped || header_of(&again, &name).is_some(), "{name} is missing: {again:?}");
    }
    // The refusal's own signature, as Python makes it.
    let part = |name: &str| header_of(&again, &format!("bt_header_{name}")).unwrap();
    let signed =
        format!("{}.{}.{}.{}", part("axon_nonce"), part("dendrite_hotkey"), part("axon_hotkey"), part("axon_uuid"));
    let signature = ganglion_keys::Signature::from_hex(part("axon_signature")).unwrap();
    assert!(key("//Bob").public().verify(signed.as_bytes(), &signature));
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_have_pythons_words() {
    static CLOSED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    let vectors = captured();
    let body_of = |name: &str| vectors[name]["body_raw"].as_str().unwrap();
    let start = 1_000_000 * SECOND;
    let clock = Arc::new(AtomicU64::new(start - 100 * SECOND));
    let axon = Running::start(vector_axon(&clock, &CLOSED)).await;
    clock.store(start, Ordering::Relaxed);
    let mut nonce = start;
    let mut next = || {
        nonce += 1;
        nonce
    };

    let answer = echo_at(start - 60 * SECOND).send(&axon).await;
    assert_eq!((answer.status, answer.body.as_str()), (401, body_of("stale_nonce_new_uuid")));
    // The hole in Python's rules: nonces from the future.
    let answer = echo_at(start + 3600 * SECOND).send(&axon).await;
    assert_eq!(answer.status, 401);
    assert!(message(&answer).starts_with("Not Verified with error: Nonce is too new"), "{answer:?}");
    // And its leniency towards old clients, whose version anybody may claim.
    let mut old = echo_at(12_345);
    old.set("bt_header_dendrite_version", "6012000");
    assert_eq!(old.send(&axon).await.status, 401);

    let mut request = echo_at(next());
    let answer = request.remove("bt_header_dendrite_nonce").send(&axon).await;
    assert_eq!((answer.status, answer.body.as_str()), (401, body_of("missing_nonce")));
    let answer = echo_at(next()).remove("bt_header_dendrite_hotkey").send(&axon).await;
    assert_eq!((answer.status, answer.body.as_str()), (401, body_of("no_bt_headers_noreq")));
    let answer = echo_at(next()).remove("bt_header_dendrite_signature").send(&axon).await;
    assert_eq!((answer.status, message(&answer).as_str()), (401, "Not Verified with error: Missing Signature"));

    let mut request = echo_at(next());
    request.path = "/Nope".into();
    let answer = request.send(&axon).await;
    // As Python answers about no name: that of a stranger doesn't come back.
    assert_eq!((answer.status, answer.body.as_str()), (404, body_of("get_root")));

    let wrong = echo_at(next()).get("bt_header_dendrite_signature").to_owned();
    let mut request = echo_at(next());
    let answer = request.set("bt_header_dendrite_signature", &wrong).send(&axon).await;
    let text = "Not Verified with error: Signature mismatch with the request's headers";
    assert_eq!((answer.status, message(&answer).as_str()), (401, text));
    // Nothing of a stranger's headers comes back, and nothing is signed for it.
    assert!(header_of(&answer, "bt_header_dendrite_uuid").is_none());
    assert!(header_of(&answer, "bt_header_axon_signature").is_none());

    let mut request = echo_at(next());
    request.body = ECHO.replace("hi", "ho").into();
    let answer = request.send(&axon).await;
    assert_eq!(answer.status, 500);
    assert!(message(&answer).starts_with("Internal Server Error #"));
    let mut request = echo_at(next());
    request.body = br#"{"text": "hi", "count": 2}"#.to_vec();
    assert_eq!(request.send(&axon).await.status, 500);

    let mut request = echo_at(next());
    request.body.pop();
    let answer = request.send(&axon).await;
    assert_eq!(answer.status, 422);
    let (ours, pythons): (Value, Value) =
        (serde_json::from_str(&answer.body).unwrap(), serde_json::from_str(body_of("bad_json")).unwrap());
    assert_eq!(ours["detail"][0]["type"], pythons["detail"][0]["type"]);
    assert_eq!(ours["detail"][0]["msg"], pythons["detail"][0]["msg"]);

    let answer = signed("Boom", "{}", &[], next()).send(&axon).await;
    assert_eq!(answer.status, 500);
    assert!(message(&answer).starts_with("Internal Server Error #"));
    let answer = signed("Stat", "{}", &[], next()).send(&axon).await;
    assert_eq!((answer.status, message(&answer).as_str()), (418, "teapot"));
    assert_eq!(header_of(&answer, "bt_header_axon_status_message"), Some("teapot"));
    let mut request = signed("Prio", "{}", &[], next());
    let answer = request.set("timeout", "0.2").send(&axon).await;
    assert_eq!((answer.status, message(&answer).as_str()), (408, "Response timeout after: 0.2s"));
    let answer = signed("Synapse", "{}", &[], next()).send(&axon).await;
    assert_eq!(answer.status, 200);

    let before = axon.metrics.snapshot().accepted;
    CLOSED.store(true, Ordering::Relaxed);
    let answer = signed("Black", "{}", &[], next()).send(&axon).await;
    assert_eq!((answer.status, answer.body.as_str()), (403, body_of("blacklisted")));
    assert_eq!(axon.metrics.snapshot().accepted, before);
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nonce_counts_once_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let builder = bob().replay_store(folder.path().join("nonces"));
        Running::start(builder.synapse::<VectorEcho, _, _>(|_, asked| async move { Ok(asked) }))
    };
    let axon = start().await;
    let (first, second) = (echo_at(fresh_nonce()), echo_at(fresh_nonce()));
    // In whichever order they arrive: Python would refuse the earlier one.
    assert_eq!(second.send(&axon).await.status, 200);
    assert_eq!(first.send(&axon).await.status, 200);
    assert_eq!(first.send(&axon).await.status, 401);
    // Headers that are not signed change nothing.
    let mut bent = first.clone();
    bent.set("timeout", "100000").set("bt_header_dendrite_version", "1");
    assert_eq!(bent.send(&axon).await.status, 401);
    axon.stop().await;

    let axon = start().await;
    for request in [&first, &second, &bent] {
        let answer = request.send(&axon).await;
        let text = "Not Verified with error: Nonce is too old, a newer one was last processed";
        assert_eq!((answer.status, message(&answer).as_str()), (401, text));
    }
    assert_eq!(echo_at(fresh_nonce()).send(&axon).await.status, 200);
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_are_the_same_for_both_protocols() {
    let limits = Limits { body_bytes: 200, headers: 16, ..Limits::default() };
    let axon = Running::start(
        bob().limits(limits).quota(|_| 0).synapse::<VectorEcho, _, _>(|_, asked| async move { Ok(asked) }),
    )
    .await;
    let mut long = echo_at(fresh_nonce());
    long.body = vec![b' '; 201];
    assert_eq!(long.send(&axon).await.status, 413);
    let mut many = echo_at(fresh_nonce());
    many.headers.extend((0..16).map(|n| (format!("x-{n}"), String::new())));
    assert_eq!(many.send(&axon).await.status, 431);
    let mut get = echo_at(fresh_nonce());
    get.method = "GET".into();
    assert_eq!(get.send(&axon).await.status, 405);
    let answer = echo_at(fresh_nonce()).send(&axon).await;
    assert_eq!(answer.status, 429);
    assert!(answer.head.to_lowercase().contains("retry-after: 1"));
    assert_eq!(axon.metrics.snapshot().accepted, 0);
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_synapse_without_facts_is_not_there_for_python() {
    let axon = Running::start_echo().await;
    let answer = echo_at(fresh_nonce()).send(&axon).await;
    assert_eq!(answer.status, 404);
    assert_eq!(message(&answer), "Synapse name '' not found. Available synapses []");
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_words_do_not_come_back() {
    let axon = Running::start(bob().synapse::<VectorEcho, _, _>(|_, asked| async move { Ok(asked) })).await;
    let forge = |hash: &str, uuid: &str, path: &str| {
        let mut request = signed_with("Echo", ECHO, hash, fresh_nonce(), uuid);
        request.set("bt_header_dendrite_signature", format!("0x{}", "8f".repeat(64)));
        request.path = path.to_owned();
        request
    };
    for path in ["/Echo", "/Nowhere"] {
        let mut bodies = std::collections::BTreeSet::new();
        for (digit, uuid) in [("0", "u"), ("f", UUID)] {
            let request = forge(&digit.repeat(64), uuid, path);
            let answer = request.send(&axon).await;
            assert_eq!(answer.status, if path == "/Echo" { 401 } else { 404 });
            let whole = format!("{}{}", answer.head, answer.body);
            for word in ["bt_header_dendrite_hotkey", "bt_header_dendrite_signature", "computed_body_hash"] {
                assert!(!whole.contains(request.get(word)), "{word}: {whole}");
            }
            assert!(!whole.contains(UUID) && !whole.contains("Nowhere"), "{whole}");
            bodies.insert(answer.body);
        }
        assert_eq!(bodies.len(), 1, "the same for everybody: {bodies:?}");
    }
    let paths = ["/A".to_owned(), format!("/{}", "a".repeat(64))];
    let mut lengths = Vec::new();
    for path in paths {
        lengths.push(forge(&"0".repeat(64), "u", &path).send(&axon).await.body.len());
    }
    assert_eq!(lengths[0], lengths[1], "as long for every name");
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_headers_are_refused() {
    let axon = Running::start(bob().synapse::<VectorEcho, _, _>(|_, asked| async move { Ok(asked) })).await;
    let good = echo_at(fresh_nonce());
    let shouted = good.get("bt_header_dendrite_signature").to_uppercase().replace("0X", "0x");
    let padded = format!("0{}", good.get("bt_header_dendrite_nonce"));
    let long = "x".repeat(65);
    for (name, value) in [
        ("timeout", "soon"),
        ("timeout", "-1"),
        ("timeout", "nan"),
        ("bt_header_dendrite_hotkey", "5Grw"),
        ("bt_header_dendrite_nonce", "-1"),
        ("bt_header_dendrite_nonce", "1.5"),
        ("bt_header_dendrite_nonce", padded.as_str()),
        ("bt_header_dendrite_uuid", ""),
        ("bt_header_dendrite_uuid", "a.b"),
        ("bt_header_dendrite_uuid", long.as_str()),
        ("bt_header_dendrite_signature", "0x00"),
        ("bt_header_dendrite_signature", shouted.as_str()),
        ("computed_body_hash", ""),
        ("computed_body_hash", "00"),
    ] {
        let answer = good.clone().set(name, value).send(&axon).await;
        assert_eq!(answer.status, 500, "{name} {value} {answer:?}");
    }
    for (name, value) in good.headers.clone() {
        if ["name", "bt_header_axon_hotkey", "bt_header_dendrite_version"].contains(&name.as_str()) {
            continue;
        }
        let mut twice = good.clone();
        twice.headers.push((name, value));
        assert_eq!(twice.send(&axon).await.status, 500);
    }
    // None of this used the nonce up.
    assert_eq!(good.send(&axon).await.status, 200);
    axon.stop().await;
}
