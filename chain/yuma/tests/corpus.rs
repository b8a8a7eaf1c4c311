//! Replays the fuzz target's corpus, and random bytes, on a stable compiler.

#[path = "../fuzz/src/lib.rs"]
mod fuzzed;

use proptest::prelude::*;

#[test]
fn corpus() {
    let folder = "fuzz/corpus/epoch";
    let mut seeds = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        fuzzed::check(&std::fs::read(entry.unwrap().path()).unwrap());
        seeds += 1;
    }
    assert!(seeds >= 8, "only {seeds} seeds found");
}

proptest! {
    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        fuzzed::check(&bytes);
    }
}
