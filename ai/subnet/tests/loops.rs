//! Miners and a validator in one process, over real sockets, on a ledger in memory: whoever answers better weighs
//! more.

#[path = "support/fake_chain.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod fake_chain;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fake_chain::FakeChain;
use futures::stream::{FuturesUnordered, StreamExt};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{Hyperparameters, NetUid};
use ganglion_subnet::audit::{self, AuditError};
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::join::{self, JoinError, Joining};
use ganglion_subnet::receipts::{self, ReceiptLimits};
use ganglion_subnet::secret::Secret;
use ganglion_subnet::validator::Pace;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::{
    miner, validator, Answer, AnswerError, Budget, Draw, MinerSettings, Score, ScorePolicy, Seed, Subnet,
    ValidatorSettings,
};
use ganglion_wire::{CallError, Dendrite, Synapse, Target};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A subnet that asks for squares.
struct Squares;

struct SquareSynapse;

impl Synapse for SquareSynapse {
    const NAME: &'static str = "Square";
    type Request = u32;
    type Response = u64;
}

/// A miner that is off by this many percent, that breaks down, or that answers once told to.
enum Skill {
    Off(u64),
    Broken,
    Told(Mutex<Receiver<()>>),
}

impl Subnet for Squares {
    type Synapse = SquareSynapse;
    type Task = u64;
    type Model = Skill;

    fn task(&self, seed: &Seed) -> Draw<u32, u64> {
        let number = seed.dice().between(100, 60_000) as u32;
        Draw { request: number, task: u64::from(number).pow(2), kind: "square" }
    }

    fn answer(&self, model: &Skill, request: &u32, budget: &Budget) -> Result<u64, AnswerError> {
        if budget.is_spent() {
            return Err(AnswerError::Abandoned);
        }
        match model {
            Skill::Off(percent) => Ok(u64::from(*request).pow(2) * (100 + percent) / 100),
            Skill::Broken => Err(AnswerError::Model("worn out".into())),
            Skill::Told(word) => {
                let told = word.lock().expect("lock").recv_timeout(Duration::from_secs(20));
                told.map(|()| 0).map_err(|_| AnswerError::Abandoned)
            }
        }
    }

    fn score(&self, task: &u64, answers: &[Answer<u64>]) -> Vec<Score> {
        answers
            .iter()
            .map(|answer| {
                let error = answer.response.abs_diff(*task) as f64 / *task as f64;
                Score::new((1.0 - error).max(0.0), &[("error", error)])
            })
            .collect()
    }
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn key(number: u8) -> Arc<Keypair> {
    Arc::new(Keypair::from_seed([number; 32]))
}

struct Network {
    chain: Arc<FakeChain>,
    stop: CancellationToken,
    folder: tempfile::TempDir,
    running: Vec<JoinHandle<()>>,
}

impl Network {
    fn new(commit_reveal: bool, flaky: u64) -> Self {
        Self {
            chain: Arc::new(FakeChain::new(Duration::from_millis(100), commit_reveal, flaky)),
            stop: CancellationToken::new(),
            folder: tempfile::tempdir().expect("folder"),
            running: Vec::new(),
        }
    }

    async fn miner(&mut self, number: u8, skill: Skill) -> PublicKey {
        self.miner_at(number, skill).await.hotkey
    }

    async fn miner_at(&mut self, number: u8, skill: Skill) -> Target {
        let hotkey = key(number);
        let public = hotkey.public();
        let settings = MinerSettings {
            netuid: NetUid(1),
            hotkey,
            coldkey: key(200).public(),
            announce: None,
            version: 1000,
            state_dir: self.folder.path().join(format!("miner-{number}")),
            gate: GateLimits { registered: 100_000, unregistered: 100_000, unregistered_together: 100_000 },
            work: WorkLimits { workers: 2, queue: 64, time: Duration::from_secs(20) },
            poll: Duration::from_millis(50),
            pow_threads: 1,
            metrics: None,
            price: 0,
            other_prices: BTreeMap::new(),
        };
        let listener = TcpListener::bind(loopback()).await.expect("port");
        let address = listener.local_addr().expect("port");
        let (chain, stop) = (Arc::clone(&self.chain), self.stop.clone());
        self.running.push(tokio::spawn(async move {
            miner::run(Arc::new(Squares), Arc::new(skill), chain, settings, listener, stop).await.expect("miner");
        }));
        Target { hotkey: public, address }
    }

    fn validator(&mut self, number: u8) -> PublicKey {
        self.validator_calling(number, false)
    }

    fn validator_calling(&mut self, number: u8, public_addresses_only: bool) -> PublicKey {
        let hotkey = key(number);
        let public = hotkey.public();
        let settings = ValidatorSettings {
            netuid: NetUid(1),
            hotkey,
            coldkey: key(201).public(),
            state_dir: self.folder.path().join(format!("validator-{number}")),
            pace: Pace { mean: Duration::from_millis(30), sample: 3, in_flight: 4 },
            gentle: false,
            timeout: Duration::from_secs(20),
            public_addresses_only,
            poll: Duration::from_millis(50),
            scoring: ScorePolicy { min_samples: 5, ..ScorePolicy::default() },
            receipts: ReceiptLimits::default(),
            pow_threads: 1,
            metrics: Some(loopback()),
            announce_metrics: None,
            listen: Some(loopback()),
        };
        let (chain, stop) = (Arc::clone(&self.chain), self.stop.clone());
        self.running.push(tokio::spawn(async move {
            validator::run(Arc::new(Squares), chain, settings, stop).await.expect("validator");
        }));
        public
    }

    /// Waits until `done`, at most three minutes.
    async fn until(&self, what: &str, done: impl Fn(&FakeChain) -> bool) {
        for _ in 0..1800 {
            if done(&self.chain) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{what}: never within three minutes; {:?}", self.chain.counts());
    }

    async fn end(self) -> tempfile::TempDir {
        self.stop.cancel();
        for part in self.running {
            tokio::time::timeout(Duration::from_secs(20), part).await.expect("ends in time").expect("no panic");
        }
        self.folder
    }
}

fn weight(weights: &[(PublicKey, u16)], of: &PublicKey) -> Option<u16> {
    weights.iter().find(|(key, _)| key == of).map(|(_, weight)| *weight)
}

async fn better_work_weighs_more(commit_reveal: bool, flaky: u64) {
    let mut network = Network::new(commit_reveal, flaky);
    let good = network.miner(1, Skill::Off(0)).await;
    let fair = network.miner(2, Skill::Off(25)).await;
    let poor = network.miner(3, Skill::Off(60)).await;
    let broken = network.miner(4, Skill::Broken).await;
    let validator = network.validator(9);
    network
        .until("weights in order", |chain| {
            let weights = chain.weights_of(&validator);
            let of = |key| weight(&weights, key);
            of(&good) == Some(u16::MAX)
                && of(&broken) == Some(0)
                && of(&good) > of(&fair)
                && of(&fair) > of(&poor)
                && of(&poor) > of(&broken)
        })
        .await;
    assert_eq!(network.chain.announced(), 4);
    let (served, settings, commits) = network.chain.counts();
    assert_eq!(served, 4, "an axon is announced once");
    assert!(settings > 0 && (commits > 0) == commit_reveal);
    assert_eq!(weight(&network.chain.weights_of(&validator), &validator), None);

    let folder = network.end().await;
    let receipts = receipts::read(&folder.path().join("validator-9/receipts"), 50).expect("receipts");
    assert!(receipts.len() >= 15);
    assert!(receipts.iter().all(|signed| signed.verify() && signed.receipt.validator == validator));
    // With the secret of a tempo anybody can draw its tasks again; with another nobody can.
    let secret = Secret::open(&folder.path().join("validator-9/secret")).expect("the secret");
    for signed in &receipts {
        let of = |epoch| *secret.of_tempo(1, epoch).reveal();
        assert_eq!(audit::check(&Squares, signed, of(signed.receipt.epoch)), Ok(()));
        assert_eq!(audit::check(&Squares, signed, of(signed.receipt.epoch + 1)), Err(AuditError::Secret));
        assert!(signed.receipt.bits.is_some());
    }
    // At the very end miners go away while questions are under way; only answers tell about quality.
    let mut of_good = receipts.iter().filter(|signed| signed.receipt.miner == good);
    assert!(of_good.all(|signed| signed.receipt.outcome != "answered" || signed.receipt.score == 1.0));
    let of_broken = receipts.iter().find(|signed| signed.receipt.miner == broken).expect("asked too");
    assert_eq!((of_broken.receipt.answer_hash.as_ref(), of_broken.receipt.score), (None, 0.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_weights_follow_quality() {
    better_work_weighs_more(false, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn committed_weights_follow_quality() {
    better_work_weighs_more(true, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_is_often_away_changes_nothing() {
    better_work_weighs_more(false, 7).await;
}

/// Where one miner may not take all, and more names are demanded than miners were asked, the chain would refuse what the
/// validator thinks: it sets what comes nearest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weights_keep_the_subnets_rules() {
    let mut network = Network::new(false, 0);
    // Three fifths at most.
    let limit = 39_321;
    let rules = Hyperparameters { max_weight_limit: limit, min_allowed_weights: 3, ..Hyperparameters::default() };
    network.chain = Arc::new(FakeChain::new(Duration::from_millis(100), false, 0).with_rules(rules));
    let good = network.miner(1, Skill::Off(0)).await;
    let poor = network.miner(2, Skill::Off(60)).await;
    let validator = network.validator(9);
    network.until("weights", |chain| chain.weights_of(&validator).len() == 3).await;
    let weights = network.chain.weights_of(&validator);
    let of = |key: &PublicKey| f64::from(weight(&weights, key).expect("named"));
    assert_eq!((of(&good), of(&validator)), (65_535.0, 0.0));
    // By worth alone the poor one's would be a tenth of it.
    assert!((0.6..0.7).contains(&(of(&poor) / of(&good))), "{weights:?}");
    network.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_miner_at_a_private_address_is_not_called() {
    let mut network = Network::new(false, 0);
    let miner = network.miner(1, Skill::Off(0)).await;
    network.validator_calling(9, true);
    let path = network.folder.path().join("validator-9/receipts");
    let read = || receipts::read(&path, 50);
    network.until("receipts", |_| read().is_ok_and(|found| found.len() >= 5)).await;
    let _folder = network.end().await;
    let found = read().expect("receipts");
    assert!(found.iter().all(|signed| signed.receipt.miner == miner && signed.receipt.outcome == "unreachable"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_works_before_the_first_block() {
    let mut network = Network::new(false, 0);
    network.chain.set_born(false);
    let joining = Joining { netuid: NetUid(1), hotkey: key(1).public(), coldkey: key(200).public(), threads: 1 };
    let attempt = join::attempt(network.chain.as_ref(), &joining, &network.stop).await;
    assert!(matches!(attempt, Err(JoinError::NoBlockYet)), "{attempt:?}");
    // Whoever waits for it joins when it is there.
    network.miner(1, Skill::Off(0)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(network.chain.announced(), 0);
    network.chain.set_born(true);
    network.until("a seat", |chain| chain.announced() == 1).await;
    network.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_rounds_do_not_need_a_chain_that_answers_at_once() {
    // Nobody ever answers: everything waits, and ends when asked to.
    let mut network = Network::new(false, 1);
    network.miner(1, Skill::Off(0)).await;
    network.validator(9);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(network.running.iter().all(|part| !part.is_finished()));
    network.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_has_two_questions_answered_at_a_time() {
    let mut network = Network::new(false, 0);
    let (tell, word) = mpsc::channel();
    let target = network.miner_at(1, Skill::Told(Mutex::new(word))).await;
    let dendrite = Dendrite::new(key(77));
    // What is signed before the axon has started is refused.
    let described = dendrite.describe(target.address, Duration::from_secs(20)).await.expect("a description");
    assert_eq!(described.hotkey, target.hotkey);
    let ask = || dendrite.call::<SquareSynapse>(&target, &5, Duration::from_secs(20));
    let mut answers: FuturesUnordered<_> = (0..3).map(|_| ask()).collect();
    match answers.next().await {
        Some(Err(CallError::Refused { status: 429, code, .. })) => assert_eq!(code, "caller_busy"),
        other => panic!("{other:?}"),
    }
    for _ in 0..2 {
        tell.send(()).expect("the miner listens");
        assert_eq!(answers.next().await.expect("an answer").expect("a good one").response, 0);
    }
    network.end().await;
}
