//! Reading and writing small secret files: bounded, private, all or nothing.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rand::{rngs::OsRng, RngCore};
use zeroize::Zeroizing;

use crate::KeyError;

/// No key file is longer than this (bytes).
const MAX_FILE: u64 = 16 * 1024;

/// What was read, and who else could have.
pub(crate) struct SecretFile {
    pub bytes: Zeroizing<Vec<u8>>,
    /// Permission bits.
    pub mode: u32,
}

pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_path_buf();
    move |source| KeyError::Io { action, path, source }
}

/// Reads a regular file of at most 16 KiB.
pub(crate) fn read(path: &Path, what: &'static str) -> Result<SecretFile, KeyError> {
    // Asked before opening, because opening a pipe would wait for a writer.
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyError::Missing { what, path: path.to_path_buf() })
        }
        Err(error) => return Err(io_error("read", path)(error)),
    };
    let damaged = |reason| KeyError::Damaged { path: path.to_path_buf(), reason };
    if !metadata.is_file() {
        return Err(damaged("not a regular file"));
    }
    if metadata.len() > MAX_FILE {
        return Err(damaged("longer than 16 KiB"));
    }
    let file = File::open(path).map_err(io_error("read", path))?;
    // Full capacity at once: a growing vector would leave copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE as usize + 1));
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(io_error("read", path))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(damaged("longer than 16 KiB"));
    }
    Ok(SecretFile { bytes, mode: metadata.permissions().mode() & 0o777 })
}

/// Writes a new file with mode 0600, creating its folder (0700). The file appears complete or not at all, survives a
/// power cut once this returns, and never replaces another.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io_error("create", folder))?;
    write(path, bytes, publish)
}

/// Replaces a file by another of mode 0600, at once: whoever opens it finds the old bytes or the new ones, also after a
/// power cut. A link stays a link; what it points to is replaced.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let path = fs::canonicalize(path).map_err(io_error("find", path))?;
    write(&path, bytes, |temporary, path| fs::rename(temporary, path).map_err(io_error("write", path)))
}

fn write(
    path: &Path,
    bytes: &[u8],
    publish: impl FnOnce(&Path, &Path) -> Result<(), KeyError>,
) -> Result<(), KeyError> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let temporary = temporary_beside(path);
    let result = fill(&temporary, bytes)
        .map_err(io_error("write", &temporary))
        .and_then(|()| publish(&temporary, path))
        .and_then(|()| File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error("write", folder)));
    // Gone already after a successful rename; in every other case it must not stay.
    let _ = fs::remove_file(&temporary);
    result
}

fn temporary_beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{:016x}.tmp", OsRng.next_u64()))
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives the finished file its name. A hard link fails if the name is taken, which a rename does not.
fn publish(temporary: &Path, path: &Path) -> Result<(), KeyError> {
    let exists = || KeyError::Exists { path: path.to_path_buf() };
    match fs::hard_link(temporary, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
        // Some file systems have no hard links: look, then rename.
        Err(_) if fs::symlink_metadata(path).is_ok() => Err(exists()),
        Err(_) => fs::rename(temporary, path).map_err(io_error("write", path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        let _ = |SecretFile { bytes, mode: _ }: &SecretFile| erased::field(bytes);
    }
}
