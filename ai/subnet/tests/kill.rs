//! A validator's records outlive the process, whenever it is killed: a real process, killed at random moments.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ganglion_keys::Keypair;
use ganglion_primitives::NeuronId;
use ganglion_subnet::receipts::{self, Receipt, ReceiptLimits, SignedReceipt};
use ganglion_subnet::records::Records;
use ganglion_subnet::secret::Secret;
use ganglion_subnet::{ScorePolicy, Seed};

const GENESIS: [u8; 32] = [5; 32];
/// Tells the test that it is the process to be killed, and where it works.
const VICTIM: &str = "GANGLION_TEST_KILLED_IN";
const KILLS: u64 = 25;
/// Miners scored in a round.
const MINERS: u64 = 4;

fn open(folder: &Path) -> Records {
    // Files so small that the log rotates now and then.
    let limits = ReceiptLimits { file_bytes: 256 << 10, old_files: 200 };
    Records::open(folder, &GENESIS, 1, limits).expect("what a kill leaves behind can be opened")
}

fn receipt(round: u64, neuron: u64, keypair: &Keypair) -> SignedReceipt {
    let receipt = Receipt {
        version: 1,
        netuid: 1,
        validator: keypair.public(),
        round,
        block: 1,
        block_hash: "00".into(),
        epoch: 20,
        secret_hash: "00".into(),
        promise: None,
        kind: "square".into(),
        neuron,
        miner: keypair.public(),
        request_hash: "00".into(),
        answer_hash: None,
        outcome: "timeout".into(),
        elapsed_ms: 1,
        score: 0.25,
        parts: BTreeMap::from([("timeout".to_owned(), 0.0)]),
        bits: None,
        time_ms: 1,
    };
    SignedReceipt::sign(receipt, keypair)
}

/// Keeps rounds until it is killed, and says of each when it is acknowledged.
fn be_killed(folder: &Path) {
    let keypair = Keypair::from_seed([1; 32]);
    let mut records = open(folder);
    Secret::open(&folder.join("secret")).expect("a secret");
    let mut out = std::io::stdout();
    loop {
        let round = records.begin_round().expect("begun");
        let kept = records.keep(|book| {
            (0..MINERS).for_each(|neuron| book.enter(NeuronId(neuron), 0.25, 1, &ScorePolicy::default()));
            (0..MINERS).map(|neuron| receipt(round, neuron, &keypair)).collect()
        });
        kept.expect("kept");
        // Who would read this is gone, and nobody is left to kill us.
        if writeln!(out, "\nkept {round}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// Lets the process work for a while and kills it. Answers the rounds that it acknowledged.
fn kill_once(folder: &Path, time: Duration) -> Vec<u64> {
    let program = std::env::current_exe().expect("this test's program");
    let mut child = Command::new(program)
        .args(["--exact", "killed_at_any_moment_nothing_acknowledged_is_lost", "--nocapture"])
        .env(VICTIM, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the process starts");
    let out = child.stdout.take().expect("its output");
    let reader = std::thread::spawn(move || -> Vec<u64> {
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        lines.filter_map(|line| line.strip_prefix("kept ")?.parse().ok()).collect()
    });
    std::thread::sleep(time);
    child.kill().expect("killed");
    child.wait().expect("gone");
    reader.join().expect("read")
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    if let Some(folder) = std::env::var_os(VICTIM) {
        return be_killed(Path::new(&folder));
    }
    let dir = tempfile::tempdir().expect("dir");
    let mut dice = Seed([11; 32]).dice();
    let mut acknowledged: Vec<u64> = Vec::new();
    let mut secret = None;
    for kill in 0..KILLS {
        acknowledged.extend(kill_once(dir.path(), Duration::from_millis(30 + dice.below(200))));
        let records = open(dir.path());
        let found = receipts::read(&dir.path().join("receipts"), usize::MAX).expect("receipts");

        // Each round's receipts are there whole and once, in order; and as many scores.
        let mut of_round: BTreeMap<u64, u64> = BTreeMap::new();
        for signed in &found {
            *of_round.entry(signed.receipt.round).or_default() += 1;
        }
        assert!(of_round.values().all(|count| *count == MINERS), "kill {kill}: {of_round:?}");
        for neuron in 0..MINERS {
            let count = records.book().estimate(NeuronId(neuron)).map_or(0, |estimate| estimate.count);
            assert_eq!(count, of_round.len() as u64, "kill {kill}");
        }
        let lost: Vec<_> = acknowledged.iter().filter(|round| !of_round.contains_key(round)).collect();
        assert!(lost.is_empty(), "kill {kill}: {lost:?}");
        assert!(acknowledged.last().is_none_or(|last| records.book().rounds() > *last), "no round comes twice");

        // The secret is made once and for good.
        let now = *Secret::open(&dir.path().join("secret")).expect("the secret").of_tempo(1, 1).reveal();
        assert_eq!(*secret.get_or_insert(now), now);
    }
    let found = receipts::read(&dir.path().join("receipts"), usize::MAX).expect("receipts");
    assert!(found.iter().all(SignedReceipt::verify));
    assert!(acknowledged.len() as u64 > KILLS, "the process did some work: {}", acknowledged.len());
}
