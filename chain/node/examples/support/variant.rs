//! The Wasm runtime with a feature that releases never have.
//!
//! Cargo builds it where the build of the node left the Wasm runtime and everything below it. What the feature doesn't
//! change is not compiled again, and nothing if the sources haven't changed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The flags with which `substrate-wasm-builder` builds; with others, all dependencies would be built anew.
const FLAGS: &str = "-C link-arg=--export-table -C link-arg=--export=__heap_base -C link-arg=--import-memory \
                     --cfg substrate_runtime ";

/// The runtime with `feature`, not compressed; `release` is the build folder that holds the binary. `name` tells this
/// variant's files from the others'.
///
/// # Panics
/// The runtime can't be built.
pub fn build(release: &Path, feature: &str, name: &str) -> Vec<u8> {
    let project = release.join("wbuild/ganglion-runtime");
    assert!(project.exists(), "{} is missing: was the node built with SKIP_WASM_BUILD?", project.display());
    let variant = project.with_file_name(format!("ganglion-runtime-{name}"));
    lay_out(&project, &variant, feature, name);
    let mut command = cargo();
    command
        .args(["rustc", "--target=wasm32v1-none", "--profile=release", "--offline"])
        .arg(format!("--manifest-path={}", variant.join("Cargo.toml").display()))
        .env("CARGO_TARGET_DIR", project.join("target"))
        .env("RUSTFLAGS", FLAGS)
        .env("SKIP_WASM_BUILD", "");
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    let file = format!("target/wasm32v1-none/release/ganglion_runtime_{name}.wasm");
    fs::read(project.join(file)).expect("the runtime")
}

/// Makes `variant` a copy of the builder's own project that differs in its name and in the feature.
fn lay_out(project: &Path, variant: &Path, feature: &str, name: &str) {
    fs::create_dir_all(variant.join("src")).expect("a folder");
    let manifest = fs::read_to_string(project.join("Cargo.toml")).expect("the builder's manifest");
    let changed = manifest
        .replace("features = []", &format!("features = [\"{feature}\"]"))
        .replace("name = \"ganglion_runtime\"", &format!("name = \"ganglion_runtime_{name}\""));
    let expected = changed.contains(feature) && changed.contains(&format!("_{name}\""));
    assert!(expected, "another manifest than expected:\n{manifest}");
    replace(&variant.join("Cargo.toml"), changed.as_bytes());
    for file in ["src/lib.rs", "Cargo.lock"] {
        replace(&variant.join(file), &fs::read(project.join(file)).expect("the builder's file"));
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
    // Chosen for whoever asks for the variant, not for the Wasm runtime.
    for name in ["RUSTC", "RUSTC_WORKSPACE_WRAPPER", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}
