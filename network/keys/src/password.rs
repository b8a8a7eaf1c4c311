//! Passwords, and where they come from.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::KeyError;

/// Longest password (bytes).
const MAX_PASSWORD: u64 = 4096;

/// A password: not empty, at most 4 KiB, erased when dropped, never shown by `Debug`.
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

/// Where a password is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// The person at the terminal, whatever standard input is.
    Terminal,
    /// An open file descriptor, read to its end.
    Fd(i32),
    /// A file that nobody else may read.
    File(PathBuf),
}

impl Password {
    /// Takes `text` as it is.
    ///
    /// # Errors
    /// [`KeyError::BadPassword`] if it is empty or longer than 4 KiB.
    pub fn new(text: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(text.into());
        if bytes.is_empty() {
            return Err(KeyError::BadPassword("it is empty"));
        }
        if bytes.len() as u64 > MAX_PASSWORD {
            return Err(KeyError::BadPassword("it is longer than 4 KiB"));
        }
        Ok(Self(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads to the end, and cuts one newline off.
    fn from_reader(reader: impl Read) -> Result<Self, Failure> {
        // Full capacity at once: a growing vector would leave copies of the secret behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PASSWORD as usize + 2));
        reader.take(MAX_PASSWORD + 2).read_to_end(&mut bytes).map_err(Failure::Io)?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Self::new(std::mem::take(&mut *bytes)).map_err(Failure::Key)
    }
}

enum Failure {
    Io(io::Error),
    Key(KeyError),
}

impl Failure {
    fn at(self, path: &Path) -> KeyError {
        match self {
            Self::Io(source) => KeyError::Io { action: "read", path: path.to_path_buf(), source },
            Self::Key(error) => error,
        }
    }
}

impl PasswordSource {
    /// The password, after showing `prompt` if a person is asked.
    ///
    /// # Errors
    /// [`KeyError::NoTerminal`], [`KeyError::BadPassword`], [`KeyError::Exposed`] or [`KeyError::Io`].
    pub fn read(&self, prompt: &str) -> Result<Password, KeyError> {
        match self {
            Self::Terminal => ask(prompt),
            Self::Fd(number) => {
                let path = PathBuf::from(format!("/dev/fd/{number}"));
                let file = open(&path)?;
                Password::from_reader(file).map_err(|failure| failure.at(&path))
            }
            Self::File(path) => read_file(path),
        }
    }

    /// As [`read`](Self::read) for a password that is being chosen: a person types it twice.
    ///
    /// # Errors
    /// Also [`KeyError::BadPassword`] if the two differ.
    pub fn read_new(&self, prompt: &str) -> Result<Password, KeyError> {
        let first = self.read(prompt)?;
        if *self == Self::Terminal && ask("Once more: ")?.0 != first.0 {
            return Err(KeyError::BadPassword("the two are not the same"));
        }
        Ok(first)
    }
}

fn ask(prompt: &str) -> Result<Password, KeyError> {
    let typed = rpassword::prompt_password(prompt).map_err(|_| KeyError::NoTerminal)?;
    Password::new(typed)
}

fn open(path: &Path) -> Result<File, KeyError> {
    File::open(path).map_err(|source| Failure::Io(source).at(path))
}

fn read_file(path: &Path) -> Result<Password, KeyError> {
    let io = |source| Failure::Io(source).at(path);
    // Asked before opening, because opening a pipe would wait for a writer.
    if !std::fs::metadata(path).map_err(io)?.is_file() {
        return Err(KeyError::Damaged { path: path.to_path_buf(), reason: "not a regular file" });
    }
    let file = open(path)?;
    let mode = file.metadata().map_err(io)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_path_buf(), mode });
    }
    Password::from_reader(file).map_err(|failure| failure.at(path))
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(secret)")
    }
}
