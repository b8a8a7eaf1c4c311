//! `/.well-known/synapses`.

use std::time::Duration;

use ganglion_wire::description::{ClassicInfo, Price};
use ganglion_wire::{AxonBuildError, CallError, Dendrite, Limits, Synapse};
use serde_json::{json, Value};

use crate::common::*;
use crate::py_synapses::*;

fn price() -> Price {
    let more = [("channel".to_owned(), json!({ "least": 5 }))].into_iter().collect();
    Price { rao: 1_000, per: "request".into(), more }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_synapse_is_described() {
    let axon = Running::start(neuron().price::<PyEcho>(price())).await;
    let described = Dendrite::new(key("//Alice")).describe(axon.address, PATIENCE).await.unwrap();
    assert_eq!((described.protocol.as_str(), described.hotkey), ("btauth/1", key("//Bob").public()));
    let names: Vec<&str> = described.synapses.iter().map(|synapse| synapse.name.as_str()).collect();
    assert_eq!(names, ["Synapse", "Echo", "Fail", "Words"]);
    let named = |name: &str| described.synapses.iter().find(|synapse| synapse.name == name).unwrap();
    let echo = named("Echo");
    assert_eq!((echo.path.as_str(), echo.method.as_str(), echo.stream), ("/Echo", "POST", false));
    assert_eq!(echo.price, Some(price()));
    assert_eq!(echo.schema["request"]["properties"]["items"]["items"]["type"], "string");
    assert_eq!(echo.schema["response"]["properties"]["reply"]["type"], json!(["string", "null"]));
    let facts = ClassicInfo {
        class: "Echo".into(),
        required: vec!["text".into()],
        hashed: ["text", "count", "items", "scale"].map(String::from).to_vec(),
    };
    assert_eq!(echo.classic, Some(facts));
    let words = named("Words");
    assert!(words.stream && words.price.is_none());
    assert_eq!(words.schema["chunk"]["type"], "string");

    // Both paths, the same bytes, and members that older readers don't know.
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes();
    let one = send_bytes(axon.address, &get("/.well-known/synapses")).await.unwrap();
    let other = send_bytes(axon.address, &get("/.well-known/synapses.json")).await.unwrap();
    assert_eq!((one.status, &one.body), (200, &other.body));
    let mut later: Value = serde_json::from_str(&one.body).unwrap();
    later["synapses"][1]["invented"] = json!([1]);
    later["synapses"][1]["price"]["discount"] = json!(0.5);
    let read: ganglion_wire::description::Description = serde_json::from_value(later).unwrap();
    assert_eq!(read.synapses[1].price.as_ref().unwrap().more["discount"], json!(0.5));
    axon.stop().await;
}

#[tokio::test]
async fn strangers_may_ask_only_so_often() {
    let limits = Limits { descriptions_per_second: 3, ..Limits::default() };
    // The second never ends.
    let axon = Running::start(neuron().limits(limits).clock(|| 5_000_000_000)).await;
    let dendrite = Dendrite::new(key("//Alice"));
    for _ in 0..3 {
        dendrite.describe(axon.address, PATIENCE).await.unwrap();
    }
    match dendrite.describe(axon.address, PATIENCE).await {
        Err(CallError::Refused { status: 503, code, .. }) => assert_eq!(code, "busy"),
        other => panic!("{other:?}"),
    }
    axon.stop().await;
}

struct Wordy;

impl Synapse for Wordy {
    const NAME: &'static str = "Wordy";
    type Request = String;
    type Response = String;

    fn schema() -> Value {
        Value::String("x".repeat(300_000))
    }
}

struct Taken;

impl Synapse for Taken {
    const NAME: &'static str = "Taken";
    type Request = String;
    type Response = String;

    fn classic() -> Option<ganglion_wire::classic::Classic> {
        Some(ganglion_wire::classic::Classic { class: "Taken", required: &["dendrite"], hashed: &[] })
    }
}

#[test]
fn what_cannot_be_described_is_not_built() {
    let wordy = bob().synapse::<Wordy, _, _>(|_, text| async move { Ok(text) }).build();
    assert!(matches!(wordy, Err(AxonBuildError::DescriptionTooLong(_))));
    assert!(matches!(neuron().price::<Wordy>(price()).build(), Err(AxonBuildError::PriceOfNothing("Wordy"))));
    let taken = bob().synapse::<Taken, _, _>(|_, text| async move { Ok(text) }).build();
    assert!(matches!(taken, Err(AxonBuildError::BadClassic("Taken"))));
}

#[tokio::test]
async fn a_description_that_never_comes_is_not_waited_for() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dendrite = Dendrite::new(key("//Alice"));
    let called = dendrite.describe(listener.local_addr().unwrap(), Duration::from_millis(50)).await;
    assert!(matches!(called, Err(CallError::Timeout { .. })));
}
