//! Files that are whole or absent, whenever the process dies.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Why state couldn't be kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// The file isn't what this program writes.
    #[error("{} is damaged: {reason}; move it away to start anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Another process works in the folder.
    #[error("{} is in use by another process: end it, or choose another folder", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
}

/// Turns an I/O error into a [`StoreError`] that names the file.
pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError + '_ {
    move |source| StoreError::Io { path: path.into(), source }
}

/// The file's content, or `None` if there is none.
///
/// # Errors
/// If it can't be read or is longer than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(path)(error)),
    };
    let mut content = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(io(path))?;
    if content.len() as u64 > limit {
        return Err(StoreError::Damaged { path: path.into(), reason: format!("longer than {limit} bytes") });
    }
    Ok(Some(content))
}

/// Replaces the file: after a kill, or the machine's, at any moment it holds the old or the new content, never a mixture;
/// the new one once this has returned.
///
/// # Errors
/// If the folder or file can't be written.
pub fn write(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    replace(path, content, false)
}

/// [`write`], with the file readable by its owner only.
///
/// # Errors
/// As [`write`].
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    replace(path, content, true)
}

/// Deletes the file if it exists.
///
/// # Errors
/// If it exists and can't be deleted.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io(path)(error)),
        _ => Ok(()),
    }
}

/// A folder that no other process may work in. It is free again when this is dropped, or the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the folder, by its file `lock`.
    ///
    /// # Errors
    /// If another process has it, or the file can't be made.
    pub fn take(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: folder.into() }),
            Err(TryLockError::Error(error)) => Err(io(&path)(error)),
        }
    }
}

/// Makes the folder and its parents.
///
/// # Errors
/// If it can't be made.
pub fn folder(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(io(path))
}

fn replace(path: &Path, content: &[u8], private: bool) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    if private {
        // One that a kill left behind keeps the mode that it was made with.
        remove(&fresh)?;
    }
    let mut file = options.open(&fresh).map_err(io(&fresh))?;
    file.write_all(content).map_err(io(&fresh))?;
    file.sync_data().map_err(io(&fresh))?;
    fs::rename(&fresh, path).map_err(io(path))?;
    sync_folder(path)
}

/// Makes names in the file's folder outlive the machine: without this, a rename may be forgotten in a power cut.
pub(crate) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|opened| opened.sync_all()).map_err(io(folder))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_write_leaves_the_old_content() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("state");
        write(&path, b"old").expect("written");
        // What a kill in the middle of the next write leaves behind.
        fs::write(dir.path().join("state.new"), b"ne").expect("torn");
        assert_eq!(read(&path, 10).expect("read"), Some(b"old".to_vec()));
        write(&path, b"newer").expect("written");
        assert_eq!(read(&path, 10).expect("read"), Some(b"newer".to_vec()));
    }

    #[test]
    fn a_folder_has_one_user() {
        let dir = tempfile::tempdir().expect("dir");
        let first = Lock::take(dir.path()).expect("free");
        let refused = Lock::take(dir.path());
        assert!(matches!(refused, Err(StoreError::InUse { .. })), "{refused:?}");
        drop(first);
        Lock::take(dir.path()).expect("free again");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_its_owners_whatever_was_left_behind() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("dir");
        let left = dir.path().join("secret.new");
        fs::write(&left, b"torn").expect("written");
        fs::set_permissions(&left, fs::Permissions::from_mode(0o644)).expect("mode");
        write_private(&dir.path().join("secret"), b"new").expect("written");
        let mode = fs::metadata(dir.path().join("secret")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn absence_and_excess_are_told_apart() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("state");
        assert_eq!(read(&path, 3).expect("absent"), None);
        write(&path, b"four").expect("written");
        assert!(matches!(read(&path, 3), Err(StoreError::Damaged { .. })));
        remove(&path).expect("gone");
        remove(&path).expect("still gone");
    }
}
