//! The person's terminal: asking for secrets without echo, and showing them nowhere else.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;

use nix::fcntl::OFlag;
use nix::sys::termios::{self, LocalFlags, SetArg, SpecialCharacterIndices, Termios};
use std::os::unix::fs::OpenOptionsExt;
use zeroize::Zeroizing;

use crate::KeyError;

/// The terminal that started this process, whatever standard input and output are redirected to.
const CONTROLLING: &str = "/dev/tty";

/// Longest answer, bytes.
const MAX: usize = 2048;

/// An open terminal. A secret written here cannot end up in a pipe, a file or a service's log.
#[derive(Debug)]
pub struct Terminal(File);

impl Terminal {
    /// The terminal that controls this process.
    ///
    /// # Errors
    /// [`KeyError::NoTerminal`]: a service or a pipeline without one.
    pub fn open() -> Result<Self, KeyError> {
        Self::open_at(Path::new(CONTROLLING))
    }

    /// The terminal of this device file.
    ///
    /// # Errors
    /// [`KeyError::NoTerminal`] if it can't be opened, or is none.
    pub fn open_at(device: &Path) -> Result<Self, KeyError> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlag::O_NOCTTY.bits())
            .open(device)
            .ok()
            .filter(|file| termios::tcgetattr(file).is_ok())
            .map(Self)
            .ok_or(KeyError::NoTerminal("talk to: run this where a person can type"))
    }

    /// Shows `question` and reads one line, without echo. Backspace and Ctrl-U edit it.
    ///
    /// # Errors
    /// [`KeyError::Cancelled`] after Ctrl-C, or Ctrl-D on an empty line, or when the terminal hangs up;
    /// [`KeyError::BadPassword`] if the line is longer than 2048 bytes; [`KeyError::Io`].
    pub fn ask(&self, question: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let silence = Silence::begin(&self.0).map_err(failed("prepare"))?;
        let answer = self.say(question).map_err(failed("write")).and_then(|()| read_keys(&self.0));
        drop(silence);
        self.say("\r\n").map_err(failed("write"))?;
        answer
    }

    /// Shows text, secrets too, to the person at the terminal.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn show(&self, text: &str) -> Result<(), KeyError> {
        self.say(text).map_err(failed("write"))
    }

    fn say(&self, text: &str) -> io::Result<()> {
        let mut terminal = &self.0;
        terminal.write_all(text.as_bytes())?;
        terminal.flush()
    }
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> KeyError {
    move |source| KeyError::Io { action, path: CONTROLLING.into(), source }
}

/// Keys as they are pressed, until Enter. Ctrl-C arrives as a byte: as a signal it could end the process while the
/// echo is off.
fn read_keys(mut terminal: impl Read) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut line = Zeroizing::new(Vec::with_capacity(MAX));
    let mut key = Zeroizing::new([0u8; 1]);
    loop {
        match terminal.read(&mut *key) {
            Ok(0) => return Err(KeyError::Cancelled),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed("read")(error)),
        }
        match key[0] {
            b'\n' | b'\r' => return Ok(line),
            // Ctrl-C, Ctrl-\
            0x03 | 0x1c => return Err(KeyError::Cancelled),
            // Ctrl-D
            0x04 if line.is_empty() => return Err(KeyError::Cancelled),
            0x04 => return Ok(line),
            // Backspace takes a character, which may be several bytes.
            0x08 | 0x7f => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            // Ctrl-U
            0x15 => line.clear(),
            byte if byte < 0x20 => {}
            _ if line.len() == MAX => return Err(KeyError::BadPassword("it is too long")),
            byte => line.push(byte),
        }
    }
}

/// A terminal that does not show what is typed, until dropped.
struct Silence<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Silence<'a> {
    fn begin(terminal: &'a File) -> io::Result<Self> {
        let before = termios::tcgetattr(terminal.as_fd())?;
        let mut silent = before.clone();
        silent.local_flags.remove(LocalFlags::ECHO | LocalFlags::ECHONL | LocalFlags::ICANON | LocalFlags::ISIG);
        for (place, value) in [(SpecialCharacterIndices::VMIN, 1), (SpecialCharacterIndices::VTIME, 0)] {
            silent.control_chars[place as usize] = value;
        }
        // What was typed ahead was not meant as a password.
        termios::tcsetattr(terminal.as_fd(), SetArg::TCSAFLUSH, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(self.terminal.as_fd(), SetArg::TCSADRAIN, &self.before);
    }
}
