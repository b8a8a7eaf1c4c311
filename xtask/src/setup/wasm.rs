//! Which compiler builds the runtime for `wasm32v1-none`.

use super::linked;
use crate::{
    failure::{Failure, Result},
    paths::Paths,
    process, ui,
};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The target that Substrate runtimes are compiled for.
pub const TARGET: &str = "wasm32v1-none";
/// rustup's servers answer within seconds or, behind a closed network, not at all.
const RUSTUP_LIMIT: Duration = Duration::from_secs(30);

/// A compiler that can build the runtime.
#[derive(Debug, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The active toolchain has the target.
    Active,
    /// A toolchain of ours, linked into rustup under this name, has it.
    Linked(String),
}

/// The toolchain that is there already, if any.
pub fn installed(paths: &Paths) -> Result<Option<WasmToolchain>> {
    if !linked::forced() && has_target(&active_sysroot(paths)?) {
        return Ok(Some(WasmToolchain::Active));
    }
    Ok(linked::is_ready(paths).then(|| WasmToolchain::Linked(linked::name())))
}

/// The toolchain that is there.
///
/// # Errors
/// None is; the message says how to get one.
pub fn required(paths: &Paths) -> Result<WasmToolchain> {
    installed(paths)?.ok_or_else(|| Failure::new("the Wasm toolchain is missing: run `cargo xtask setup` first"))
}

/// The toolchain that is there, or a new one: from rustup's servers where they answer, else from Debian's packages.
///
/// # Errors
/// Neither way worked; the message says what to do.
pub fn ensure(paths: &Paths, offline: bool) -> Result<WasmToolchain> {
    if let Some(toolchain) = installed(paths)? {
        return Ok(toolchain);
    }
    if !offline && !linked::forced() && add_by_rustup(paths) {
        return Ok(WasmToolchain::Active);
    }
    linked::build(paths, offline)?;
    Ok(WasmToolchain::Linked(linked::name()))
}

/// Whether a toolchain's folder has the standard library for our target.
pub fn has_target(sysroot: &Path) -> bool {
    let folder = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::read_dir(folder)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-")))
}

fn active_sysroot(paths: &Paths) -> Result<PathBuf> {
    let mut rustc = Command::new("rustc");
    process::capture(rustc.args(["--print", "sysroot"]).current_dir(&paths.workspace)).map(PathBuf::from)
}

/// Tries the ordinary way; a "no" is quick and quiet, because the other way follows.
fn add_by_rustup(paths: &Paths) -> bool {
    if process::find("rustup").is_none() {
        return false;
    }
    let log = env::temp_dir().join(format!("ganglion-rustup-{}.log", std::process::id()));
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]).current_dir(&paths.workspace).env("RUSTUP_MAX_RETRIES", "0");
    let start = std::time::Instant::now();
    let added = process::logged(&mut rustup, &log, RUSTUP_LIMIT).is_ok();
    let _ = std::fs::remove_file(log);
    if added {
        ui::note(&format!(
            "added the {TARGET} target to the active Rust toolchain ({})",
            ui::duration(start.elapsed())
        ));
    }
    added && active_sysroot(paths).is_ok_and(|sysroot| has_target(&sysroot))
}
