//! A rustup toolchain made from Debian's packages, for machines that can't reach rustup's servers.
//!
//! Debian's security archive keeps a recent compiler for browsers. Installing it would put a second `rustc` on the
//! PATH, so its files go to a folder of ours. It has no standard library for `wasm32v1-none`; that is compiled from
//! its own sources. The result is a few hundred megabytes, complete in itself but for `libLLVM` and `lld`.

use super::{debian, wasm};
use crate::{
    failure::{Context, Failure, Result},
    paths::Paths,
    process, ui,
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

mod assemble;
mod release;
mod standard_library;

/// Raise when what this module builds changes: an older folder is then built anew.
const FORMAT: &str = "1";
/// Written last, so that a half-finished folder never counts.
const STAMP: &str = "ganglion-stamp";

/// Name that rustup knows the toolchain by. `GANGLION_WASM_TOOLCHAIN` sets another, for two cache folders on one machine.
pub fn name() -> String {
    env::var("GANGLION_WASM_TOOLCHAIN")
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "ganglion-wasm".to_owned())
}

/// Whether `GANGLION_WASM_TOOLCHAIN` asks for this way even where the other would do.
pub fn forced() -> bool {
    env::var_os("GANGLION_WASM_TOOLCHAIN").is_some_and(|name| !name.is_empty())
}

fn folder(paths: &Paths) -> PathBuf {
    paths.cache.join("wasm-toolchain")
}

/// Whether the toolchain is complete, linked, and its compiler starts.
pub fn is_ready(paths: &Paths) -> bool {
    let folder = folder(paths);
    let stamped = fs::read_to_string(folder.join(STAMP)).is_ok_and(|text| text.lines().next() == Some(FORMAT));
    stamped && folder.join("bin/cargo").exists() && wasm::has_target(&folder) && starts_from(&folder)
}

/// Whether rustup runs the compiler of this very folder.
fn starts_from(folder: &Path) -> bool {
    let mut rustup = Command::new("rustup");
    process::capture(rustup.args(["run", &name(), "rustc", "--print", "sysroot"]))
        .is_ok_and(|sysroot| fs::canonicalize(sysroot).ok() == fs::canonicalize(folder).ok())
}

/// Makes the toolchain and links it.
///
/// # Errors
/// Packages that can't be had, a full disk, a compiler that fails: nothing half-made is left in use.
pub fn build(paths: &Paths, offline: bool) -> Result<()> {
    if process::find("rustup").is_none() {
        return Err(Failure::new(
            "the runtime needs a Rust toolchain managed by rustup: install Rust with rustup, then run this again",
        ));
    }
    if relink(paths) {
        return Ok(());
    }
    if offline || process::find("apt-get").is_none() {
        return Err(Failure::new(format!(
            "the Rust target {target} is missing. Run `rustup target add {target}` where rustup's servers can be \
             reached, or run this once without --offline on Debian",
            target = wasm::TARGET
        )));
    }
    let release = release::find()?;
    debian::install(&release.missing_packages(), offline)?;

    let work = paths.cache.join(format!("wasm-toolchain.{}", std::process::id()));
    remove(&work)?;
    let made = make(&release, &work);
    let result = made.and_then(|new| put_in_place(&new, &folder(paths))).and_then(|()| link(paths));
    // Left-overs of a failure are of no use to anybody; the failure is what matters.
    let _ = fs::remove_dir_all(&work);
    result
}

/// Everything up to a proven toolchain in `work`.
fn make(release: &release::Release, work: &Path) -> Result<PathBuf> {
    let new = work.join("toolchain");
    fs::create_dir_all(&new).context(|| format!("cannot make {}", new.display()))?;
    let unpacked = ui::step(&format!("Rust {} from Debian, for the Wasm runtime", release.upstream), || {
        assemble::fetch(release, work)
    })?;
    let sources = assemble::lay_out(release, &unpacked, &new)?;
    ui::step(&format!("standard library for {}", wasm::TARGET), || standard_library::build(&sources, &new, work))?;
    ui::step("trying the Wasm toolchain", || standard_library::prove(&new, work))?;
    let stamp = new.join(STAMP);
    fs::write(&stamp, format!("{FORMAT}\n{}\n", release.version))
        .context(|| format!("cannot write {}", stamp.display()))?;
    Ok(new)
}

fn put_in_place(new: &Path, target: &Path) -> Result<()> {
    remove(target)?;
    fs::rename(new, target).context(|| format!("cannot move the toolchain to {}", target.display()))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// A complete folder whose link or cargo got lost (rustup reinstalled, say) needs no new build.
fn relink(paths: &Paths) -> bool {
    let folder = folder(paths);
    let stamped = fs::read_to_string(folder.join(STAMP)).is_ok_and(|text| text.lines().next() == Some(FORMAT));
    stamped && assemble::link_cargo(&folder).is_ok() && link(paths).is_ok() && is_ready(paths)
}

fn link(paths: &Paths) -> Result<()> {
    process::capture(Command::new("rustup").args(["toolchain", "link", &name()]).arg(folder(paths))).map(|_| ())
}
