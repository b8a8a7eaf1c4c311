//! Forecasts for users: who fails isn't asked first again, and who wants money is no failure.

use super::{bounded, config, Told};
use futures::{
    future::{ready, BoxFuture},
    FutureExt,
};
use ganglion_gateway::{run_with_market, GatewayConfig, Miner};
use ganglion_keys::Keypair;
use ganglion_subnet::{Budget, Subnet};
use ganglion_subnet_market::{
    models::Ewma,
    sources::{Clock, Tape},
    Asset, ForecastRequest, ForecastSynapse, Market, MarketModel, Quote,
};
use ganglion_wire::{
    description::Price,
    payment::{Charge, Demand, Toll, Unpaid, Voucher},
    Axon, AxonBuilder, AxonError, Caller,
};
use serde_json::{Map, Value};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// A market that goes up and down by a thousandth.
fn feed() -> Arc<Tape> {
    let tape = Tape::new(&[Asset::btc()], 300, Clock::Steps(Duration::from_secs(1))).expect("a tape");
    for step in 1..200_u64 {
        let price = if step.is_multiple_of(2) { 100.0 } else { 100.1 };
        tape.push(&Asset::btc(), Quote { time: step * 300, price }).expect("in order");
    }
    Arc::new(tape)
}

/// An axon that forecasts, or breaks down.
fn forecaster(keypair: Arc<Keypair>, works: bool) -> AxonBuilder {
    let model = Arc::new(MarketModel::new(Arc::new(Ewma::default()), feed(), keypair.public()));
    Axon::builder(keypair).synapse::<ForecastSynapse, _, _>(move |_, request: ForecastRequest| {
        let model = Arc::clone(&model);
        async move {
            if !works {
                return Err(AxonError::internal("it broke"));
            }
            let answer = Market::sandbox().answer(&model, &request, &Budget::unlimited());
            answer.map_err(|error| AxonError::invalid(error.to_string()))
        }
    })
}

/// A miner that forecasts, or breaks down.
async fn miner(seed: u8, works: bool) -> Miner {
    let keypair = Arc::new(Keypair::from_seed([seed; 32]));
    listening(seed, &keypair, forecaster(Arc::clone(&keypair), works)).await
}

/// A miner that wants to be paid.
async fn dear(seed: u8) -> Miner {
    let keypair = Arc::new(Keypair::from_seed([seed; 32]));
    let price = Price { rao: 9, per: "request".to_owned(), more: Map::new() };
    let axon = forecaster(Arc::clone(&keypair), true).price::<ForecastSynapse>(price).toll(Arc::new(Dear));
    listening(seed, &keypair, axon).await
}

/// It is paid by nobody.
struct Dear;

impl Toll for Dear {
    fn charge<'a>(
        &'a self,
        _: &'a Caller,
        price_rao: u64,
        _: Option<Voucher>,
    ) -> BoxFuture<'a, Result<Option<Charge>, Unpaid>> {
        let demand = Some(Demand { price_rao, channel: None, total_rao: None });
        let message = format!("an answer costs {price_rao} RAO");
        ready(Err(Unpaid { status: 402, code: "payment_required", message, demand })).boxed()
    }

    fn refund(&self, _: Charge) {}
}

async fn listening(seed: u8, keypair: &Keypair, axon: AxonBuilder) -> Miner {
    let (hotkey, axon) = (keypair.public(), axon.build().expect("an axon"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axon.serve(listener, std::future::pending()));
    Miner { uid: u16::from(seed), hotkey, address, incentive: 1000 - u16::from(seed), promised: 0 }
}

async fn gateway(config: GatewayConfig, miners: Vec<Miner>) -> SocketAddr {
    let (text, market) = (Arc::new(Told::default()), Arc::new(Told::default()));
    market.tell(miners);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(run_with_market(config, text, market, listener, std::future::pending()));
    address
}

async fn asked(address: SocketAddr, query: &str) -> (u16, Value) {
    let get = crate::http().get(format!("http://{address}/v1/forecasts{query}"));
    let response = bounded(get.send()).await.expect("an answer");
    (response.status().as_u16(), bounded(response.json()).await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_forecaster_goes_to_the_end() {
    let miners = vec![miner(1, false).await, miner(2, true).await];
    // One is asked at a time, and left alone after its first failure.
    let strict = GatewayConfig { attempts: 1, failures: 1, pause: Duration::from_secs(3600), ..config() };
    let address = gateway(strict, miners).await;
    let (status, answer) = asked(address, "?horizon=5m").await;
    assert_eq!((status, answer["error"]["code"].as_str()), (502, Some("miners_failed")), "{answer}");
    for _ in 0..3 {
        let (status, answer) = asked(address, "?horizon=5m").await;
        assert_eq!((status, answer["miners"][0]["uid"].as_u64()), (200, Some(2)), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_nobody_knows_blames_nobody() {
    let strict = GatewayConfig { attempts: 1, failures: 1, pause: Duration::from_secs(3600), ..config() };
    let address = gateway(strict, vec![miner(1, true).await, miner(2, true).await]).await;
    for _ in 0..3 {
        assert_eq!(asked(address, "?asset=ETH&horizon=5m").await.0, 502);
    }
    let (status, answer) = asked(address, "?horizon=5m").await;
    assert_eq!((status, answer["miners"][0]["uid"].as_u64()), (200, Some(1)), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wants_money_is_no_failure() {
    let miners = || async { vec![dear(1).await, miner(2, true).await] };
    // One is asked at a time. Had it failed, the other would be asked from the second time on.
    let strict = GatewayConfig { attempts: 1, failures: 1, pause: Duration::from_secs(3600), ..config() };
    let address = gateway(strict, miners().await).await;
    for _ in 0..3 {
        let (status, answer) = asked(address, "?horizon=5m").await;
        assert_eq!((status, answer["error"]["code"].as_str()), (402, Some("payment_required")), "{answer}");
        let said = answer["error"]["message"].as_str().expect("a sentence");
        assert!(said.contains("an answer costs 9 RAO"), "{said}");
    }
    // Where both are asked it isn't heard, and costs nobody the forecast.
    let address = gateway(config(), miners().await).await;
    let (status, answer) = asked(address, "?horizon=5m").await;
    assert_eq!((status, answer["miners"][0]["uid"].as_u64(), answer["failed"].as_u64()), (200, Some(2), Some(1)));
}
