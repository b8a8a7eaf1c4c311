//! Passwords, and where they may come from: a terminal, a file descriptor, a private file. Never an argument, which
//! every user of the machine can list, and never an environment variable, which children and crash reports inherit.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{files::io_error, terminal::Terminal, KeyError};

/// Longest password, bytes.
const MAX: usize = 1024;
/// Fewest characters of a new password.
const MIN_NEW: usize = 8;
/// How often a person may mistype.
const TRIES: usize = 3;

/// A password: 1 to 1024 bytes of UTF-8 without control characters. Erased when dropped, never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

/// Its field does it.
impl ZeroizeOnDrop for Password {}

impl Password {
    /// Checks and takes over the text.
    ///
    /// # Errors
    /// [`KeyError::BadPassword`].
    pub fn new(text: String) -> Result<Self, KeyError> {
        Self::from_bytes(Zeroizing::new(text.into_bytes()))
    }

    pub(crate) fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let text = std::str::from_utf8(&bytes).map_err(|_| KeyError::BadPassword("it is not UTF-8 text"))?;
        let fault = match text.len() {
            0 => Some("it is empty"),
            1..=MAX => text.chars().any(char::is_control).then_some("it has a control character or a second line"),
            _ => Some("it is longer than 1024 bytes"),
        };
        match fault {
            Some(fault) => Err(KeyError::BadPassword(fault)),
            None => Ok(Self(bytes)),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it may protect a new file.
    fn check_new(self) -> Result<Self, KeyError> {
        let long_enough = std::str::from_utf8(&self.0).is_ok_and(|text| text.chars().count() >= MIN_NEW);
        if long_enough {
            Ok(self)
        } else {
            Err(KeyError::BadPassword("a new one needs 8 characters or more; several words are good"))
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(secret)")
    }
}

/// Where a password comes from.
#[derive(Clone, Debug)]
pub enum PasswordSource {
    /// Nowhere: encrypted files stay closed ([`KeyError::Encrypted`]).
    Nothing,
    /// A person at the process's terminal, without echo. Asked twice for a new one.
    Terminal,
    /// The first line of an open file descriptor of this process (0 is standard input): a pipe or a file.
    Descriptor(u32),
    /// The one line of a file of mode 0600 or less.
    File(PathBuf),
    /// It is here already.
    Given(Password),
}

/// A password that is here already does it; the others are no secrets.
impl ZeroizeOnDrop for PasswordSource {}

impl PasswordSource {
    /// An existing password. `question` is what a person sees. Waits for the person, or for the descriptor's writer.
    ///
    /// # Errors
    /// [`KeyError::NoTerminal`], [`KeyError::Cancelled`], [`KeyError::BadPassword`], [`KeyError::Exposed`],
    /// [`KeyError::Io`].
    pub fn read(&self, question: &str) -> Result<Password, KeyError> {
        match self {
            Self::Nothing => Err(no_terminal()),
            Self::Terminal => Password::from_bytes(terminal()?.ask(question)?),
            Self::Descriptor(number) => Password::from_bytes(descriptor_line(*number)?),
            Self::File(path) => Password::from_bytes(file_line(path)?),
            Self::Given(password) => Ok(password.clone()),
        }
    }

    /// A password for a new file: at least 8 characters, and typed twice if it is typed.
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`KeyError::PasswordsDiffer`].
    pub fn read_new(&self, question: &str) -> Result<Password, KeyError> {
        let Self::Terminal = self else { return self.read(question)?.check_new() };
        let terminal = terminal()?;
        let first = Password::from_bytes(terminal.ask(question)?)?.check_new()?;
        let second = terminal.ask("The same again: ")?;
        if *first.0 == *second {
            Ok(first)
        } else {
            Err(KeyError::PasswordsDiffer)
        }
    }

    /// Tries `open` with the password; a person may mistype it.
    pub(crate) fn with_tries<T>(
        &self,
        question: &str,
        open: impl Fn(&Password) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let tries = if matches!(self, Self::Terminal) { TRIES } else { 1 };
        let mut question = question.to_owned();
        for _ in 1..tries {
            match open(&self.read(&question)?) {
                Err(KeyError::WrongPassword { .. }) => question = "That is not it. Once more: ".to_owned(),
                other => return other,
            }
        }
        open(&self.read(&question)?)
    }
}

fn no_terminal() -> KeyError {
    KeyError::NoTerminal("ask for a password: give it by --password-fd NUMBER or --password-file FILE")
}

fn terminal() -> Result<Terminal, KeyError> {
    Terminal::open().map_err(|_| no_terminal())
}

/// Bytes up to a line feed or the end. One at a time, so that what follows is left for whoever reads next.
fn line(mut source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(MAX + 2));
    let mut byte = Zeroizing::new([0u8; 1]);
    while line.len() < MAX + 2 {
        match source.read(&mut *byte) {
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

/// Another handle to an open file descriptor of this process (0 is standard input), to read a secret from: nothing of it
/// stays in the standard library's buffer, which nobody erases. What isn't read is left for whoever reads next; but a file
/// behind another number than 0 is opened anew, at its beginning.
///
/// # Errors
/// There is no such descriptor, or it can't be opened.
pub fn open_descriptor(number: u32) -> io::Result<File> {
    match number {
        0 => Ok(File::from(nix::unistd::dup(io::stdin())?)),
        other => File::open(format!("/dev/fd/{other}")),
    }
}

fn descriptor_line(number: u32) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let path = PathBuf::from(format!("/dev/fd/{number}"));
    open_descriptor(number).and_then(line).map_err(io_error("read", &path))
}

fn file_line(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let metadata = fs::metadata(path).map_err(io_error("read", path))?;
    if !metadata.is_file() {
        return Err(KeyError::Damaged { path: path.to_path_buf(), reason: "not a regular file" });
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_path_buf(), mode });
    }
    let mut file = File::open(path).map_err(io_error("read", path))?;
    let found = line(&mut file).map_err(io_error("read", path))?;
    let mut rest = Zeroizing::new([0u8; 1]);
    if file.read(&mut *rest).map_err(io_error("read", path))? != 0 {
        return Err(KeyError::BadPassword("its file has more than one line, or one longer than 1024 bytes"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        erased::assert::<Password>();
        erased::assert::<PasswordSource>();
        let _ = |Password(bytes): &Password| erased::field(bytes);
        let _ = |source: &PasswordSource| match source {
            PasswordSource::Nothing | PasswordSource::Terminal => {}
            PasswordSource::Descriptor(_) | PasswordSource::File(_) => {}
            PasswordSource::Given(password) => erased::field(password),
        };
    }
}
