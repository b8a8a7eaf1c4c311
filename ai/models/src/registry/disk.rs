//! The corner of the models' folder where files wait until they are whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::download::PullError;

/// A variable of the environment that programs are given, beside all that we have.
pub(super) type Variable = (&'static str, String);

/// Held while something is fetched into a folder of models, so that two programs don't write to one file.
pub(super) struct Workshop {
    folder: PathBuf,
    environment: Vec<Variable>,
    _lock: File,
}

impl Workshop {
    /// Opens it, and makes it if need be.
    pub(super) fn open(models: &Path, environment: &[Variable]) -> Result<Self, PullError> {
        let folder = models.join(".fetching");
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let path = folder.join("lock");
        let lock = OpenOptions::new().create(true).append(true).open(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, environment: environment.to_vec(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(PullError::Locked { folder }),
            Err(TryLockError::Error(source)) => Err(PullError::Disk { path, source }),
        }
    }

    /// A place in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name.replace('/', "--"))
    }

    /// A program that works here.
    pub(super) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command
    }

    /// Moves a whole file to where it belongs.
    pub(super) fn deliver(&self, from: &Path, to: &Path) -> Result<(), PullError> {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(at(folder))?;
        }
        File::open(from).and_then(|file| file.sync_all()).map_err(at(from))?;
        fs::rename(from, to).map_err(at(to))
    }
}

/// Names the path in an error.
pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> PullError + '_ {
    |source| PullError::Disk { path: path.to_owned(), source }
}

/// Length of a file; 0 if there is none.
pub(super) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Length of all files below a folder, down to a depth that no download reaches.
pub(super) fn total(folder: &Path, depth: usize) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() && depth > 0 => total(&entry.path(), depth - 1),
        Ok(kind) if kind.is_file() => length(&entry.path()),
        _ => 0,
    };
    entries.map(size).sum()
}

/// Removes a file or a folder, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), PullError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}
