//! How large the runtime is that the ledger ships.

/// Most bytes that it may take, compressed: an upgrade carries them in one transaction, and every node keeps them.
const LIMIT: usize = 2_500_000;

#[test]
fn the_compressed_runtime_takes_no_more_than_it_may() {
    let size = ganglion_runtime_wasm::runtime().expect("the build didn't leave it out").len();
    println!("the runtime's Wasm takes {size} bytes, compressed; at most {LIMIT}");
    assert!(size <= LIMIT, "{size} bytes");
    assert!(size > 100_000, "{size} bytes are no runtime: something else was measured");
}
