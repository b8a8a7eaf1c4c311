//! Calls that work, and failures of handlers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ganglion_wire::{AxonBuildError, AxonError, CallError, Caller, Dendrite, Limits, Synapse, Target};
use sha2::{Digest, Sha256};

use crate::common::*;

fn said(text: &str) -> Said {
    Said { text: text.into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_answered_and_known_by_its_hashes() {
    let seen = Arc::new(Mutex::new(None));
    let kept = seen.clone();
    let axon = Running::start(bob().synapse::<Echo, _, _>(move |caller, request| {
        *kept.lock().unwrap() = Some(caller);
        async move { Ok(request) }
    }))
    .await;
    let alice = key("//Alice");
    let dendrite = Dendrite::new(alice.clone());
    let answer = dendrite.call::<Echo>(&axon.target(), &said("hé\n\"llo"), PATIENCE).await.unwrap();
    assert_eq!(answer.response, said("hé\n\"llo"));
    let bytes = serde_json::to_vec(&said("hé\n\"llo")).unwrap();
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    assert_eq!((answer.request_hash, answer.answer_hash), (hash, hash));
    assert!(answer.elapsed > Duration::ZERO);
    let caller: Caller = seen.lock().unwrap().take().unwrap();
    assert_eq!((caller.hotkey, caller.request_hash), (alice.public(), hash));
    assert!(caller.address.ip().is_loopback());
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_used_again_and_calls_run_together() {
    let axon = Running::start_echo().await;
    let dendrite = Dendrite::new(key("//Alice"));
    for n in 0..20 {
        let text = n.to_string();
        assert_eq!(dendrite.call::<Echo>(&axon.target(), &said(&text), PATIENCE).await.unwrap().response.text, text);
    }
    // One would do; a connection that is not back yet when the next call starts may make it two.
    assert!(axon.metrics.snapshot().connections < 5);
    let target = axon.target();
    // Few enough that a starved machine signs and serves them within the ten seconds a nonce lives.
    let calls = (0..8).map(|n| {
        let dendrite = dendrite.clone();
        tokio::spawn(async move {
            let text = n.to_string();
            dendrite.call::<Echo>(&target, &said(&text), PATIENCE).await.unwrap().response.text == text
        })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(call.await.unwrap());
    }
    let counted = axon.metrics.snapshot();
    assert_eq!((counted.requests, counted.accepted, counted.ok, counted.in_flight_now), (28, 28, 28, 0));
    axon.stop().await;
}

#[tokio::test]
async fn ipv6_works_too() {
    let Ok(axon) = Running::start_on("[::1]:0", bob().synapse::<Echo, _, _>(echo)).await else {
        eprintln!("no IPv6 loopback on this machine: not tested");
        return;
    };
    let dendrite = Dendrite::new(key("//Alice"));
    assert_eq!(dendrite.call::<Echo>(&axon.target(), &said("6"), PATIENCE).await.unwrap().response.text, "6");
    axon.stop().await;
}

#[tokio::test]
async fn health_and_description() {
    let axon = Running::start(bob().synapse::<Echo, _, _>(echo).version("9.8.7")).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes();
    let health = send_bytes(axon.address, &get("/health")).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&health.body).unwrap();
    assert_eq!(health.status, 200);
    assert_eq!(json["hotkey"], key("//Bob").public().to_ss58());
    assert_eq!(json["version"], "9.8.7");
    assert!(json["uptime_s"].is_u64());
    let described = send_bytes(axon.address, &get("/.well-known/synapses.json")).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&described.body).unwrap();
    assert_eq!(json["protocol"], "btauth/1");
    assert_eq!(json["synapses"][0]["name"], "Echo");
    assert_eq!(json["synapses"][0]["path"], "/Echo");
    assert_eq!(json["synapses"][0]["schema"], Echo::schema());
    axon.stop().await;
}

struct Fail;

impl Synapse for Fail {
    const NAME: &'static str = "Fail";
    type Request = Said;
    type Response = Said;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handlers_may_fail_panic_stall_and_say_too_much() {
    let limits = Limits { handler_timeout: Duration::from_millis(300), answer_bytes: 1000, ..Limits::default() };
    let axon = Running::start(bob().limits(limits).synapse::<Fail, _, _>(|_, said: Said| async move {
        match said.text.as_str() {
            "error" => Err(AxonError::busy("come back later")),
            "odd" => Err(AxonError::new(200, "odd", "not an error status")),
            "panic" => std::panic::panic_any("a handler's bug"),
            "stall" => std::future::pending().await,
            "long" => Ok(Said { text: "x".repeat(1000) }),
            _ => Ok(said),
        }
    }))
    .await;
    let dendrite = Dendrite::new(key("//Alice"));
    for (text, status, code) in [
        ("error", 503, "busy"),
        ("odd", 500, "odd"),
        ("panic", 500, "internal"),
        ("stall", 504, "handler_timeout"),
        ("long", 500, "internal"),
    ] {
        match dendrite.call::<Fail>(&axon.target(), &said(text), PATIENCE).await {
            Err(CallError::Refused { status: got, code: word, .. }) => assert_eq!((got, word.as_str()), (status, code)),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(dendrite.call::<Fail>(&axon.target(), &said("fine"), PATIENCE).await.unwrap().response.text, "fine");
    let counted = axon.metrics.snapshot();
    assert_eq!((counted.failed, counted.ok, counted.in_flight_now), (5, 1, 0));
    axon.stop().await;
}

#[tokio::test]
async fn requests_that_are_too_long_are_not_sent() {
    let axon = Running::start_echo().await;
    let dendrite = Dendrite::new(key("//Alice"));
    let long = said(&"x".repeat(1 << 20));
    assert!(matches!(dendrite.call::<Echo>(&axon.target(), &long, PATIENCE).await, Err(CallError::BadRequest(_))));
    assert_eq!(axon.metrics.snapshot().requests, 0);
    // The longest that fits: 11 bytes are `{"text":""}`.
    let fits = said(&"x".repeat((1 << 20) - 11));
    assert_eq!(dendrite.call::<Echo>(&axon.target(), &fits, PATIENCE).await.unwrap().response, fits);
    axon.stop().await;
}

#[tokio::test]
async fn a_call_for_another_hotkey_is_refused() {
    let axon = Running::start_echo().await;
    let wrong = Target { hotkey: key("//Charlie").public(), ..axon.target() };
    match Dendrite::new(key("//Alice")).call::<Echo>(&wrong, &said("x"), PATIENCE).await {
        Err(CallError::Refused { status: 401, code, .. }) => assert_eq!(code, "wrong_receiver"),
        other => panic!("{other:?}"),
    }
    axon.stop().await;
}

struct Spaced;

impl Synapse for Spaced {
    const NAME: &'static str = "not a name";
    type Request = Said;
    type Response = Said;
}

#[tokio::test]
async fn mistakes_of_the_builder_are_errors() {
    let double = bob().synapse::<Echo, _, _>(echo).synapse::<Echo, _, _>(echo).build();
    assert!(matches!(double, Err(AxonBuildError::Duplicate("Echo"))));
    assert!(matches!(bob().synapse::<Spaced, _, _>(echo).build(), Err(AxonBuildError::BadName(_))));
    let folder = tempfile::tempdir().unwrap();
    let store = bob().replay_store(folder.path()).build();
    assert!(matches!(store, Err(AxonBuildError::ReplayStore { .. })));
}
