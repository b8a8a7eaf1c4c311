//! Answers whose truth comes later are kept until then; those whose truth never comes count for nothing.

#[path = "support/fake_chain.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod fake_chain;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fake_chain::FakeChain;
use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::ledger::Ledger;
use ganglion_subnet::receipts;
use ganglion_subnet::validator::Pace;
use ganglion_subnet::{
    miner, validator, Answer, AnswerError, Budget, Chain, Draw, MinerSettings, Ripeness, Score, Seed, Subnet,
    ValidatorSettings,
};
use ganglion_wire::Synapse;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A subnet that knows what is right when it has been asked three times; of every third task, never, or not for days.
/// Whoever answers a task has it counted, too.
#[derive(Default)]
struct Later(Mutex<BTreeMap<u32, u32>>);

struct LaterSynapse;

impl Synapse for LaterSynapse {
    const NAME: &'static str = "Later";
    type Request = u32;
    type Response = u32;
}

impl Subnet for Later {
    type Synapse = LaterSynapse;
    type Task = u32;
    type Model = ();

    fn task(&self, seed: &Seed) -> Draw<u32, u32> {
        let number = seed.dice().below(1 << 30) as u32;
        Draw { request: number, task: number, kind: if number.is_multiple_of(3) { "void" } else { "ripe" } }
    }

    fn answer(&self, _: &(), request: &u32, _: &Budget) -> Result<u32, AnswerError> {
        *self.0.lock().expect("lock").entry(*request).or_default() += 1;
        Ok(*request)
    }

    fn ripeness(&self, task: &u32) -> Ripeness {
        if task.is_multiple_of(3) {
            return match task.is_multiple_of(2) {
                true => Ripeness::Never("nobody will know"),
                false => Ripeness::After(validator::LONGEST_TRUTH * 2),
            };
        }
        let mut asked = self.0.lock().expect("lock");
        let times = asked.entry(*task).or_default();
        *times += 1;
        match *times {
            3.. => Ripeness::Now,
            _ => Ripeness::After(Duration::from_millis(1)),
        }
    }

    fn score(&self, task: &u32, answers: &[Answer<u32>]) -> Vec<Score> {
        let times = self.0.lock().expect("lock").get(task).copied().unwrap_or(0);
        answers.iter().map(|_| Score::new(1.0, &[("asked", f64::from(times))])).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_ripen_before_they_are_scored() {
    let chain = Arc::new(FakeChain::new(Duration::from_millis(100), false, 0));
    let (stop, folder) = (CancellationToken::new(), tempfile::tempdir().expect("folder"));
    let key = |number: u8| Arc::new(Keypair::from_seed([number; 32]));
    let owner = key(200).public();
    let settings = MinerSettings {
        gate: GateLimits { registered: 100_000, ..GateLimits::default() },
        poll: Duration::from_millis(50),
        ..MinerSettings::new(NetUid(1), key(1), owner, folder.path().join("miner"))
    };
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("port");
    let (ledger, end) = (Arc::clone(&chain), stop.clone());
    let answering = Arc::new(Later::default());
    let asked = Arc::clone(&answering);
    let mining = tokio::spawn(async move {
        miner::run(answering, Arc::new(()), ledger, settings, listener, end).await.expect("miner");
    });
    let settings = ValidatorSettings {
        pace: Pace { mean: Duration::from_millis(30), sample: 1, in_flight: 8 },
        public_addresses_only: false,
        poll: Duration::from_millis(50),
        ..ValidatorSettings::new(NetUid(1), key(9), owner, folder.path().join("validator"))
    };
    let (ledger, end) = (Arc::clone(&chain), stop.clone());
    let judging = tokio::spawn(async move {
        validator::run(Arc::new(Later::default()), ledger, settings, end).await.expect("validator");
    });
    let path = folder.path().join("validator/receipts");
    let mut found = Vec::new();
    for _ in 0..1200 {
        found = receipts::read(&path, 100).unwrap_or_default();
        if found.len() >= 10 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.cancel();
    for part in [mining, judging] {
        tokio::time::timeout(Duration::from_secs(20), part).await.expect("ends in time").expect("no panic");
    }
    assert!(found.len() >= 10, "never within two minutes");
    let asked: Vec<u32> = asked.0.lock().expect("lock").keys().copied().collect();
    assert!(!asked.is_empty() && asked.iter().all(|task| !task.is_multiple_of(3)), "for nothing: {asked:?}");
    for signed in found.iter().filter(|signed| signed.receipt.outcome == "answered") {
        assert_eq!((signed.receipt.kind.as_str(), signed.receipt.score), ("ripe", 1.0));
        assert_eq!(signed.receipt.parts.get("asked"), Some(&3.0));
    }
    assert!(found.iter().all(|signed| signed.receipt.kind == "ripe"), "what nobody knows is in no receipt");
    // It counts when it is scored: who waits for the truth isn't idle.
    let ledger = Ledger::open(&folder.path().join("validator/scores.json"), &chain.genesis_hash(), 1).expect("a book");
    let scored = ledger.book().estimates().map(|(_, estimate)| estimate.last_asked).max();
    assert!(scored > found.iter().map(|signed| signed.receipt.block).max(), "{scored:?}");
}
