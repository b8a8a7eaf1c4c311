//! The runtime that the upgrade test upgrades to: ours, with the feature `upgrade-test`.
//!
//! Cargo builds it here, in the folder where the build of the binary left the Wasm runtime and everything below it. Only
//! the runtime's own crate and the link are done again, and nothing if the sources haven't changed.

use crate::views::program;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The flags with which `substrate-wasm-builder` builds; with others, all dependencies would be built anew.
const FLAGS: &str = "-C link-arg=--export-table -C link-arg=--export=__heap_base -C link-arg=--import-memory \
                     --cfg substrate_runtime ";
/// Most bytes that the runtime may unpack to.
const LIMIT: usize = 50 << 20;

/// The next runtime, compressed.
pub fn build() -> Vec<u8> {
    let project = program().parent().expect("a folder").join("wbuild/ganglion-runtime");
    assert!(project.exists(), "{} is missing: was the binary built with SKIP_WASM_BUILD?", project.display());
    let next = project.with_file_name("ganglion-runtime-next");
    lay_out(&project, &next);
    let mut command = cargo();
    command
        .args(["rustc", "--target=wasm32v1-none", "--profile=release", "--offline"])
        .arg(format!("--manifest-path={}", next.join("Cargo.toml").display()))
        .env("CARGO_TARGET_DIR", project.join("target"))
        .env("RUSTFLAGS", FLAGS)
        .env("SKIP_WASM_BUILD", "");
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    let wasm = fs::read(project.join("target/wasm32v1-none/release/ganglion_runtime_next.wasm")).expect("the runtime");
    sp_maybe_compressed_blob::compress_weakly(&wasm, LIMIT).expect("it isn't that large")
}

/// Makes `next` a copy of the builder's own project that differs in names and in the feature.
fn lay_out(project: &Path, next: &Path) {
    fs::create_dir_all(next.join("src")).expect("a folder");
    let manifest = fs::read_to_string(project.join("Cargo.toml")).expect("the builder's manifest");
    let changed = manifest
        .replace("features = []", "features = [\"upgrade-test\"]")
        .replace("name = \"ganglion_runtime\"", "name = \"ganglion_runtime_next\"");
    assert!(
        changed.contains("upgrade-test") && changed.contains("_next"),
        "another manifest than expected:\n{manifest}"
    );
    replace(&next.join("Cargo.toml"), changed.as_bytes());
    for file in ["src/lib.rs", "Cargo.lock"] {
        replace(&next.join(file), &fs::read(project.join(file)).expect("the builder's file"));
    }
}

/// Writes a file if it isn't like that already, so that cargo sees no change where there is none.
fn replace(path: &PathBuf, bytes: &[u8]) {
    if fs::read(path).ok().as_deref() != Some(bytes) {
        fs::write(path, bytes).expect("the file is written");
    }
}

/// The cargo that the builder takes.
fn cargo() -> Command {
    let mut command = match env::var("WASM_BUILD_TOOLCHAIN") {
        Ok(toolchain) => {
            let mut command = Command::new("rustup");
            command.args(["run", &toolchain, "cargo"]);
            command
        }
        Err(_) => Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".into())),
    };
    // Chosen for this test, not for the Wasm runtime.
    for name in ["RUSTC", "RUSTC_WORKSPACE_WRAPPER", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}
