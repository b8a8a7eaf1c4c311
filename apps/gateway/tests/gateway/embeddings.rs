//! Sentence vectors by the miners that announce them.

use super::{
    bounded, config,
    miners::{listed, Mood, TestMiner},
    read, Gateway,
};
use futures::{
    future::{ready, BoxFuture},
    FutureExt,
};
use ganglion_gateway::{Bank, BankError, GatewayConfig, Miner, PersonalPurse, PurseSettings};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_models::{Embedder, EngineError};
use ganglion_primitives::{AccountId, ChannelId, ChannelInfo, Rao, VoucherKey};
use ganglion_subnet::{payments::Note, Budget};
use ganglion_subnet_text::{EmbedRequest, EmbedResponse, EmbedSynapse};
use ganglion_wire::{
    description::Price,
    payment::{Charge, Demand, Toll, Unpaid, Voucher},
    Axon, AxonBuilder, AxonError, Caller, Synapse,
};
use serde_json::{json, Map, Value};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;

const PATH: &str = "/v1/embeddings";

/// Points where the first letter says.
struct Compass(&'static str);

impl Embedder for Compass {
    fn name(&self) -> &str {
        self.0
    }

    fn dimensions(&self) -> usize {
        2
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(texts.iter().map(|text| if text.starts_with('n') { vec![0.0, 1.0] } else { vec![1.0, 0.0] }).collect())
    }
}

/// A miner with this model, which may lose the last vector.
pub(super) async fn embedder(seed: u8, model: &'static str, careless: bool) -> Miner {
    listening(seed, |axon| embedding(axon, model, careless)).await
}

fn embedding(axon: AxonBuilder, model: &'static str, careless: bool) -> AxonBuilder {
    axon.synapse::<EmbedSynapse, _, _>(move |_, request: EmbedRequest| async move {
        let answer = request.answer(&Compass(model), &Budget::unlimited());
        let mut answer: EmbedResponse = answer.map_err(|error| AxonError::invalid(error.to_string()))?;
        if careless {
            answer.vectors.pop();
        }
        Ok(answer)
    })
}

/// A miner with an axon that is made so.
async fn listening(seed: u8, make: impl FnOnce(AxonBuilder) -> AxonBuilder) -> Miner {
    let keypair = Arc::new(Keypair::from_seed([seed; 32]));
    let hotkey = keypair.public();
    let axon = make(Axon::builder(keypair)).build().expect("an axon");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axon.serve(listener, std::future::pending()));
    Miner { uid: u16::from(seed), hotkey, address, incentive: 1000 - u16::from(seed), promised: 0 }
}

/// Waits until the gateway has read so many miners' documents.
async fn announced(gateway: &Gateway, count: u64) {
    bounded(async {
        loop {
            let network = read(gateway.get("/v1/network").await).await;
            if network["subnets"][0]["embedders"] == json!(count) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

async fn ask(gateway: &Gateway, body: Value) -> (u16, Value) {
    let response = gateway.post_to(PATH, body.to_string()).await;
    (response.status().as_u16(), read(response).await)
}

#[tokio::test]
async fn vectors_come_from_those_who_make_them() {
    let writer = TestMiner::start(9, Mood::Answer).await;
    let good = embedder(1, "all-minilm-l6-v2", false).await;
    let gateway = Gateway::start(GatewayConfig { hedge: Duration::from_secs(3600), ..config() }).await;
    let mut miners = listed(&[&writer]);
    miners.push(good.clone());
    gateway.directory.tell(miners);
    announced(&gateway, 1).await;
    let body = json!({ "model": "embed", "input": ["north", "east wind"] });
    let response = gateway.post_to(PATH, body.to_string()).await;
    assert_eq!(response.headers().get("x-ganglion-miner").expect("miner"), good.hotkey.to_ss58().as_str());
    let body = read(response).await;
    assert_eq!((&body["object"], &body["model"]), (&json!("list"), &json!("all-minilm-l6-v2")));
    let vectors = json!([
        { "object": "embedding", "index": 0, "embedding": [0.0, 1.0] },
        { "object": "embedding", "index": 1, "embedding": [1.0, 0.0] }
    ]);
    assert_eq!(body["data"], vectors);
    assert_eq!(body["usage"], json!({ "prompt_tokens": 3, "total_tokens": 3 }));
    assert_eq!(writer.asked(), 0);
    let named = format!("embed:{}", good.hotkey.to_ss58());
    let (status, body) = ask(&gateway, json!({ "model": named, "input": "n", "encoding_format": "base64" })).await;
    assert_eq!((status, &body["data"][0]["embedding"]), (200, &json!("AAAAAAAAgD8=")));
    let models = read(gateway.get("/v1/models").await).await.to_string();
    assert!(models.contains(&format!("\"{named}\"")) && models.contains("\"embed\""), "{models}");
    let writers = format!("embed:{}", writer.hotkey.to_ss58());
    let (status, body) = ask(&gateway, json!({ "model": writers, "input": "n" })).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("no_embedder")));
    gateway.stop().await;
}

#[tokio::test]
async fn who_sends_other_vectors_is_replaced() {
    let miners = [
        embedder(1, "all-minilm-l6-v2", true).await,
        embedder(2, "another", false).await,
        embedder(3, "all-minilm-l6-v2", false).await,
    ];
    let gateway = Gateway::start(GatewayConfig { hedge: Duration::from_secs(3600), ..config() }).await;
    gateway.directory.tell(miners.to_vec());
    announced(&gateway, 3).await;
    let (status, body) = ask(&gateway, json!({ "model": "embed", "input": "north" })).await;
    assert_eq!(
        (status, &body["ganglion"]["uid"], &body["ganglion"]["attempts"]),
        (200, &json!(3), &json!(3)),
        "{body}"
    );
    gateway.directory.tell(miners[..2].to_vec());
    let (status, body) = ask(&gateway, json!({ "model": "embed", "input": "north" })).await;
    assert_eq!((status, &body["error"]["code"]), (502, &json!("miners_failed")));
    gateway.stop().await;
}

#[tokio::test]
async fn who_never_answers_is_left_alone() {
    let silent = |axon: AxonBuilder| {
        axon.synapse::<EmbedSynapse, _, _>(|_, _: EmbedRequest| {
            std::future::pending::<Result<EmbedResponse, AxonError>>()
        })
    };
    let (mute, good) = (listening(1, silent).await, embedder(2, "all-minilm-l6-v2", false).await);
    let hedge = Duration::from_secs(3);
    let strict = GatewayConfig { hedge, failures: 1, pause: Duration::from_secs(3600), ..config() };
    let gateway = Gateway::start(strict).await;
    gateway.directory.tell(vec![mute, good]);
    announced(&gateway, 2).await;
    for attempts in [2, 1] {
        let (status, body) = ask(&gateway, json!({ "model": "embed", "input": "north" })).await;
        let (uid, asked) = (&body["ganglion"]["uid"], &body["ganglion"]["attempts"]);
        assert_eq!((status, uid, asked), (200, &json!(2), &json!(attempts)), "{body}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn without_anybody_who_makes_them_that_is_said() {
    let writer = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::start(config()).await;
    let asked = json!({ "model": "embed", "input": "north" });
    let (status, body) = ask(&gateway, asked.clone()).await;
    assert_eq!((status, &body["error"]["code"]), (503, &json!("no_miners")), "the chain hasn't been read");
    gateway.directory.tell(listed(&[&writer]));
    let (status, body) = ask(&gateway, asked).await;
    assert_eq!(
        (status, &body["error"]["code"], &body["error"]["param"]),
        (404, &json!("no_embedder"), &json!("model"))
    );
    let (status, body) = ask(&gateway, json!({ "model": "text-embedding-3-small", "input": "north" })).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("model_not_found")));
    let (status, body) = ask(&gateway, json!({ "model": "embed", "input": [[1, 2]] })).await;
    assert_eq!((status, &body["error"]["param"]), (400, &json!("input")));
    gateway.stop().await;
}

/// Serves whoever shows a voucher, and keeps the totals.
#[derive(Default)]
struct Jar(Mutex<Vec<Rao>>);

impl Toll for Jar {
    fn charge<'a>(
        &'a self,
        _: &'a Caller,
        price: u64,
        voucher: Option<Voucher>,
    ) -> BoxFuture<'a, Result<Option<Charge>, Unpaid>> {
        let demand = Some(Demand { price_rao: price, channel: None, total_rao: None });
        let unpaid = Unpaid { status: 402, code: "payment_required", message: "pay".into(), demand };
        let charged = voucher.map(|voucher| Note::from_bytes(&voucher).voucher).ok_or(unpaid).map(|voucher| {
            self.0.lock().expect("lock").push(voucher.total);
            Some(Charge { channel: voucher.channel.0, rao: price })
        });
        ready(charged).boxed()
    }

    fn refund(&self, _: Charge) {}
}

/// Channels in memory.
#[derive(Default)]
struct Vault(Mutex<Vec<ChannelInfo>>);

impl Bank for Vault {
    fn genesis(&self) -> BoxFuture<'_, Result<[u8; 32], BankError>> {
        ready(Ok([3; 32])).boxed()
    }

    fn channels(&self) -> BoxFuture<'_, Result<Vec<ChannelInfo>, BankError>> {
        ready(Ok(self.0.lock().expect("lock").clone())).boxed()
    }

    fn open(&self, provider: PublicKey, deposit: Rao, key: PublicKey) -> BoxFuture<'_, Result<(), BankError>> {
        let mut channels = self.0.lock().expect("lock");
        let id = ChannelId(channels.len() as u64);
        channels.push(ChannelInfo {
            id,
            user: AccountId::from([9; 32]),
            provider: AccountId::from(provider.0),
            voucher_key: VoucherKey::from_raw(key.0),
            deposit,
            redeemed: 0,
            closes_at: None,
        });
        ready(Ok(())).boxed()
    }

    fn top_up(&self, channel: ChannelId, amount: Rao) -> BoxFuture<'_, Result<(), BankError>> {
        if let Some(found) = self.0.lock().expect("lock").iter_mut().find(|known| known.id == channel) {
            found.deposit += amount;
        }
        ready(Ok(())).boxed()
    }
}

/// A miner that sells vectors, and where its vouchers go.
async fn seller(seed: u8, rao: Rao) -> (Miner, Arc<Jar>) {
    let jar = Arc::new(Jar::default());
    let (toll, price) = (jar.clone(), Price { rao, per: "request".to_owned(), more: Map::new() });
    let make = |axon| embedding(axon, "all-minilm-l6-v2", false).price_of(EmbedSynapse::NAME, price).toll(toll);
    (listening(seed, make).await, jar)
}

#[tokio::test]
async fn vectors_are_paid_for_and_dear_ones_passed_over() {
    let ((dear, untouched), (fair, jar)) = (seller(1, 21).await, seller(2, 7).await);
    let folder = tempfile::tempdir().expect("folder");
    let settings = PurseSettings { deposit: 100, budget: 1_000, max_price: 20 };
    let purse = PersonalPurse::open(folder.path(), settings, Arc::new(Vault::default())).expect("a purse");
    let keypair = purse.key();
    let hedge = Duration::from_secs(3600);
    let gateway = Gateway::start(GatewayConfig { hedge, keypair, purse: Some(purse), ..config() }).await;
    gateway.directory.tell(vec![dear.clone(), fair.clone()]);
    announced(&gateway, 2).await;
    for _ in 0..2 {
        let (status, body) = ask(&gateway, json!({ "model": "embed", "input": "north" })).await;
        let (hotkey, attempts) = (&body["ganglion"]["hotkey"], &body["ganglion"]["attempts"]);
        assert_eq!((status, hotkey, attempts), (200, &json!(fair.hotkey.to_ss58()), &json!(1)), "{body}");
    }
    assert_eq!(*jar.0.lock().expect("lock"), [7, 14], "each request promises its price more");
    assert!(untouched.0.lock().expect("lock").is_empty());
    // With none but dear ones it is said that they are too dear, whoever else there is.
    let writer = TestMiner::start(3, Mood::Answer).await;
    gateway.directory.tell([vec![dear], listed(&[&writer])].concat());
    let (status, body) = ask(&gateway, json!({ "model": "embed", "input": "north" })).await;
    assert_eq!((status, &body["error"]["code"]), (402, &json!("payment_required")), "{body}");
    assert!(body["error"]["message"].as_str().is_some_and(|message| message.contains("--max-price")), "{body}");
    gateway.stop().await;
}

#[tokio::test]
async fn without_a_purse_it_is_said_that_vectors_cost_something() {
    let (miner, jar) = seller(1, 7).await;
    let gateway = Gateway::start(config()).await;
    gateway.directory.tell(vec![miner]);
    announced(&gateway, 1).await;
    let (status, body) = ask(&gateway, json!({ "model": "embed", "input": "north" })).await;
    assert_eq!((status, &body["error"]["code"]), (402, &json!("payment_required")), "{body}");
    assert!(jar.0.lock().expect("lock").is_empty());
    gateway.stop().await;
}
