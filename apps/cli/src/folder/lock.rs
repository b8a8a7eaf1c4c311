//! One supervisor for a folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use thiserror::Error;

/// Held as long as the value lives; the kernel lets go of it however the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// The folder can't be taken.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another supervisor has it.
    #[error("a network is already running in this folder (pid {pid}): use `ganglion status` or `ganglion down`")]
    Running {
        /// Its process id, or `?`.
        pid: String,
    },
    /// The lock file can't be used.
    #[error("can't lock the network's folder")]
    System(#[from] io::Error),
}

impl Lock {
    /// Takes the lock at `path` and writes this process's id into it.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.rewind()?;
                write!(file, "{}", std::process::id())?;
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.take(20).read_to_string(&mut text)?;
                let pid = text.trim().to_string();
                Err(LockError::Running { pid: if pid.is_empty() { "?".into() } else { pid } })
            }
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("lock");
        let first = Lock::take(&path).expect("free");
        let error = Lock::take(&path).expect_err("taken").to_string();
        assert!(error.contains(&std::process::id().to_string()) && error.contains("ganglion down"), "{error}");
        drop(first);
        Lock::take(&path).expect("free again");
    }
}
