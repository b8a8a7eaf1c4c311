//! The tutorial is the example, the example is short, and it works.

#[path = "../../../examples/factors.rs"]
#[allow(dead_code, reason = "its main is for people")]
mod factors;
#[path = "support/fake_chain.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod fake_chain;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use factors::{Factor, Factors, Product};
use fake_chain::FakeChain;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{NetUid, NeuronId};
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::simulator::{self, Scenario, Setting, Stage};
use ganglion_subnet::validator::Pace;
use ganglion_subnet::{miner, validator, MinerSettings, ScorePolicy, ValidatorSettings};
use ganglion_subnet::{Answer, Budget, Seed, Subnet};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

fn read(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_tutorials_code_is_the_examples() {
    let (tutorial, code) = (read("README.md"), read("factors.rs"));
    let mut blocks = Vec::new();
    let mut rest = tutorial.as_str();
    while let Some((_, block)) = rest.split_once("```rust\n") {
        let (block, after) = block.split_once("```").expect("each block ends");
        blocks.push(block);
        rest = after;
    }
    assert!(blocks.len() > 2);
    assert_eq!(blocks.join("\n"), code);
}

#[test]
fn the_example_is_short() {
    let lines = read("factors.rs").lines().count();
    assert!(lines < 120, "{lines}");
}

#[test]
fn right_answers_score_and_lazy_ones_do_not() {
    for number in 0..200u8 {
        let draw = Factors.task(&Seed([number; 32]));
        let found = Factors.answer(&600_000, &draw.request, &Budget::unlimited()).expect("enough effort");
        let n = draw.task.n;
        let answers: Vec<Answer<Factor>> = [found.f, 0, 1, n, n + 1, u64::MAX]
            .into_iter()
            .map(|f| Answer {
                neuron: NeuronId(f),
                response: Factor { f },
                elapsed: Duration::ZERO,
                first: Duration::ZERO,
            })
            .collect();
        let values: Vec<f64> = Factors.score(&draw.task, &answers).iter().map(|score| score.value).collect();
        assert_eq!(values, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0], "{n}");
    }
    assert!(Factors.answer(&10, &Product { n: 1_000_003 * 1_000_003 }, &Budget::unlimited()).is_err());
}

/// The example as the simulator sees it.
struct FactorStage;

impl Stage for FactorStage {
    type Subnet = Factors;

    fn subnet(&self) -> &Factors {
        &Factors
    }

    fn work(&self, request: &Product, _: &Product) -> Option<Factor> {
        Factors.answer(&600_000, request, &Budget::unlimited()).ok()
    }

    fn parrot(&self, request: &Product) -> Factor {
        Factor { f: request.n }
    }
}

#[test]
fn the_example_can_be_simulated() {
    let setting = Setting { tempos: 2, rounds: 60, ..Setting::default() };
    for scenario in [Scenario::Parrot, Scenario::Colluders, Scenario::Late] {
        let report = simulator::run(&FactorStage, scenario, &setting);
        assert!(report.verdict.is_some() && report.honesty_pays(), "{report:?}");
    }
}

#[test]
fn a_simulation_that_is_watched_is_the_same_and_tells_how_far_it_is() {
    let setting = Setting { tempos: 2, rounds: 10, ..Setting::default() };
    let mut told = Vec::new();
    let watched = simulator::run_watched(&FactorStage, Scenario::Colluders, &setting, &mut |progress| {
        told.push((progress.rounds, progress.all));
    });
    assert_eq!(watched, simulator::run(&FactorStage, Scenario::Colluders, &setting));
    // Three of its five validators ask.
    let right: Vec<(u64, u64)> = (1..=20).map(|round| (3 * round, 60)).collect();
    assert_eq!((told, watched.rounds), (right, 60));
}

fn key(number: u8) -> Arc<Keypair> {
    Arc::new(Keypair::from_seed([number; 32]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_effort_weighs_more() {
    let chain = Arc::new(FakeChain::new(Duration::from_millis(100), true, 0));
    let stop = CancellationToken::new();
    let folder = tempfile::tempdir().expect("folder");
    let owner = key(200).public();
    let mut running = Vec::new();
    let mut miners: Vec<PublicKey> = Vec::new();
    for (number, effort) in [(1, 600_000u64), (2, 2_000), (3, 30)] {
        let hotkey = key(number);
        miners.push(hotkey.public());
        let state = folder.path().join(format!("miner-{number}"));
        let gate = GateLimits { registered: 100_000, ..GateLimits::default() };
        let settings = MinerSettings {
            gate,
            poll: Duration::from_millis(50),
            ..MinerSettings::new(NetUid(1), hotkey, owner, state)
        };
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("port");
        let (chain, stop) = (Arc::clone(&chain), stop.clone());
        running.push(tokio::spawn(async move {
            miner::run(Arc::new(Factors), Arc::new(effort), chain, settings, listener, stop).await.expect("miner");
        }));
    }
    let judge = key(9);
    let settings = ValidatorSettings {
        pace: Pace { mean: Duration::from_millis(20), sample: 3, in_flight: 4 },
        public_addresses_only: false,
        poll: Duration::from_millis(50),
        scoring: ScorePolicy::default(),
        ..ValidatorSettings::new(NetUid(1), Arc::clone(&judge), owner, folder.path().join("validator"))
    };
    let (ledger, end) = (Arc::clone(&chain), stop.clone());
    running.push(tokio::spawn(async move {
        validator::run(Arc::new(Factors), ledger, settings, end).await.expect("validator");
    }));

    let mut weights = Vec::new();
    let mut ordered = false;
    for _ in 0..1200 {
        weights = chain.weights_of(&judge.public());
        let of = |miner: &PublicKey| weights.iter().find(|(key, _)| key == miner).map(|(_, weight)| *weight);
        let found: Vec<Option<u16>> = miners.iter().map(of).collect();
        ordered =
            matches!(found.as_slice(), [Some(u16::MAX), Some(second), Some(third)] if *second > 0 && second > third);
        if ordered {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(ordered, "never in order within two minutes: {weights:?}");
    stop.cancel();
    for part in running {
        tokio::time::timeout(Duration::from_secs(20), part).await.expect("ends in time").expect("no panic");
    }
}
