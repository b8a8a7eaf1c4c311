//! A market of one's own, and a forecaster that knows it: all that somebody writes who brings prices or a model that this
//! crate has never heard of. `cargo run --release -p ganglion-subnet-market --example own_feed`
//!
//! A [`Feed`] says what is known, what came of it, and how its clock goes; the mechanism asks for no more. Validators take one
//! in [`Exchange::new`], miners in [`MarketModel::new`] with any [`Forecaster`]. Programs in other languages need neither:
//! prices come from `--source ASSET=http://…`, forecasts from `--model http://…`.

use std::f64::consts::TAU;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use ganglion_keys::PublicKey;
use ganglion_primitives::NeuronId;
use ganglion_subnet::{Answer, AnswerError, Budget, Seed, Subnet};
use ganglion_subnet_market::models::Ewma;
use ganglion_subnet_market::sources::Outcome;
use ganglion_subnet_market::synapse::Phase;
use ganglion_subnet_market::{
    Archive, Asset, Exchange, Feed, ForecastError, ForecastRequest, ForecastResponse, Forecaster, Horizon, Market,
    MarketModel, Past, Quantiles, Quote,
};

/// Seconds in an hour: the market's step.
const HOUR: u64 = 3_600;
/// Hours that are over at the beginning, and all that there are.
const HOURS: (u64, u64) = (400, 1_000);
/// Hours from a question to the start of its round, by this market's clock: miners need one to commit, and the next price is
/// the first that nobody knows.
const START: u64 = 2;

/// The price of water by the hour: it goes up and down with the moon, by one part in a hundred.
fn log_price(hour: u64) -> f64 {
    0.01 * (TAU * hour as f64 / 12.42).sin()
}

/// A market in which an hour takes a minute.
pub struct Tides {
    water: Asset,
    archive: Archive,
    hour: AtomicU64,
}

impl Tides {
    /// The market, some hundred hours old. `None` if its prices are none, which they aren't.
    pub fn new(water: Asset) -> Option<Self> {
        let quote = |hour: u64| Quote { time: hour * HOUR, price: 100.0 * log_price(hour).exp() };
        let quotes = (1..=HOURS.1).map(quote).collect();
        let archive = Archive::new(water.clone(), HOUR as u32, quotes).ok()?;
        Some(Self { water, archive, hour: AtomicU64::new(HOURS.0) })
    }

    /// Lets hours pass.
    pub fn go_on(&self, hours: u64) {
        self.hour.fetch_add(hours, Ordering::Relaxed);
    }
}

impl Feed for Tides {
    fn name(&self) -> &str {
        "tides"
    }

    fn step(&self) -> u32 {
        HOUR as u32
    }

    fn now(&self) -> u64 {
        self.hour.load(Ordering::Relaxed) * HOUR
    }

    fn wall(&self, seconds: u64) -> Duration {
        Duration::from_secs(seconds.div_ceil(60))
    }

    fn market(&self, wall: Duration) -> u64 {
        wall.as_secs().saturating_add(1).saturating_mul(60).div_ceil(HOUR).saturating_mul(HOUR)
    }

    fn past(&self, asset: &Asset) -> Option<Past> {
        (*asset == self.water).then(|| self.archive.past(self.now()))
    }

    fn outcome(&self, asset: &Asset, from: u64, horizon: Horizon) -> Outcome {
        if *asset != self.water {
            return Outcome::Missing;
        }
        // Never told before its time.
        if self.now() < from.saturating_add(u64::from(horizon.as_secs())) {
            return Outcome::Pending;
        }
        self.archive.outcome(from, horizon).map_or(Outcome::Missing, Outcome::Known)
    }
}

/// A forecaster that has looked at the moon, and says so to a basis point.
pub struct Moon;

impl Forecaster for Moon {
    fn name(&self) -> &str {
        "moon"
    }

    fn forecast(&self, past: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError> {
        let newest = past.quotes().last().ok_or(ForecastError::TooShort(1))?;
        let start = newest.time / HOUR + START;
        let end = start + u64::from(horizon.as_secs()) / HOUR;
        let change = (log_price(end) - log_price(start)) * 1e4;
        Ok(Quantiles::from_fn(|level| change + 2.0 * level - 1.0)?)
    }
}

/// What a miner commits to and then shows.
fn answered(market: &Market, model: &MarketModel, request: &ForecastRequest) -> Result<ForecastResponse, AnswerError> {
    market.answer(model, request, &Budget::unlimited())?;
    market.answer(model, &ForecastRequest { phase: Phase::Reveal, ..request.clone() }, &Budget::unlimited())
}

/// Plays some rounds in this process. Answers the scores, 0 to 1, of who knows the moon and of who knows volatility; what
/// everybody knows is a half.
pub fn play(rounds: u8) -> Result<Vec<[f64; 2]>, Box<dyn std::error::Error>> {
    let water: Asset = "WATER".parse()?;
    let tides = Arc::new(Tides::new(water.clone()).ok_or("no prices")?);
    let feed = || Arc::clone(&tides) as Arc<dyn Feed>;
    let market = Market::exchange(Exchange::new(feed(), vec![water], vec![Horizon::seconds(HOUR as u32)?]));
    let forecasters: [Arc<dyn Forecaster>; 2] = [Arc::new(Moon), Arc::new(Ewma::default())];
    let miners = forecasters.map(|forecaster| MarketModel::new(forecaster, feed(), PublicKey([1; 32])));
    let mut found = Vec::new();
    for round in 0..rounds {
        let draw = market.task(&Seed([round; 32]));
        let mut answers = Vec::new();
        for (neuron, miner) in (0u64..).map(NeuronId).zip(&miners) {
            let response = answered(&market, miner, &draw.request)?;
            answers.push(Answer { neuron, response, elapsed: Duration::ZERO, first: Duration::ZERO });
        }
        tides.go_on(START + 1);
        let scores = market.score(&draw.task, &answers);
        if let [moon, ewma] = scores.as_slice() {
            found.push([moon.value, ewma.value]);
        }
    }
    Ok(found)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:>8}{:>8}", "moon", "ewma");
    for [moon, ewma] in play(20)? {
        println!("{moon:>8.3}{ewma:>8.3}");
    }
    Ok(())
}
