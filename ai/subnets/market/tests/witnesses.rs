//! Two validators over real sockets, which show the prices that they saw, and a third one whose sources are wrong: it finds
//! the others by the chain, reads their pages, and leaves its round out.

#[path = "../../../subnet/tests/support/fake_chain.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod fake_chain;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fake_chain::FakeChain;
use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use ganglion_subnet::{validator, Chain, Ripeness, Seed, Subnet, ValidatorSettings};
use ganglion_subnet_market::sources::{Clock, Tape};
use ganglion_subnet_market::witness::{Booth, Link, Witnesses};
use ganglion_subnet_market::{Asset, Exchange, Feed, Horizon, Market, Quote};
use tokio_util::sync::CancellationToken;

/// Seconds between two prices.
const STEP: u64 = 300;
/// Prices that are known when the question is asked, and when its round is over.
const KNOWN: (u64, u64) = (400, 410);

fn key(number: u8) -> Arc<Keypair> {
    Arc::new(Keypair::from_seed([number; 32]))
}

fn push(tape: &Tape, steps: std::ops::RangeInclusive<u64>, factor: f64) {
    for step in steps {
        let quote = Quote { time: step * STEP, price: factor * (100.0 + (step % 7) as f64) };
        tape.push(&Asset::btc(), quote).expect("in order");
    }
}

fn tape(known: u64) -> Arc<Tape> {
    let tape = Tape::new(&[Asset::btc()], STEP as u32, Clock::Steps(Duration::from_secs(60))).expect("a tape");
    push(&tape, 1..=known, 1.0);
    Arc::new(tape)
}

/// Waits until something is so.
async fn until<F: std::future::Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    for _ in 0..1200 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: never within two minutes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_saw_other_prices_than_the_stake_leaves_the_round_out() {
    let chain = Arc::new(FakeChain::new(Duration::from_millis(100), false, 0));
    let (stop, folder) = (CancellationToken::new(), tempfile::tempdir().expect("folder"));
    let genesis = hex::encode(chain.genesis_hash());
    let (any, owner) = (SocketAddr::from(([127, 0, 0, 1], 0)), key(200).public());
    let horizon = Horizon::seconds(STEP as u32).expect("a step");
    let mut running = Vec::new();
    for number in [1u8, 2] {
        let feed: Arc<dyn Feed> = tape(KNOWN.1);
        let exchange = Exchange::new(Arc::clone(&feed), Vec::new(), vec![horizon]);
        let (hotkey, genesis) = (key(number), genesis.clone());
        let booth = Booth { hotkey, genesis, netuid: NetUid(1), feed, assets: vec![Asset::btc()] };
        let market = Market::exchange(exchange).showing(booth);
        let settings = ValidatorSettings {
            public_addresses_only: false,
            poll: Duration::from_millis(50),
            metrics: Some(any),
            announce_metrics: Some(any),
            ..ValidatorSettings::new(NetUid(1), key(number), owner, folder.path().join(format!("validator-{number}")))
        };
        let (ledger, end) = (Arc::clone(&chain), stop.clone());
        running.push(tokio::spawn(async move {
            validator::run(Arc::new(market), ledger, settings, end).await.expect("validator");
        }));
    }
    until("two announcements", || async {
        let graph = chain.metagraph(NetUid(1)).await;
        graph.is_ok_and(|graph| graph.prometheus.iter().flatten().count() == 2)
    })
    .await;

    let (own, witnesses) = (tape(KNOWN.0), Arc::new(Witnesses::default()));
    let feed = Arc::clone(&own) as Arc<dyn Feed>;
    let exchange = Exchange::new(Arc::clone(&feed), Vec::new(), vec![horizon]);
    let market = Market::exchange(exchange.with_witnesses(Arc::clone(&witnesses)));
    let draw = market.task(&Seed([1; 32]));
    // Its sources are two hundredths too high from now on.
    push(&own, KNOWN.0 + 1..=KNOWN.1, 1.02);
    assert_eq!(market.ripeness(&draw.task), Ripeness::Now, "it hears of nobody");
    let (hotkey, assets) = (key(3), vec![Asset::btc()]);
    let link = Link { chain, hotkey, netuid: NetUid(1), public_addresses_only: false, feed, assets };
    let _booth = link.start(witnesses, &stop);
    let left_out = Ripeness::Never("other validators saw other prices");
    until("the others' prices", || async { market.ripeness(&draw.task) == left_out }).await;

    stop.cancel();
    for part in running {
        tokio::time::timeout(Duration::from_secs(20), part).await.expect("ends in time").expect("no panic");
    }
}
