//! Miners over real sockets: honest ones, those that say something else than they had committed to, and those that have a
//! price.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use futures::future::{ready, BoxFuture};
use futures::FutureExt;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_subnet::miner::Desk;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::{Budget, Draw, Seed, Subnet};
use ganglion_subnet_market::commit::commitment;
use ganglion_subnet_market::gather::{gather, Voice};
use ganglion_subnet_market::models::Ewma;
use ganglion_subnet_market::sources::{Clock, Feed, Tape};
use ganglion_subnet_market::synapse::{Phase, Subject, Told};
use ganglion_subnet_market::{
    Asset, Exchange, ForecastRequest, ForecastResponse, ForecastSynapse, Horizon, Market, MarketModel, Quote, COMMIT,
};
use ganglion_wire::description::Price;
use ganglion_wire::payment::{Charge, Payment, Purse, Toll, Unpaid, Voucher, VOUCHER_BYTES};
use ganglion_wire::{Axon, AxonBuilder, AxonError, Caller, Dendrite, DendriteLimits, Target};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(20);

/// A market that goes up and down by a thousandth, for ever.
fn feed() -> Arc<Tape> {
    let tape = Tape::new(&[Asset::btc()], 300, Clock::Steps(Duration::from_secs(1))).expect("a tape");
    for step in 1..200u64 {
        let price = if step.is_multiple_of(2) { 100.0 } else { 100.1 };
        tape.push(&Asset::btc(), Quote { time: step * 300, price }).expect("in order");
    }
    Arc::new(tape)
}

/// How a miner makes its answer worse.
type Bend = fn(&ForecastRequest, ForecastResponse) -> ForecastResponse;

/// The axon of a miner.
fn axon(seed: u8, bend: Bend) -> (PublicKey, AxonBuilder) {
    let keypair = Arc::new(Keypair::from_seed([seed; 32]));
    let hotkey: PublicKey = keypair.public();
    let model = Arc::new(MarketModel::new(Arc::new(Ewma::default()), feed(), hotkey));
    let axon = Axon::builder(keypair).synapse::<ForecastSynapse, _, _>(move |_, request| {
        let model = Arc::clone(&model);
        async move {
            let answer = Market::sandbox().answer(&model, &request, &Budget::unlimited());
            answer.map(|answer| bend(&request, answer)).map_err(|error| AxonError::invalid(error.to_string()))
        }
    });
    (hotkey, axon)
}

/// A miner on a free port; answers whom to call.
async fn miner(seed: u8, bend: Bend) -> Target {
    let (hotkey, axon) = axon(seed, bend);
    listening(hotkey, axon).await
}

async fn listening(hotkey: PublicKey, axon: AxonBuilder) -> Target {
    let axon = axon.build().expect("an axon");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address: SocketAddr = listener.local_addr().expect("an address");
    tokio::spawn(async move { axon.serve(listener, std::future::pending::<()>()).await });
    Target { hotkey, address }
}

fn honest(_: &ForecastRequest, answer: ForecastResponse) -> ForecastResponse {
    answer
}

/// It shows a point path.
fn turncoat(request: &ForecastRequest, answer: ForecastResponse) -> ForecastResponse {
    match request.phase {
        Phase::Commit => answer,
        Phase::Reveal => ForecastResponse { forecast: Some(Told::Returns { quantiles: vec![vec![0; 19]] }), ..answer },
    }
}

/// It commits to nothing, and shows all the same.
fn evader(request: &ForecastRequest, answer: ForecastResponse) -> ForecastResponse {
    match request.phase {
        Phase::Commit => ForecastResponse::default(),
        Phase::Reveal => answer,
    }
}

/// It has forgotten its salt.
fn careless(_: &ForecastRequest, answer: ForecastResponse) -> ForecastResponse {
    ForecastResponse { salt: Some("00".repeat(16)), ..answer }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shows_something_else_is_not_heard() {
    let dendrite = Dendrite::new(Arc::new(Keypair::from_seed([9; 32])));
    let bends: [Bend; 5] = [honest, honest, turncoat, evader, careless];
    let mut voices = Vec::new();
    for (seed, bend) in (20u8..).zip(bends) {
        voices.push(Voice { target: miner(seed, bend).await, weight: 1.0 });
    }
    let horizon = [Horizon::seconds(300).expect("five minutes")];
    let btc = Asset::btc();
    let asked = gather(&dendrite, &voices, (&btc, &horizon), PATIENCE);
    let found = tokio::time::timeout(PATIENCE, asked).await.expect("in time");
    assert_eq!((found.heard.len(), found.failures.len()), (2, 3), "{found:?}");
    assert!(found.heard.iter().all(|heard| voices[..2].contains(&heard.voice)));
    assert_eq!(found.failed, [voices[2].target, voices[3].target, voices[4].target]);
    // Ten basis points a step, and two who say the same.
    let pool = found.pool().expect("a pool");
    assert!((pool[0].values()[18] - 15.07).abs() < 0.1, "{pool:?}");
    // Nobody asks for what isn't traded, or over what isn't a whole number of steps.
    let odd = [Horizon::seconds(100).expect("a time")];
    for (asset, horizons) in [("ETH", &horizon), ("BTC", &odd)] {
        let asset: Asset = asset.parse().expect("a name");
        let found = gather(&dendrite, &voices[..1], (&asset, horizons), PATIENCE).await;
        assert!(found.heard.is_empty() && found.pool().is_none(), "{found:?}");
        assert!(found.failed.is_empty() && found.failures.len() == 1, "who doesn't know isn't at fault: {found:?}");
    }
}

/// As miners serve it, whose callers each have their share of what waits to be shown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_miner_that_serves_commits_and_shows() {
    let keypair = Arc::new(Keypair::from_seed([31; 32]));
    let hotkey = keypair.public();
    let model = Arc::new(MarketModel::new(Arc::new(Ewma::default()), feed(), hotkey));
    let desk = Desk::new(Arc::new(Market::sandbox()), model, WorkLimits::default()).expect("a desk");
    let target = listening(hotkey, Market::serve(Axon::builder(keypair), desk)).await;
    let dendrite = Dendrite::new(Arc::new(Keypair::from_seed([9; 32])));
    let (btc, horizon) = (Asset::btc(), [Horizon::seconds(300).expect("five minutes")]);
    let found = gather(&dendrite, &[Voice { target, weight: 1.0 }], (&btc, &horizon), PATIENCE).await;
    assert_eq!((found.heard.len(), found.failures.len()), (1, 0), "{found:?}");
}

/// How often [`watched`] was asked to show something.
static SHOWN: AtomicUsize = AtomicUsize::new(0);

fn watched(request: &ForecastRequest, answer: ForecastResponse) -> ForecastResponse {
    SHOWN.fetch_add(usize::from(request.phase == Phase::Reveal), Ordering::SeqCst);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_is_shown_nothing_before_the_start() {
    let (dendrite, target) = (Dendrite::new(Arc::new(Keypair::from_seed([9; 32]))), miner(27, watched).await);
    let (tape, horizon) = (feed(), Horizon::seconds(300).expect("five minutes"));
    let go_on = |steps: std::ops::Range<u64>| {
        for step in steps {
            let price = if step.is_multiple_of(2) { 100.0 } else { 100.1 };
            tape.push(&Asset::btc(), Quote { time: step * 300, price }).expect("in order");
        }
    };
    // With less than a day and some hours nothing is asked.
    go_on(200..400);
    let market = Market::exchange(Exchange::new(Arc::clone(&tape) as Arc<dyn Feed>, Vec::new(), vec![horizon]));
    let Draw { request, task, .. } = market.task(&Seed([1; 32]));
    let asked = tokio::spawn(async move { Market::ask(&dendrite, &target, &request, &task, PATIENCE).await });
    tokio::time::sleep(COMMIT + Duration::from_secs(3)).await;
    assert!(SHOWN.load(Ordering::SeqCst) == 0 && !asked.is_finished(), "the market stands still");
    go_on(400..500);
    let found = tokio::time::timeout(PATIENCE, asked).await.expect("in time").expect("ends");
    assert!(found.expect("a forecast").response.forecast.is_some() && SHOWN.load(Ordering::SeqCst) == 1);
}

/// Commits to megabytes of nothing, and shows them with a long commitment.
fn hoarder(request: &ForecastRequest, answer: ForecastResponse) -> ForecastResponse {
    let (forecast, salt) = (Told::Returns { quantiles: vec![Vec::new(); 100_000] }, [7; 16]);
    let hash = commitment(&Keypair::from_seed([26; 32]).public(), &request.nonce, &salt, &forecast);
    match request.phase {
        Phase::Commit => ForecastResponse { commitment: Some(hex::encode(hash)), ..answer },
        Phase::Reveal => ForecastResponse {
            commitment: Some("0".repeat(100_000)),
            forecast: Some(forecast),
            salt: Some(hex::encode(salt)),
        },
    }
}

/// A round waits for hours for its prices, and hundreds of rounds do at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_forecast_is_not_kept_until_it_could_be_scored() {
    let dendrite = Dendrite::new(Arc::new(Keypair::from_seed([9; 32])));
    let subject = Subject::Returns { asset: "BTC".to_owned(), horizons: vec![300] };
    let request = ForecastRequest { phase: Phase::Commit, subject, nonce: "7".repeat(32) };
    let miners: [(u8, Bend, Option<usize>); 2] = [(25, honest, Some(1)), (26, hoarder, None)];
    for (seed, bend, forecasts) in miners {
        let target = miner(seed, bend).await;
        let asked = Market::ask_now(&dendrite, &target, &request, PATIENCE);
        let found = tokio::time::timeout(PATIENCE, asked).await.expect("in time").expect("what was committed to");
        let kept = found.response.forecast.map(|told| told.as_returns(1).map_or(0, |forecasts| forecasts.len()));
        assert_eq!((kept, found.response.commitment), (forecasts, None), "{seed}");
    }
}

/// Takes any voucher, and counts.
#[derive(Default)]
struct Till {
    taken: AtomicUsize,
    returned: AtomicUsize,
}

impl Toll for Till {
    fn charge<'a>(
        &'a self,
        _: &'a Caller,
        rao: u64,
        voucher: Option<Voucher>,
    ) -> BoxFuture<'a, Result<Option<Charge>, Unpaid>> {
        let message = format!("an answer costs {rao} RAO");
        let unpaid = Unpaid { status: 402, code: "payment_required", message, demand: None };
        let charged = match voucher {
            Some(_) => Ok(Some(Charge { channel: 1, rao })),
            None => Err(unpaid),
        };
        self.taken.fetch_add(usize::from(charged.is_ok()), Ordering::SeqCst);
        ready(charged).boxed()
    }

    fn refund(&self, _: Charge) {
        self.returned.fetch_add(1, Ordering::SeqCst);
    }
}

/// Pays for everything, and counts what it got an answer for.
#[derive(Clone, Default)]
struct Generous(Arc<AtomicUsize>);

impl Purse for Generous {
    fn pay<'a>(&'a self, _: &'a Target, _: &'a str) -> BoxFuture<'a, Result<Option<Box<dyn Payment>>, String>> {
        let promise: Box<dyn Payment> = Box::new(self.clone());
        ready(Ok(Some(promise))).boxed()
    }

    fn demanded(&self, _: &Target, _: &str, _: &ganglion_wire::payment::Demand) -> bool {
        false
    }
}

impl Payment for Generous {
    fn voucher(&self) -> Voucher {
        [7; VOUCHER_BYTES]
    }

    fn answered(self: Box<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forecast_costs_two_answers_and_what_fails_costs_nothing() {
    let (till, purse) = (Arc::new(Till::default()), Generous::default());
    let (hotkey, axon) = axon(30, honest);
    let price = Price { rao: 5, per: "request".to_owned(), more: serde_json::Map::new() };
    let axon = axon.price::<ForecastSynapse>(price).toll(Arc::clone(&till) as Arc<dyn Toll>);
    let voices = [Voice { target: listening(hotkey, axon).await, weight: 1.0 }];
    let (btc, horizon) = (Asset::btc(), [Horizon::seconds(300).expect("five minutes")]);
    let counted = || [&till.taken, &till.returned, purse.0.as_ref()].map(|count| count.load(Ordering::SeqCst));

    let key = Arc::new(Keypair::from_seed([9; 32]));
    let poor = Dendrite::new(Arc::clone(&key));
    let found = gather(&poor, &voices, (&btc, &horizon), PATIENCE).await;
    assert_eq!((found.heard.len(), found.failures.len(), found.unpaid), (0, 1, 1), "{found:?}");
    assert!(found.failed.is_empty() && found.failures[0].contains("5 RAO"), "it isn't at fault: {found:?}");
    assert_eq!(counted(), [0, 0, 0]);

    let rich = Dendrite::paying(key, DendriteLimits::default(), Some(Arc::new(purse.clone()) as Arc<dyn Purse>));
    let found = gather(&rich, &voices, (&btc, &horizon), PATIENCE).await;
    assert_eq!((found.heard.len(), found.unpaid), (1, 0), "{found:?}");
    assert_eq!(counted(), [2, 0, 2], "the commitment and the forecast");

    let eth: Asset = "ETH".parse().expect("a name");
    let found = gather(&rich, &voices, (&eth, &horizon), PATIENCE).await;
    assert_eq!((found.heard.len(), found.unpaid), (0, 0), "{found:?}");
    assert_eq!(counted(), [3, 1, 2], "what isn't known there is given back");
}
