//! Replays the fuzz target's corpus, and random bytes, on a stable compiler.

use crate::{
    fuzzed::{self, check, TRANSACTION},
    random::{Dice, SUDO},
};
use codec::Encode;
use ganglion_runtime::RuntimeCall;
use std::path::PathBuf;

/// Seeds there are: lists of calls, and one transaction each.
const LISTS: u64 = 24;
const TRANSACTIONS: u64 = 8;

fn folder() -> PathBuf {
    ["fuzz", "corpus", "extrinsics"].iter().collect()
}

#[test]
fn the_corpus_keeps_the_books() {
    let (mut seeds, mut worked) = (0, 0);
    for entry in std::fs::read_dir(folder()).expect("the corpus is there") {
        worked += check(&std::fs::read(entry.expect("is readable").path()).expect("is a file"));
        seeds += 1;
    }
    assert!(seeds >= LISTS + TRANSACTIONS, "only {seeds} seeds found");
    // If calls change their encoding, seeds turn into nonsense: then write them anew.
    assert!(worked >= 20, "only {worked} calls of the corpus work; run `write_the_corpus`");
}

#[test]
fn random_bytes_keep_the_books() {
    let mut dice = Dice::new(9);
    for _ in 0..300 {
        check(&dice.bytes(200));
    }
}

/// Writes the seeds anew: `cargo test -p ganglion-runtime --test ledger -- --ignored write_the_corpus`.
#[test]
#[ignore = "changes files; run it when calls have changed their encoding"]
fn write_the_corpus() {
    sp_io::TestExternalities::default().execute_with(|| {
        let mut run = fuzzed::past();
        for seed in 0..LISTS {
            let bytes: Vec<u8> = (0..8).map(|_| run.sample()).flat_map(|call| listed(call).encode()).collect();
            std::fs::write(folder().join(format!("list_{seed}")), bytes).expect("is writable");
        }
        for seed in 0..TRANSACTIONS {
            let (signer, call) = run.sample();
            let bytes = [vec![TRANSACTION], run.sign(signer, call).encode()].concat();
            std::fs::write(folder().join(format!("transaction_{seed}")), bytes).expect("is writable");
        }
    });
}

/// A call of a person as an item of a list, which has no names for the two who command root.
fn listed((signer, call): (usize, RuntimeCall)) -> (u8, RuntimeCall) {
    (signer.saturating_sub(SUDO + 2) as u8, call)
}
