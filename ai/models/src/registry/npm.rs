//! Fetching packages from the registry of the user's own npm, or with it. `npm pack` downloads an archive and runs nothing
//! of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::Url;

use super::disk::{at, remove, total, Workshop};
use super::download::{Progress, PullError};
use super::model::Package;
use super::route::Route;
use super::{child, parcel};

/// Most bytes of npm's answer to where an archive is.
const MAX_ANSWER: usize = 4096;

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
    let way = || route(package, &bench, workshop);
    match parcel::fetch(package, ("npm's registry", way), workshop, progress)? {
        Some(part) => Ok(part),
        None => pack(package, &bench, workshop, progress),
    }
}

/// Where the registry that the user's npm is set up for has the archive.
fn route(package: &Package, bench: &Path, workshop: &Workshop) -> Option<Route> {
    let mut npm = npm(bench, workshop);
    npm.args(["view", package.requirement, "dist.tarball", "--loglevel=error", "--fetch-retries=1"]);
    let said = child::answer(&mut npm, b"", &workshop.path("npm.log"), MAX_ANSWER)?;
    let address = std::str::from_utf8(&said).ok()?.trim();
    // An address parser would drop line breaks and make one address of several.
    if address.contains(char::is_whitespace) {
        return None;
    }
    Route::given(Url::parse(address).ok()?)
}

/// Has npm fetch the archive.
fn pack(
    package: &Package,
    bench: &Path,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, PullError> {
    let mut npm = npm(bench, workshop);
    npm.args(["pack", "--ignore-scripts", "--loglevel=error", "--fetch-retries=2"]).arg(package.requirement);
    let (what, bytes) = (package.requirement, package.archive.bytes);
    let mut watch = || progress(Progress { what, done: total(bench, DEPTH).min(bytes), total: bytes });
    let ended = child::run(&mut npm, b"", &workshop.path("npm.log"), &mut watch)?;
    if ended.code != Some(0) {
        return Err(PullError::Download { what: what.to_owned(), from: "npm", said: ended.said });
    }
    progress(Progress { what, done: bytes, total: bytes });
    Ok(bench.join(package.archive.file_name))
}

/// npm, with a cache of its own, where we see how far it is, and which goes when the file is in place.
fn npm(bench: &Path, workshop: &Workshop) -> Command {
    let mut npm = workshop.program("npm");
    npm.current_dir(bench).env("npm_config_cache", bench.join("cache")).env("npm_config_update_notifier", "false");
    npm
}

/// Forgets what npm kept.
pub(super) fn tidy(workshop: &Workshop) -> Result<(), PullError> {
    remove(&workshop.path("npm"))
}
