//! Builds the Wasm runtime that the binary embeds.
//!
//! A crate of its own does it, so that the runtime's native build, for tests and genesis, needn't wait for it.

use std::{env, fs, path::Path};
use substrate_wasm_builder::WasmBuilder;

/// Bytes of memory that a call begins with. Growing it asks the kernel to change the protection of pages, on every core;
/// checking a transaction needs less than this, so that only blocks grow.
const INITIAL_MEMORY: u32 = 16 << 20;

fn main() {
    // `cargo clippy` exports its wrapper; the nested Wasm build has another sysroot and must not inherit it.
    std::env::remove_var("RUSTC_WORKSPACE_WRAPPER");
    let here = env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where a package is");
    let manifest =
        fs::canonicalize(Path::new(&here).join("../runtime/Cargo.toml")).expect("the runtime lies beside us");
    let builder = WasmBuilder::new().with_project(manifest).expect("it is a manifest");
    let memory = format!("-Clink-arg=--initial-memory={INITIAL_MEMORY}");
    builder.import_memory().export_heap_base().append_to_rust_flags(memory).build();
}
