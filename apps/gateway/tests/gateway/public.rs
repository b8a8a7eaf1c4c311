//! Public mode over HTTP: keys, quotas, credit, and errors in the shape that OpenAI clients read. What becomes of bills is in
//! [`billing`](super::billing).

use super::{
    bounded, config,
    miners::{Mood, TestMiner},
    read, Gateway,
};
use futures::future::{ready, BoxFuture, FutureExt};
use ganglion_gateway::{Claim, Collected, Credit, GatewayConfig, Ledger, PublicAccess, PublicSettings, Standing};
use ganglion_keys::{Keypair, PublicKey};
use serde_json::{json, Value};
use std::{
    path::Path,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, Mutex,
    },
    time::{SystemTime, UNIX_EPOCH},
};

pub(super) const TAO: u64 = 1_000_000_000;
/// What an answer costs that isn't free, RAO.
pub(super) const CHARGE: u64 = 10;

/// Everybody has the same.
#[derive(Default)]
pub(super) struct Purse {
    pub(super) standing: Mutex<Standing>,
    /// Whether the chain can't be asked.
    away: AtomicBool,
}

impl Ledger for Purse {
    fn standing(&self, _: PublicKey) -> BoxFuture<'_, Result<Standing, String>> {
        let answer = match self.away.load(Ordering::SeqCst) {
            true => Err("no node answers".to_owned()),
            false => Ok(self.standing.lock().expect("lock").clone()),
        };
        ready(answer).boxed()
    }

    fn collect(&self, _: Vec<(u64, u64)>, _: bool) -> BoxFuture<'_, Result<Collected, String>> {
        ready(Ok(Collected::default())).boxed()
    }
}

/// Books in `folder` of a gateway with the usual hotkey.
pub(super) fn books(folder: &Path, ledger: &Arc<Purse>) -> Option<PublicAccess> {
    let settings = PublicSettings { charge: CHARGE, free_per_tao: 1 };
    PublicAccess::open(folder, config().keypair.public(), settings, ledger.clone()).ok()
}

pub(super) struct Stage {
    pub(super) gateway: Gateway,
    pub(super) ledger: Arc<Purse>,
    pub(super) miner: TestMiner,
    pub(super) folder: tempfile::TempDir,
}

impl Stage {
    pub(super) async fn set(standing: Standing) -> Self {
        Self::with(standing, config()).await
    }

    pub(super) async fn with(standing: Standing, config: GatewayConfig) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let ledger = Arc::new(Purse { standing: Mutex::new(standing), ..Purse::default() });
        let access = books(folder.path(), &ledger).expect("books");
        let miner = TestMiner::start(1, Mood::Answer).await;
        let gateway = Gateway::with(GatewayConfig { access: Some(access), ..config }, &[&miner]).await;
        Self { gateway, ledger, miner, folder }
    }

    /// Claims a key for the coldkey of this seed.
    async fn claim(&self, seed: u8) -> (u16, Value) {
        self.post_claim(&claim_of(seed)).await
    }

    async fn post_claim(&self, claim: &Claim) -> (u16, Value) {
        let request = self.gateway.http.post(self.gateway.url("/v1/keys")).json(claim);
        let response = bounded(request.send()).await.expect("an answer");
        (response.status().as_u16(), read(response).await)
    }

    pub(super) async fn key(&self) -> String {
        self.key_of(50).await
    }

    /// A key for the coldkey of this seed.
    pub(super) async fn key_of(&self, seed: u8) -> String {
        let (status, body) = self.claim(seed).await;
        assert_eq!(status, 201, "{body}");
        body["key"].as_str().expect("a key").to_owned()
    }

    /// A request for a chat that isn't sent yet.
    pub(super) fn asking(&self, key: &str, stream: bool) -> reqwest::RequestBuilder {
        let messages = json!([{ "role": "user", "content": "hello there" }]);
        let body = json!({ "model": "text", "messages": messages, "stream": stream });
        self.gateway.http.post(self.gateway.url("/v1/chat/completions")).bearer_auth(key).json(&body)
    }

    pub(super) async fn ask(&self, key: &str) -> (u16, Value) {
        let response = bounded(self.asking(key, false).send()).await.expect("an answer");
        (response.status().as_u16(), read(response).await)
    }

    pub(super) async fn usage(&self, key: &str) -> Value {
        let request = self.gateway.http.get(self.gateway.url("/v1/usage")).bearer_auth(key);
        read(bounded(request.send()).await.expect("an answer")).await
    }
}

fn claim_of(seed: u8) -> Claim {
    let coldkey = Keypair::from_seed([seed; 32]);
    let time = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let text = Claim::text(&config().keypair.public(), &coldkey.public(), time, false);
    let signature = coldkey.sign(&Claim::wrapped(&text));
    Claim { coldkey: coldkey.public(), time, store: false, signature }
}

pub(super) fn standing(stake: u64, deposits: &[u64]) -> Standing {
    let credit = |(channel, deposit): (u64, &u64)| Credit { channel, deposit: *deposit, redeemed: 0 };
    Standing { stake, channels: (0..).zip(deposits).map(credit).collect() }
}

#[tokio::test]
async fn without_a_key_nobody_is_served_and_documents_are_free() {
    let stage = Stage::set(standing(TAO, &[])).await;
    let (status, body) = stage.gateway.ask("hello there").await;
    assert_eq!((status, &body["error"]["code"]), (401, &json!("invalid_api_key")), "{body}");
    assert_eq!(body["error"]["type"], "invalid_request_error");
    assert_eq!(stage.ask("gk_0123").await.0, 401);
    for path in ["/v1/models", "/v1/network", "/health", "/metrics", "/v1/keys"] {
        assert_eq!(stage.gateway.get(path).await.status().as_u16(), 200, "{path}");
    }
    assert_eq!(stage.gateway.get("/v1/usage").await.status().as_u16(), 401);
    assert_eq!(stage.miner.asked(), 0);
    stage.gateway.stop().await;
}

#[tokio::test]
async fn free_answers_then_credit_and_then_nothing() {
    let stage = Stage::set(standing(2 * TAO, &[])).await;
    let key = stage.key().await;
    for _ in 0..2 {
        assert_eq!(stage.ask(&key).await.0, 200);
    }
    let response = bounded(stage.asking(&key, false).send()).await.expect("an answer");
    let header = |name: &str| response.headers().get(name).expect(name).to_str().expect("text").to_owned();
    // Free answers come back at midnight: no client should try until then by itself.
    let seconds: u64 = header("retry-after").parse().expect("seconds");
    assert!((1..=86_400).contains(&seconds) && header("x-should-retry") == "false", "{seconds}");
    let (status, body) = (response.status().as_u16(), read(response).await);
    assert_eq!((status, &body["error"]["code"]), (429, &json!("rate_limit_exceeded")), "{body}");
    assert_eq!(body["error"]["type"], "rate_limit_error");
    let usage = stage.usage(&key).await;
    assert_eq!((&usage["free_per_day"], &usage["free_left_today"]), (&json!(2), &json!(0)), "{usage}");
    stage.gateway.stop().await;

    let stage = Stage::set(standing(0, &[25])).await;
    let key = stage.key().await;
    for left in [15, 5] {
        assert_eq!(stage.ask(&key).await.0, 200);
        assert_eq!(stage.usage(&key).await["credit_rao"], left);
    }
    let (status, body) = stage.ask(&key).await;
    assert_eq!((status, &body["error"]["code"]), (402, &json!("insufficient_quota")), "{body}");
    let usage = stage.usage(&key).await;
    assert_eq!((&usage["key"]["requests"], &usage["key"]["spent_rao"]), (&json!(2), &json!(20)), "{usage}");
    stage.gateway.stop().await;
}

#[tokio::test]
async fn a_key_is_for_who_signs_and_has_something() {
    let stage = Stage::set(standing(TAO, &[])).await;
    let claim = claim_of(50);
    let (status, body) = stage.post_claim(&claim).await;
    assert_eq!(status, 201, "{body}");
    let key = body["key"].as_str().expect("a key").to_owned();
    assert_eq!(stage.post_claim(&claim).await.0, 401, "a claim counts once");
    let other = Keypair::from_seed([51; 32]);
    let forged = Claim { coldkey: other.public(), time: 1, store: false, signature: other.sign(b"else") };
    assert_eq!(stage.post_claim(&forged).await.0, 401);
    let nonsense = stage.gateway.http.post(stage.gateway.url("/v1/keys")).body("{}");
    assert_eq!(bounded(nonsense.send()).await.expect("an answer").status().as_u16(), 400);
    let large = stage.gateway.http.post(stage.gateway.url("/v1/keys")).body(" ".repeat(5000));
    assert_eq!(bounded(large.send()).await.expect("an answer").status().as_u16(), 413);
    // Deleted, it opens nothing any more.
    let gone = stage.gateway.http.delete(stage.gateway.url("/v1/keys")).bearer_auth(&key);
    assert_eq!(read(bounded(gone.send()).await.expect("an answer")).await["deleted"], true);
    assert_eq!(stage.ask(&key).await.0, 401);
    // Keys can be made up, stake can't.
    *stage.ledger.standing.lock().expect("lock") = Standing::default();
    assert_eq!(stage.claim(52).await.0, 402);
    // While nobody knows who has what, nobody is told that it is nothing.
    stage.ledger.away.store(true, Ordering::SeqCst);
    let (status, body) = stage.claim(53).await;
    assert_eq!((status, &body["error"]["code"]), (503, &json!("chain_away")), "{body}");
    stage.gateway.stop().await;
}

#[tokio::test]
async fn what_deleted_keys_were_used_for_is_not_kept() {
    let stage = Stage::set(standing(TAO, &[])).await;
    let mut keys = Vec::new();
    for seed in [50, 51, 52] {
        let (status, body) = stage.claim(seed).await;
        assert_eq!(status, 201, "{body}");
        keys.push(body["key"].as_str().expect("a key").to_owned());
    }
    for key in &keys {
        assert_eq!(stage.ask(key).await.0, 200);
        let gone = stage.gateway.http.delete(stage.gateway.url("/v1/keys")).bearer_auth(key);
        assert_eq!(read(bounded(gone.send()).await.expect("an answer")).await["deleted"], true);
    }
    stage.gateway.stop().await;
    let text = std::fs::read_to_string(stage.folder.path().join("meter.json")).expect("the counts");
    let counts: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(counts["keys"], json!({}), "{counts}");
    // What their coldkeys have used up stays used up.
    assert_eq!(counts["free"].as_object().map(|free| free.len()), Some(3), "{counts}");
}
