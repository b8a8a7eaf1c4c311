//! Miners and a validator over real sockets, on a ledger in memory and a market that goes on while they work: commit,
//! start, reveal, settle.

#[path = "../../../subnet/tests/support/fake_chain.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod fake_chain;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fake_chain::FakeChain;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::NetUid;
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::receipts::{self, SignedReceipt};
use ganglion_subnet::validator::Pace;
use ganglion_subnet::{miner, validator, MinerSettings, ValidatorSettings};
use ganglion_subnet_market::models::Ewma;
use ganglion_subnet_market::sources::{innovation, Clock, Parameters, Tape, World, STEP};
use ganglion_subnet_market::{
    policy, Asset, Exchange, Feed, ForecastError, Forecaster, Horizon, Market, MarketModel, Past, Quantiles, Quote,
    COMMIT,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Time between two prices.
const PACE: Duration = Duration::from_millis(50);
/// Prices that are there at the beginning: a day and some hours.
const KNOWN: u64 = 400;
/// Answers of each miner that are waited for.
const ENOUGH: usize = 60;

/// It says that nothing will change.
struct Point;

impl Forecaster for Point {
    fn name(&self) -> &str {
        "point"
    }

    fn forecast(&self, _: &Past, _: Horizon) -> Result<Quantiles, ForecastError> {
        Ok(Quantiles::point(0.0)?)
    }
}

/// A market that goes on by a step every so often, until `stop`.
fn market(stop: &CancellationToken) -> Arc<Tape> {
    let tape = Arc::new(Tape::new(&[Asset::btc()], STEP, Clock::Steps(PACE)).expect("a tape"));
    // Volatility hardly moves: what is asked about lies a hundred steps ahead here, where nobody could foresee it.
    let mut world = World::new(Parameters { shake: 0.02, ..Parameters::default() });
    let mut step = move |tape: &Tape, number: u64| {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        let quote = Quote { time: number * u64::from(STEP), price: world.step(&innovation(&hash, &[])) };
        tape.push(&Asset::btc(), quote).expect("in order");
    };
    (1..=KNOWN).for_each(|number| step(&tape, number));
    let (moving, end) = (Arc::clone(&tape), stop.clone());
    tokio::spawn(async move {
        for number in KNOWN + 1.. {
            tokio::time::sleep(PACE).await;
            if end.is_cancelled() {
                return;
            }
            step(&moving, number);
        }
    });
    tape
}

fn key(number: u8) -> Arc<Keypair> {
    Arc::new(Keypair::from_seed([number; 32]))
}

fn of<'a>(found: &'a [SignedReceipt], miner: &'a PublicKey) -> impl Iterator<Item = f64> + 'a {
    let answered =
        found.iter().filter(move |signed| signed.receipt.miner == *miner && signed.receipt.outcome == "answered");
    answered.map(|signed| signed.receipt.score)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecasts_are_scored_when_their_time_is_over() {
    let chain = Arc::new(FakeChain::new(Duration::from_millis(100), false, 0));
    let (stop, folder) = (CancellationToken::new(), tempfile::tempdir().expect("folder"));
    let (tape, owner) = (market(&stop), key(200).public());
    let feed = || Arc::clone(&tape) as Arc<dyn Feed>;
    let mut running = Vec::new();
    let forecasters: [Arc<dyn Forecaster>; 2] = [Arc::new(Ewma::default()), Arc::new(Point)];
    for (number, forecaster) in (1u8..).zip(forecasters) {
        let model = MarketModel::new(forecaster, feed(), key(number).public());
        let settings = MinerSettings {
            gate: GateLimits { registered: 100_000, ..GateLimits::default() },
            poll: Duration::from_millis(50),
            ..MinerSettings::new(NetUid(1), key(number), owner, folder.path().join(format!("miner-{number}")))
        };
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("port");
        let (ledger, end) = (Arc::clone(&chain), stop.clone());
        running.push(tokio::spawn(async move {
            miner::run(Arc::new(Market::sandbox()), Arc::new(model), ledger, settings, listener, end)
                .await
                .expect("miner");
        }));
    }
    let horizon = Horizon::seconds(STEP).expect("a step");
    let exchange = Exchange::new(feed(), Vec::new(), vec![horizon]);
    let settings = ValidatorSettings {
        pace: Pace { mean: Duration::from_millis(100), sample: 2, in_flight: 100 },
        timeout: COMMIT,
        public_addresses_only: false,
        poll: Duration::from_millis(50),
        scoring: policy::local(),
        ..ValidatorSettings::new(NetUid(1), key(9), owner, folder.path().join("validator"))
    };
    let (ledger, end) = (Arc::clone(&chain), stop.clone());
    running.push(tokio::spawn(async move {
        validator::run(Arc::new(Market::exchange(exchange)), ledger, settings, end).await.expect("validator");
    }));

    let (honest, point) = (key(1).public(), key(2).public());
    let path = folder.path().join("validator/receipts");
    let mut found = Vec::new();
    for _ in 0..1200 {
        found = receipts::read(&path, 1_000).unwrap_or_default();
        if of(&found, &honest).count() >= ENOUGH && of(&found, &point).count() >= ENOUGH {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.cancel();
    for part in running {
        tokio::time::timeout(Duration::from_secs(20), part).await.expect("ends in time").expect("no panic");
    }
    let mean = |miner: &PublicKey| of(&found, miner).sum::<f64>() / of(&found, miner).count().max(1) as f64;
    assert!(of(&found, &honest).count() >= ENOUGH, "never within two minutes");
    assert!(mean(&honest) > mean(&point) + 0.015, "{} {}", mean(&honest), mean(&point));
    assert!(mean(&point) < 0.5, "less than what everybody knows: {}", mean(&point));
    let settled = found.iter().filter(|signed| signed.receipt.outcome == "answered");
    for signed in settled {
        assert!(signed.verify() && signed.receipt.kind == "returns" && signed.receipt.parts.contains_key("gain"));
    }
}
