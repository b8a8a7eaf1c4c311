//! Forecasts for users: several miners of the market subnet are asked at once and heard as one.

use super::{bounded, config, Told};
use ganglion_gateway::{run_with_market, Miner};
use ganglion_keys::Keypair;
use ganglion_subnet::{Budget, Subnet};
use ganglion_subnet_market::event::Probabilities;
use ganglion_subnet_market::sources::{Clock, Tape};
use ganglion_subnet_market::{
    Asset, ForecastError, ForecastRequest, ForecastSynapse, Forecaster, Horizon, Market, MarketModel, Past, Quantiles,
    Quote,
};
use ganglion_wire::{Axon, AxonError};
use serde_json::{json, Value};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// It believes in a change of so many basis points, and in the first outcome by so many hundredths.
struct Believer(f64);

impl Forecaster for Believer {
    fn name(&self) -> &str {
        "believer"
    }

    fn forecast(&self, _: &Past, _: Horizon) -> Result<Quantiles, ForecastError> {
        Ok(Quantiles::point(self.0)?)
    }

    fn event(&self, _: &str, outcomes: &[String]) -> Result<Probabilities, ForecastError> {
        let first = self.0 / 100.0;
        let rest = (1.0 - first) / (outcomes.len() as f64 - 1.0);
        Ok(Probabilities::new(
            &outcomes.iter().enumerate().map(|(n, _)| if n == 0 { first } else { rest }).collect::<Vec<_>>(),
        )?)
    }
}

/// A miner of bitcoin on a free port.
async fn miner(seed: u8, believes: f64, incentive: u16) -> Miner {
    let keypair = Arc::new(Keypair::from_seed([seed; 32]));
    let hotkey = keypair.public();
    let tape = Tape::new(&[Asset::btc()], 300, Clock::Steps(Duration::from_secs(1))).expect("a tape");
    tape.push(&Asset::btc(), Quote { time: 300, price: 1.0 }).expect("a price");
    let model = Arc::new(MarketModel::new(Arc::new(Believer(believes)), Arc::new(tape), hotkey));
    let axon = Axon::builder(keypair)
        .synapse::<ForecastSynapse, _, _>(move |_, request: ForecastRequest| {
            let model = Arc::clone(&model);
            async move {
                let answer = Market::sandbox().answer(&model, &request, &Budget::unlimited());
                answer.map_err(|error| AxonError::invalid(error.to_string()))
            }
        })
        .build()
        .expect("an axon");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axon.serve(listener, std::future::pending()));
    Miner { uid: u16::from(seed), hotkey, address, incentive, promised: 0 }
}

/// A gateway whose market subnet has these miners.
async fn gateway(miners: Vec<Miner>) -> SocketAddr {
    let (text, market) = (Arc::new(Told::default()), Arc::new(Told::default()));
    market.tell(miners);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(run_with_market(config(), text, market, listener, std::future::pending()));
    address
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let response = bounded(crate::http().get(format!("http://{address}{path}")).send()).await;
    let response = response.expect("an answer");
    (response.status().as_u16(), bounded(response.text()).await.expect("a body"))
}

async fn about(address: SocketAddr, body: &Value) -> (u16, Value) {
    let post = crate::http().post(format!("http://{address}/v1/events")).json(body);
    let response = bounded(post.send()).await.expect("an answer");
    (response.status().as_u16(), bounded(response.json()).await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn forecasts_are_pooled_by_reputation_and_drawn() {
    let address = gateway(vec![miner(1, 60.0, 49_151).await, miner(2, 20.0, 16_384).await]).await;
    let (status, body) = get(address, "/v1/forecasts?asset=BTC&horizon=5m,30m").await;
    assert_eq!(status, 200, "{body}");
    let page: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&page["asset"], page["miners"].as_array().map(Vec::len)), (&json!("BTC"), Some(2)), "{page}");
    let seconds: Vec<Option<u64>> = (0..2).map(|place| page["forecasts"][place]["seconds"].as_u64()).collect();
    assert_eq!(seconds, [Some(300), Some(1800)]);
    // A quarter of the pool says 20, three quarters 60.
    let quantiles = page["forecasts"][0]["quantiles_bp"].as_array().expect("quantiles");
    let at = |place: usize| quantiles[place].as_f64().expect("a number");
    assert!((at(0) - 20.0).abs() < 0.1 && (at(9) - 60.0).abs() < 0.1 && quantiles.len() == 19, "{page}");

    let (status, svg) = get(address, "/v1/forecasts?format=svg&horizon=3h").await;
    assert!(status == 200 && svg.starts_with("<svg ") && svg.contains(">3h<"), "{status} {svg}");
    let (status, both) = get(address, "/v1/forecasts?format=both&horizon=3h").await;
    let both: Value = serde_json::from_str(&both).expect("JSON");
    assert_eq!((status, &both["forecasts"][0]["horizon"]), (200, &json!("3h")), "{both}");
    let is_fan = |svg: &str| svg.starts_with("<svg ") && svg.contains(">3h<");
    assert!(both["svg"].as_str().is_some_and(is_fan), "{both}");
    for (path, right) in [("?asset=ETH&horizon=5m", 502), ("?asset=%3Csvg%3E", 400), ("?horizon=soon", 400)] {
        assert_eq!(get(address, &format!("/v1/forecasts{path}")).await.0, right, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_pooled_by_reputation() {
    let address = gateway(vec![miner(1, 60.0, 49_151).await, miner(2, 20.0, 16_384).await]).await;
    let (status, page) = about(address, &json!({ "question": "Who wins?", "outcomes": ["red", "blue", "none"] })).await;
    assert_eq!((status, &page["object"]), (200, &json!("event")), "{page}");
    let of =
        |place: usize| (page["outcomes"][place]["outcome"].as_str(), page["outcomes"][place]["probability"].as_f64());
    let (red, blue) = (of(0), of(1));
    assert_eq!((red.0, blue.0), (Some("red"), Some("blue")));
    assert!((red.1.expect("a number") - 0.5).abs() < 1e-3 && (blue.1.expect("a number") - 0.25).abs() < 1e-3, "{page}");
    for bad in [json!({}), json!({ "question": "Who wins?", "outcomes": ["red"] }), json!([1])] {
        assert_eq!(about(address, &bad).await.0, 400, "{bad}");
    }
    let (_, metrics) = get(address, "/metrics").await;
    let counted = r#"ganglion_gateway_miner_calls_total{outcome="answered",subnet="market"} 2"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert_eq!(get(address, "/v1/events").await.0, 405);
    let (status, page) = about(gateway(Vec::new()).await, &json!({ "question": "?", "outcomes": ["a", "b"] })).await;
    assert_eq!(status, 503, "{page}");
}
