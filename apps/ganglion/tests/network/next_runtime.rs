//! The runtime that the upgrade test upgrades to: ours, with the feature `upgrade-test`.

use crate::nodes::variant;
use crate::views::program;

/// Most bytes that the runtime may unpack to.
const LIMIT: usize = 50 << 20;

/// The next runtime, compressed.
pub fn build() -> Vec<u8> {
    let wasm = variant::build(program().parent().expect("a folder"), "upgrade-test", "next");
    sp_maybe_compressed_blob::compress_weakly(&wasm, LIMIT).expect("it isn't that large")
}
