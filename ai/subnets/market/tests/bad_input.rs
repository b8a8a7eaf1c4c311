//! What strangers, clocks and feeds do wrong, one test each: it is scored or skipped by rule, and nobody else's score moves.

use std::sync::Arc;
use std::time::Duration;

use ganglion_keys::PublicKey;
use ganglion_primitives::NeuronId;
use ganglion_subnet::{Answer, AnswerError, Budget, Draw, Ripeness, Seed, Subnet};
use ganglion_subnet_market::judge::Silence;
use ganglion_subnet_market::models::Ewma;
use ganglion_subnet_market::quantiles::QuantileError;
use ganglion_subnet_market::sources::{
    innovation, Clock, Fault, Median, MedianPolicy, Outcome, Parameters, Reading, Tape, World, STEP,
};
use ganglion_subnet_market::stage::says;
use ganglion_subnet_market::synapse::{Phase, Subject, Told};
use ganglion_subnet_market::{
    Asset, Exchange, Feed, ForecastError, ForecastRequest, ForecastResponse, Forecaster, Horizon, Market, MarketModel,
    Past, Quantiles, Quote, Task,
};

/// Prices that are there at the beginning: a day and some hours.
const KNOWN: u64 = 400;
/// More steps than a round of five minutes takes.
const MANY: u64 = 20;

fn five_minutes() -> Horizon {
    Horizon::seconds(STEP).expect("five minutes")
}

/// A market that goes on by a step when it is told to.
struct Scene {
    tape: Arc<Tape>,
    world: World,
    step: u64,
}

impl Scene {
    /// One of which so many prices are known.
    fn of(known: u64) -> Self {
        let clock = Clock::Steps(Duration::from_secs(60));
        let tape = Arc::new(Tape::new(&[Asset::btc()], STEP, clock).expect("a tape"));
        let mut scene = Self { tape, world: World::new(Parameters::default()), step: 0 };
        (0..known).for_each(|_| scene.go_on());
        scene
    }

    /// The next price, which nobody hears of yet.
    fn quote(&mut self) -> Quote {
        self.step += 1;
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&self.step.to_le_bytes());
        Quote { time: self.step * u64::from(STEP), price: self.world.step(&innovation(&hash, &[])) }
    }

    fn go_on(&mut self) {
        let quote = self.quote();
        self.tape.push(&Asset::btc(), quote).expect("in order");
    }

    fn feed(&self) -> Arc<dyn Feed> {
        Arc::clone(&self.tape) as Arc<dyn Feed>
    }

    fn market(&self) -> Market {
        Market::exchange(Exchange::new(self.feed(), Vec::new(), vec![five_minutes()])).with_silence(Silence::Percentile)
    }

    /// A question whose time is over.
    fn settled(&mut self, market: &Market) -> Draw<ForecastRequest, Task> {
        let draw = market.task(&Seed([1; 32]));
        for _ in 0..MANY {
            if market.ripeness(&draw.task) == Ripeness::Now {
                return draw;
            }
            self.go_on();
        }
        panic!("never over: {:?}", market.ripeness(&draw.task));
    }
}

fn answer(neuron: u64, response: ForecastResponse) -> Answer<ForecastResponse> {
    Answer { neuron: NeuronId(neuron), response, elapsed: Duration::ZERO, first: Duration::ZERO }
}

fn shows(quantiles: Vec<Vec<i32>>) -> ForecastResponse {
    ForecastResponse { forecast: Some(Told::Returns { quantiles }), ..ForecastResponse::default() }
}

fn request(phase: Phase) -> ForecastRequest {
    let subject = Subject::Returns { asset: "BTC".to_owned(), horizons: vec![STEP] };
    ForecastRequest { phase, subject, nonce: "0".repeat(32) }
}

fn miner(forecaster: impl Forecaster, feed: Arc<dyn Feed>) -> MarketModel {
    MarketModel::new(Arc::new(forecaster), feed, PublicKey([3; 32]))
}

/// What a miner answers in a phase.
fn said(model: &MarketModel, phase: Phase) -> Result<ForecastResponse, AnswerError> {
    Market::sandbox().answer(model, &request(phase), &Budget::unlimited())
}

/// Holds a bad forecast against the baseline's: it is worth what silence is, and the other's score stays.
fn counts_as_silence(bad: ForecastResponse) {
    let mut scene = Scene::of(KNOWN);
    let market = scene.market();
    let draw = scene.settled(&market);
    let bases: Vec<Quantiles> = draw.task.yards.iter().map(|yard| yard.base).collect();
    let good = answer(1, says(&bases));
    let alone = market.score(&draw.task, std::slice::from_ref(&good));
    let silence = market.absent(&draw.task, &alone).expect("a score");
    let scores = market.score(&draw.task, &[good, answer(2, bad.clone())]);
    assert_eq!(scores[0], alone[0], "{bad:?}");
    assert_eq!(scores[1].value, silence.value, "{bad:?}");
    assert!(scores[1].parts.contains_key("no_forecast"), "{bad:?}");
    let given = scores[1].evidence.and_then(|evidence| evidence.probability);
    assert_eq!(given, Some(0.0), "who says nothing sensible gave the truth no chance");
}

/// Its numbers are none.
struct Broken;

impl Forecaster for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn forecast(&self, _: &Past, _: Horizon) -> Result<Quantiles, ForecastError> {
        Ok(Quantiles::new(&[f64::NAN; 19])?)
    }
}

#[test]
fn nan_quantiles_are_no_forecast() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(Quantiles::new(&[odd; 19]), Err(QuantileError::Range(0)));
        assert!(Quantiles::new(&[odd; 19]).is_err() && Quantiles::point(odd).is_err());
    }
    // A miner whose model makes them says that the model failed, and commits to nothing.
    let model = miner(Broken, Scene::of(KNOWN).feed());
    assert!(matches!(said(&model, Phase::Commit), Err(AnswerError::Model(_))));
    assert!(matches!(said(&model, Phase::Reveal), Err(AnswerError::Request(_))));
    // On the wire numbers are whole ones, so that there is no way to write one.
    for odd in ["NaN", "null", "\"NaN\"", "1e999", "0.5"] {
        let list = vec![odd; 19].join(",");
        let text = format!("{{\"forecast\":{{\"kind\":\"returns\",\"quantiles\":[[{list}]]}}}}");
        assert!(serde_json::from_str::<ForecastResponse>(&text).is_err(), "{odd}");
    }
    counts_as_silence(ForecastResponse::default());
}

#[test]
fn decreasing_quantiles_count_as_silence() {
    counts_as_silence(shows(vec![(0..19).rev().collect()]));
    let mut one_below = vec![100; 19];
    one_below[18] = 99;
    counts_as_silence(shows(vec![one_below]));
}

#[test]
fn quantiles_out_of_range_or_of_another_number_count_as_silence() {
    for bad in [vec![vec![i32::MIN; 19]], vec![vec![i32::MAX; 19]], vec![vec![0; 18]], vec![vec![0; 19]; 2], vec![]] {
        counts_as_silence(shows(bad));
    }
    let event = Told::Event { probabilities: vec![500_000, 500_000] };
    counts_as_silence(ForecastResponse { forecast: Some(event), ..ForecastResponse::default() });
}

#[test]
fn a_reveal_without_a_commitment_is_refused() {
    let model = miner(Ewma::default(), Scene::of(KNOWN).feed());
    let Err(AnswerError::Request(words)) = said(&model, Phase::Reveal) else { panic!("refused") };
    assert!(words.contains("commit first"), "{words}");
    // The refusal leaves nothing behind: commitment and forecast work as ever.
    assert!(said(&model, Phase::Commit).is_ok_and(|committed| committed.forecast.is_none()));
    assert!(said(&model, Phase::Reveal).is_ok_and(|shown| shown.forecast.is_some() && shown.salt.is_some()));
}

/// A source an hour ahead and one an hour behind are left out, and may come back; if too few are left, there is no price.
#[test]
fn clock_skew_of_sources_makes_a_gap_and_no_price() {
    const NOW: u64 = 1_700_000_000;
    let mut median = Median::new(5, MedianPolicy::default());
    let said = |now: u64, skews: [i64; 5]| {
        skews.map(|skew| Some(Reading { price: 100.0, time: Some(now.saturating_add_signed(skew)) }))
    };
    let (price, faults) = median.take(NOW, &said(NOW, [0, 1, -1, 3600, -3600]));
    assert_eq!((price, faults[3], faults[4]), (Some(100.0), Some(Fault::Ahead), Some(Fault::Stale)));
    let now = NOW + 300;
    let (price, faults) = median.take(now, &said(now, [0, 3600, 3600, -3600, 3600]));
    assert_eq!((price, faults[0]), (None, None), "one is no quorum: {faults:?}");
    let now = NOW + 600;
    assert_eq!(median.take(now, &said(now, [0; 5])), (Some(100.0), vec![None; 5]));
}

/// A machine whose clock was ahead for a while has put a price where it doesn't belong: until the clock gets there again,
/// rounds are skipped; then all is well.
#[test]
fn clock_skew_of_a_validator_skips_rounds_until_it_is_over() {
    let (btc, minute) = (Asset::btc(), Horizon::seconds(60).expect("a minute"));
    let tape = Tape::new(std::slice::from_ref(&btc), 60, Clock::World).expect("a tape");
    let push = |step: u64| tape.push(&btc, Quote { time: step * 60, price: 100.0 + step as f64 });
    assert!((1..=10).all(|step| push(step).is_ok()));
    assert!(push(15).is_ok(), "the clock is ahead by five minutes");
    assert!((11..=15).all(|step| push(step).is_err()), "what has been told stays as it is");
    assert!(push(16).is_ok());
    for from in 10..15 {
        assert_eq!(tape.outcome(&btc, from * 60, minute), Outcome::Missing, "{from}");
    }
    assert!(matches!(tape.outcome(&btc, 15 * 60, minute), Outcome::Known(_)));
}

/// A miner that sees prices late forecasts from what it sees, and is scored like everybody.
#[test]
fn clock_skew_of_a_miner_is_its_own_loss() {
    let mut scene = Scene::of(KNOWN);
    let market = scene.market();
    let forecast = |known: u64| {
        let model = miner(Ewma::default(), Scene::of(known).feed());
        said(&model, Phase::Commit).expect("a commitment");
        said(&model, Phase::Reveal).expect("a forecast")
    };
    let answers = [answer(1, forecast(KNOWN)), answer(2, forecast(KNOWN - 10))];
    assert_ne!(answers[0].response.forecast, answers[1].response.forecast);
    let draw = scene.settled(&market);
    let scores = market.score(&draw.task, &answers);
    assert!(scores.iter().all(|score| score.value > 0.0 && score.parts.contains_key("gain")), "{scores:?}");
}

#[test]
fn a_feed_gap_skips_the_round_and_scores_nobody() {
    let mut scene = Scene::of(KNOWN);
    let market = scene.market();
    let draw = market.task(&Seed([1; 32]));
    assert!(matches!(market.ripeness(&draw.task), Ripeness::After(_)));
    // The prices of the round's beginning and end never come.
    for _ in 0..MANY {
        scene.quote();
    }
    scene.go_on();
    assert_eq!(market.ripeness(&draw.task), Ripeness::Never("a price is missing"));
    let bases: Vec<Quantiles> = draw.task.yards.iter().map(|yard| yard.base).collect();
    let scores = market.score(&draw.task, &[answer(1, says(&bases))]);
    assert!(scores.iter().all(|score| score.value == 0.0 && score.parts.contains_key("unsettled")), "{scores:?}");
    // And the market goes on.
    assert_eq!(market.ripeness(&scene.settled(&market).task), Ripeness::Now);
}
