//! What the fuzz target checks: the ledger's own tests read bytes as transactions, and replay the corpus.
//!
//! A stable compiler builds it, from this folder (`xtask/instrument.sh` compiles our crates so that libFuzzer sees its way):
//!
//! ```sh
//! SKIP_WASM_BUILD=1 RUSTC_WRAPPER=$PWD/../../../xtask/instrument.sh cargo build --release
//! mkdir -p target/found
//! target/release/extrinsics target/found corpus/extrinsics -max_total_time=600   # in $CARGO_TARGET_DIR/release, where that is set
//! ```
//!
//! What it finds it writes to `crash-…` beside it; `extrinsics crash-…` repeats it.

// The tests and examples of the ledger use the rest of these modules.
#![allow(dead_code, unused_imports)]

#[path = "../../tests/ledger/blocks.rs"]
mod blocks;
#[path = "../../tests/ledger/books.rs"]
mod books;
#[path = "../../tests/ledger/crimes.rs"]
mod crimes;
#[path = "../../tests/ledger/fuzzed.rs"]
mod fuzzed;
#[path = "../../tests/ledger/random/mod.rs"]
mod random;

pub use fuzzed::check;
