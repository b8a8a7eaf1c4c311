//! Bounds on what is done at the same time, and the end.

use std::sync::Arc;
use std::time::Duration;

use ganglion_keys::PublicKey;
use ganglion_wire::{AxonBuilder, CallError, Dendrite, Limits, StakeQuota, Tier};
use tokio::sync::Semaphore;

use crate::common::*;

/// An echo that waits for a permit before it answers.
fn gated(builder: AxonBuilder) -> (AxonBuilder, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let held = gate.clone();
    let builder = builder.synapse::<Echo, _, _>(move |_, said| {
        let gate = held.clone();
        async move {
            let _permit = gate.acquire().await;
            Ok(said)
        }
    });
    (builder, gate)
}

fn call(axon: &Running, uri: &str) -> tokio::task::JoinHandle<Result<String, CallError>> {
    let (dendrite, target) = (Dendrite::new(key(uri)), axon.target());
    tokio::spawn(async move {
        let said = Said { text: "x".into() };
        dendrite.call::<Echo>(&target, &said, PATIENCE).await.map(|answer| answer.response.text)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_caller_cannot_take_every_place() {
    let limits = Limits { in_flight: 3, in_flight_per_caller: 2, ..Limits::default() };
    let (builder, gate) = gated(bob().limits(limits));
    let axon = Running::start(builder).await;
    let running = [call(&axon, "//Alice"), call(&axon, "//Alice")];
    until(|| axon.metrics.snapshot().in_flight_now == 2).await;
    match call(&axon, "//Alice").await.unwrap() {
        Err(CallError::Refused { status: 429, code, .. }) => assert_eq!(code, "caller_busy"),
        other => panic!("{other:?}"),
    }
    let other = call(&axon, "//Charlie");
    until(|| axon.metrics.snapshot().in_flight_now == 3).await;
    let refused =
        RawRequest::signed_at(&key("//Dave"), key("//Bob").public(), "/Echo", br#"{"text":""}"#, fresh_nonce())
            .send(&axon)
            .await;
    refused.is(503, "busy");
    assert!(refused.head.to_lowercase().contains("retry-after: 1"));
    gate.add_permits(100);
    for call in running.into_iter().chain([other]) {
        assert_eq!(call.await.unwrap().unwrap(), "x");
    }
    assert_eq!(call(&axon, "//Alice").await.unwrap().unwrap(), "x");
    assert_eq!(axon.metrics.snapshot().refused_busy, 2);
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotas_can_depend_on_the_caller() {
    let alice = key("//Alice").public();
    let (builder, gate) = gated(bob().quota(move |caller| usize::from(caller.hotkey == alice)));
    let axon = Running::start(builder).await;
    gate.add_permits(1);
    assert!(call(&axon, "//Alice").await.unwrap().is_ok());
    assert!(matches!(call(&axon, "//Dave").await.unwrap(), Err(CallError::Refused { status: 429, .. })));
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_gives_the_place_back() {
    let (builder, _gate) = gated(bob());
    let axon = Running::start(builder).await;
    let waiting = call(&axon, "//Alice");
    until(|| axon.metrics.snapshot().in_flight_now == 1).await;
    waiting.abort();
    until(|| axon.metrics.snapshot().in_flight_now == 0).await;
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_finishes_what_runs_and_takes_nothing_new() {
    let (builder, gate) = gated(bob());
    let axon = Running::start(builder).await;
    let (address, metrics) = (axon.address, axon.metrics.clone());
    let waiting = call(&axon, "//Alice");
    until(|| metrics.snapshot().in_flight_now == 1).await;
    let ended = axon.begin_stop();
    until(|| std::net::TcpStream::connect(address).is_err()).await;
    gate.add_permits(1);
    assert_eq!(waiting.await.unwrap().unwrap(), "x");
    tokio::time::timeout(PATIENCE, ended).await.unwrap().unwrap().unwrap();
    assert_eq!(metrics.snapshot().connections_now, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_does_not_wait_for_ever() {
    let limits = Limits { drain: Duration::from_millis(100), ..Limits::default() };
    let (builder, _gate) = gated(bob().limits(limits));
    let axon = Running::start(builder).await;
    let metrics = axon.metrics.clone();
    let waiting = call(&axon, "//Alice");
    until(|| metrics.snapshot().in_flight_now == 1).await;
    axon.stop().await;
    assert!(matches!(waiting.await.unwrap(), Err(CallError::Unreachable(_))));
    assert_eq!(metrics.snapshot().in_flight_now, 0);
}

#[tokio::test]
async fn one_address_cannot_take_every_connection() {
    let limits = Limits { connections_per_address: 2, ..Limits::default() };
    let axon = Running::start(bob().limits(limits).synapse::<Echo, _, _>(echo)).await;
    let held = [(); 2].map(|()| std::net::TcpStream::connect(axon.address).unwrap());
    until(|| axon.metrics.snapshot().connections_now == 2).await;
    assert!(send_bytes(axon.address, &RawRequest::good().bytes()).await.is_none());
    assert_eq!(axon.metrics.snapshot().connections_refused, 1);
    drop(held);
    until(|| axon.metrics.snapshot().connections_now == 0).await;
    assert_eq!(RawRequest::good().send(&axon).await.status, 200);
    axon.stop().await;
}

#[tokio::test]
async fn bodies_in_the_making_share_one_budget() {
    let limits = Limits { reading_bytes: 1000, ..Limits::default() };
    let axon = Running::start(bob().limits(limits).synapse::<Echo, _, _>(echo)).await;
    let body = format!(r#"{{"text":"{}"}}"#, "x".repeat(2000));
    let sign =
        |body: &[u8]| RawRequest::signed_at(&key("//Alice"), key("//Bob").public(), "/Echo", body, fresh_nonce());
    sign(body.as_bytes()).send(&axon).await.is(503, "busy");
    // All of it is given back.
    for _ in 0..3 {
        assert_eq!(sign(&body.as_bytes()[..0]).send(&axon).await.status, 400);
        let short = format!(r#"{{"text":"{}"}}"#, "x".repeat(900));
        assert_eq!(sign(short.as_bytes()).send(&axon).await.status, 200);
    }
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_are_by_stake_and_all_are_given_back() {
    let (alice, charlie) = (key("//Alice").public(), key("//Charlie").public());
    let quota =
        StakeQuota { unknown: 1, tiers: vec![Tier { stake: 0, in_flight: 2 }, Tier { stake: 100, in_flight: 4 }] };
    let stakes = [(alice, 100), (charlie, 99)];
    let stake_of = move |hotkey: &PublicKey| stakes.iter().find(|(known, _)| known == hotkey).map(|(_, stake)| *stake);
    let (builder, gate) = gated(bob().quota(quota.with(stake_of)));
    let axon = Running::start(builder).await;
    for _ in 0..2 {
        for (uri, places) in [("//Alice", 4), ("//Charlie", 2), ("//Dave", 1)] {
            let held: Vec<_> = (0..places).map(|_| call(&axon, uri)).collect();
            until(|| axon.metrics.snapshot().in_flight_now == places).await;
            match call(&axon, uri).await.unwrap() {
                Err(CallError::Refused { status: 429, code, .. }) => assert_eq!(code, "caller_busy"),
                other => panic!("{uri}: {other:?}"),
            }
            gate.add_permits(usize::try_from(places).unwrap());
            for call in held {
                assert_eq!(call.await.unwrap().unwrap(), "x");
            }
            gate.forget_permits(usize::MAX);
        }
    }
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_axon_without_settings_has_bounds() {
    let limits = Limits::default();
    let (builder, gate) = gated(bob());
    let axon = Running::start(builder).await;
    let held: Vec<_> = (0..limits.in_flight_per_caller).map(|_| call(&axon, "//Alice")).collect();
    until(|| axon.metrics.snapshot().in_flight_now == 64).await;
    assert!(matches!(call(&axon, "//Alice").await.unwrap(), Err(CallError::Refused { status: 429, .. })));
    gate.add_permits(Semaphore::MAX_PERMITS / 2);
    for call in held {
        assert_eq!(call.await.unwrap().unwrap(), "x");
    }
    axon.stop().await;
}
