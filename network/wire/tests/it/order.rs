//! No work before signature and permission: what is counted here is JSON that is read.

use std::sync::atomic::{AtomicUsize, Ordering};

use ganglion_wire::classic::{body_hash, signed_message, Classic, Value};
use ganglion_wire::{Dendrite, Refusal, StakeQuota, Synapse, Tier};
use serde::{Deserialize, Deserializer, Serialize};

use crate::common::*;

static READ: AtomicUsize = AtomicUsize::new(0);

/// Counts how often one is read.
#[derive(Serialize)]
struct Costly {
    text: String,
}

impl<'de> Deserialize<'de> for Costly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.fetch_add(1, Ordering::SeqCst);
        let said = Said::deserialize(deserializer)?;
        Ok(Self { text: said.text })
    }
}

struct Work;

impl Synapse for Work {
    const NAME: &'static str = "Work";
    type Request = Costly;
    type Response = Said;

    fn classic() -> Option<Classic> {
        Some(Classic { class: "Work", required: &["text"], hashed: &["text"] })
    }
}

fn native(uri: &str) -> RawRequest {
    RawRequest::signed_at(&key(uri), key("//Bob").public(), "/Work", br#"{"text":"hello"}"#, fresh_nonce())
}

fn classic(uri: &str) -> RawRequest {
    let (caller, bob, nonce) = (key(uri), key("//Bob").public().to_ss58(), fresh_nonce());
    let (hotkey, hash) = (caller.public().to_ss58(), body_hash([&Value::Text("hello".into())]));
    let signature = caller.sign(signed_message(nonce, &hotkey, &bob, "u", &hash).as_bytes()).to_hex();
    let mut request = RawRequest {
        method: "POST".into(),
        path: "/Work".into(),
        headers: Vec::new(),
        body: br#"{"text":"hello"}"#.to_vec(),
    };
    request
        .set("bt_header_dendrite_hotkey", hotkey)
        .set("bt_header_dendrite_nonce", nonce.to_string())
        .set("bt_header_dendrite_uuid", "u")
        .set("bt_header_dendrite_signature", signature)
        .set("computed_body_hash", hash);
    request
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_read_for_the_unproved_and_the_unwelcome() {
    let (alice, dave, mallory) = (key("//Alice").public(), key("//Dave").public(), key("//Mallory").public());
    // Places by stake: Alice has enough for one, Dave is known with less, and strangers get none.
    let quota = StakeQuota { unknown: 0, tiers: vec![Tier { stake: 5, in_flight: 1 }] };
    let stake_of = move |hotkey: &ganglion_keys::PublicKey| match hotkey {
        hotkey if *hotkey == alice => Some(5),
        hotkey if *hotkey == dave => Some(4),
        _ => None,
    };
    let axon = Running::start(
        bob()
            .quota(quota.with(stake_of))
            .authorize(
                move |caller| {
                    if caller.hotkey == mallory {
                        Err(Refusal::forbidden("no stake"))
                    } else {
                        Ok(())
                    }
                },
            )
            .synapse::<Work, _, _>(|_, asked| async move { Ok(Said { text: asked.text }) }),
    )
    .await;
    let mut sizes = Vec::new();
    for make in [native as fn(&str) -> RawRequest, classic] {
        let native = make("//Alice").headers.iter().any(|(name, _)| name == "X-Bittensor-Signature");
        let (signature, replayed) =
            if native { ("X-Bittensor-Signature", 409) } else { ("bt_header_dendrite_signature", 401) };
        let mut forged = make("//Alice");
        forged.set(signature, make("//Alice").get(signature));
        let before = READ.load(Ordering::SeqCst);
        assert_eq!(forged.send(&axon).await.status, 401);
        assert_eq!(make("//Mallory").send(&axon).await.status, 403);
        assert_eq!(make("//Dave").send(&axon).await.status, 429);
        assert_eq!(make("//Charlie").send(&axon).await.status, 429);
        assert_eq!(READ.load(Ordering::SeqCst), before);
        let good = make("//Alice");
        assert_eq!(good.send(&axon).await.status, 200);
        assert_eq!(READ.load(Ordering::SeqCst), before + 1);
        assert_eq!(good.send(&axon).await.status, replayed);
        assert_eq!(READ.load(Ordering::SeqCst), before + 1);

        // A refusal's size doesn't depend on what was sent.
        let mut long = make("//Alice");
        long.body = vec![b'x'; 100_000];
        long.set(signature, forged.get(signature));
        let mut short = make("//Alice");
        short.body.clear();
        short.set(signature, forged.get(signature));
        let (long, short) = (long.send(&axon).await, short.send(&axon).await);
        assert_eq!((long.status, short.status), (401, 401));
        assert_eq!(long.body.len(), short.body.len());
        sizes.push(short.head.len() + short.body.len());
    }
    assert!(sizes.iter().all(|size| *size < 2_000), "{sizes:?}");
    assert_eq!(axon.metrics.snapshot().ok, 2);
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_classic_body_is_not_even_awaited() {
    let axon =
        Running::start(bob().synapse::<Work, _, _>(|_, asked| async move { Ok(Said { text: asked.text }) })).await;
    let mut forged = classic("//Alice");
    forged.set("bt_header_dendrite_signature", classic("//Alice").get("bt_header_dendrite_signature"));
    // A body is announced and never sent.
    let head = format!("{}Content-Length: 16\r\n\r\n", forged.head());
    let answer = send_bytes(axon.address, head.as_bytes()).await.unwrap();
    assert_eq!(answer.status, 401);
    assert_eq!(axon.metrics.snapshot().bytes_in, 0);
    // And the axon still serves.
    let called = Dendrite::new(key("//Alice"));
    let asked = Costly { text: "x".into() };
    assert!(called.call_classic::<Work>(&axon.target(), &asked, PATIENCE).await.is_ok());
    axon.stop().await;
}
