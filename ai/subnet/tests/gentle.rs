//! Where users need the same machine, a validator asks one round at a time, and the first at once.

#[path = "support/fake_chain.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod fake_chain;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use fake_chain::FakeChain;
use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::receipts;
use ganglion_subnet::validator::Pace;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::{
    miner, validator, Answer, AnswerError, Budget, Draw, MinerSettings, Score, Seed, Subnet, ValidatorSettings,
};
use ganglion_wire::Synapse;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Its first rounds, so many, find nobody right.
struct Slow(AtomicUsize);

struct SlowSynapse;

impl Synapse for SlowSynapse {
    const NAME: &'static str = "Slow";
    type Request = u32;
    type Response = u32;
}

/// How many answers a miner works on, and the most that it ever worked on.
#[derive(Default)]
struct Worked {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Subnet for Slow {
    type Synapse = SlowSynapse;
    type Task = u32;
    type Model = Worked;

    fn task(&self, seed: &Seed) -> Draw<u32, u32> {
        let number = seed.dice().below(1 << 30) as u32;
        Draw { request: number, task: number, kind: "slow" }
    }

    fn answer(&self, worked: &Worked, request: &u32, _: &Budget) -> Result<u32, AnswerError> {
        worked.most.fetch_max(worked.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        worked.now.fetch_sub(1, Ordering::SeqCst);
        Ok(*request)
    }

    fn score(&self, _: &u32, answers: &[Answer<u32>]) -> Vec<Score> {
        let fails = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        answers.iter().map(|_| Score::new(if fails { 0.0 } else { 1.0 }, &[])).collect()
    }
}

fn chain() -> FakeChain {
    FakeChain::new(Duration::from_millis(100), false, 0)
}

/// Runs a miner and a gentle validator, whose first rounds, `fails` of them, find nobody right, with this time between rounds
/// until so many answers have receipts; the most that the miner ever worked on at a time.
async fn most_at_a_time(chain: FakeChain, fails: usize, mean: Duration, answers: usize) -> usize {
    let (chain, subnet) = (Arc::new(chain), Arc::new(Slow(AtomicUsize::new(fails))));
    let (stop, folder) = (CancellationToken::new(), tempfile::tempdir().expect("folder"));
    let key = |number: u8| Arc::new(Keypair::from_seed([number; 32]));
    let owner = key(200).public();
    let settings = MinerSettings {
        gate: GateLimits { registered: 100_000, ..GateLimits::default() },
        work: WorkLimits { workers: 8, ..WorkLimits::default() },
        poll: Duration::from_millis(50),
        ..MinerSettings::new(NetUid(1), key(1), owner, folder.path().join("miner"))
    };
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("port");
    let worked = Arc::new(Worked::default());
    let (ledger, model, end) = (Arc::clone(&chain), Arc::clone(&worked), stop.clone());
    let mining = tokio::spawn(async move {
        miner::run(Arc::new(Slow(AtomicUsize::new(0))), model, ledger, settings, listener, end).await.expect("miner");
    });
    let settings = ValidatorSettings {
        pace: Pace { mean, sample: 1, in_flight: 8 },
        gentle: true,
        public_addresses_only: false,
        poll: Duration::from_millis(50),
        ..ValidatorSettings::new(NetUid(1), key(9), owner, folder.path().join("validator"))
    };
    let (ledger, end) = (Arc::clone(&chain), stop.clone());
    let judging = tokio::spawn(async move {
        validator::run(subnet, ledger, settings, end).await.expect("validator");
    });
    let found = answered(&folder.path().join("validator/receipts"), answers).await;
    stop.cancel();
    for part in [mining, judging] {
        tokio::time::timeout(Duration::from_secs(20), part).await.expect("ends in time").expect("no panic");
    }
    assert!(found >= answers, "{found} answers within two minutes");
    worked.most.load(Ordering::SeqCst)
}

/// How many receipts of answers there are, once there are so many, or after two minutes.
async fn answered(path: &Path, wanted: usize) -> usize {
    let mut found = 0;
    for _ in 0..1200 {
        let receipts = receipts::read(path, 100).unwrap_or_default();
        found = receipts.iter().filter(|signed| signed.receipt.outcome == "answered").count();
        if found >= wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_round_at_a_time_is_asked_however_short_the_time_between_them() {
    assert_eq!(most_at_a_time(chain(), 0, Duration::from_millis(1), 20).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_round_does_not_wait_for_its_time() {
    // Else it would come after an hour or so.
    assert_eq!(most_at_a_time(chain(), 0, Duration::from_secs(3_600), 1).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_launch_it_asks_until_it_has_found_somebody() {
    // The fourth round finds the first right answer; it comes after three hours or so otherwise.
    assert_eq!(most_at_a_time(chain().unlaunched(), 3, Duration::from_secs(3_600), 4).await, 1);
}
