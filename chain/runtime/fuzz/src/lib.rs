//! What the fuzz target checks: the ledger's own tests read bytes as transactions, and replay the corpus.
//!
//! ```sh
//! SKIP_WASM_BUILD=1 cargo +nightly fuzz run extrinsics
//! ```

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
