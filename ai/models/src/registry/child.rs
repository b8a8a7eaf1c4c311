//! Running a program that fetches something, and watching how far it is.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{sync_channel, Receiver, RecvTimeoutError, SyncSender};
use std::thread::{sleep, Builder};
use std::time::{Duration, Instant};

use super::disk::at;
use super::download::PullError;

/// How often progress is looked at.
pub(super) const PULSE: Duration = Duration::from_millis(200);

/// The longest that one program may run. A stalled connection ends sooner, by the programs' own limits.
pub(super) const LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

/// The longest that a question to a program may take.
const ANSWER: Duration = Duration::from_secs(60);

/// Characters of a program's complaint that are passed on.
const MAX_SAID: usize = 300;

/// How a program ended.
pub(super) struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub(super) code: Option<i32>,
    /// The last line that it wrote to stderr, without control characters.
    pub(super) said: String,
}

/// Ends the program if its caller gives up.
struct Leash(Child);

impl Drop for Leash {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program that was started.
struct Running<'a> {
    leash: Leash,
    program: String,
    log: &'a Path,
    began: Instant,
}

impl<'a> Running<'a> {
    fn start(command: &mut Command, input: &[u8], log: &'a Path) -> Result<Self, PullError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let errors = File::create(log).map_err(at(log))?;
        let spawned = command.stdin(Stdio::piped()).stderr(errors).spawn();
        let child = spawned.map_err(|source| PullError::Program { program: program.clone(), source })?;
        let mut leash = Leash(child);
        if let Some(mut pipe) = leash.0.stdin.take() {
            // A program that has ended already reads nothing; its exit code says more than the broken pipe.
            let _ = pipe.write_all(input);
        }
        Ok(Self { leash, program, log, began: Instant::now() })
    }

    /// What it writes to stdout, read by a thread of its own: a program that is silent must not keep us.
    fn pieces(&mut self) -> Receiver<Vec<u8>> {
        let (sender, pieces) = sync_channel(4);
        if let Some(mut pipe) = self.leash.0.stdout.take() {
            // Without the thread the pipe is closed, and the program ends with an error of its own.
            let _ = Builder::new().spawn(move || pass_on(&mut pipe, &sender));
        }
        pieces
    }

    fn in_time(&self, limit: Duration) -> Result<(), PullError> {
        if self.began.elapsed() > limit {
            return Err(PullError::Slow { program: self.program.clone(), hours: limit.as_secs() / 3600 });
        }
        Ok(())
    }

    /// Waits for its end. `watch` is called a few times a second.
    fn end(&mut self, limit: Duration, watch: &mut dyn FnMut()) -> Result<Ended, PullError> {
        loop {
            let state = self.leash.0.try_wait();
            let state = state.map_err(|source| PullError::Program { program: self.program.clone(), source })?;
            if let Some(status) = state {
                return Ok(Ended { code: status.code(), said: last_line(self.log) });
            }
            self.in_time(limit)?;
            watch();
            sleep(PULSE);
        }
    }
}

/// Runs `command` with `input` on its stdin; its stderr goes to `log`. `watch` is called a few times a second.
pub(super) fn run(
    command: &mut Command,
    input: &[u8],
    log: &Path,
    watch: &mut dyn FnMut(),
) -> Result<Ended, PullError> {
    Running::start(command.stdout(Stdio::null()), input, log)?.end(LIMIT, watch)
}

/// What hears a program's output, and may break it off.
pub(super) type Heard<'a> = &'a mut dyn FnMut(&[u8]) -> Result<ControlFlow<()>, PullError>;

/// Runs `command` like [`run`], and passes on to `heard` what it writes to stdout, piece by piece. If `heard` breaks off,
/// the program is ended, without a code.
pub(super) fn listen(
    command: &mut Command,
    input: &[u8],
    (log, limit): (&Path, Duration),
    heard: Heard<'_>,
) -> Result<Ended, PullError> {
    let mut running = Running::start(command.stdout(Stdio::piped()), input, log)?;
    let pieces = running.pieces();
    loop {
        match pieces.recv_timeout(PULSE) {
            Ok(piece) if heard(&piece)?.is_break() => return Ok(Ended { code: None, said: String::new() }),
            Ok(_) | Err(RecvTimeoutError::Timeout) => running.in_time(limit)?,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    running.end(limit, &mut || {})
}

/// All that `command` writes to stdout, if it ends well, in a minute, and that is no more than `most` bytes.
pub(super) fn answer(command: &mut Command, input: &[u8], log: &Path, most: usize) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    let mut heard = |piece: &[u8]| -> Result<ControlFlow<()>, PullError> {
        if all.len().saturating_add(piece.len()) > most {
            return Ok(ControlFlow::Break(()));
        }
        all.extend_from_slice(piece);
        Ok(ControlFlow::Continue(()))
    };
    let ended = listen(command, input, (log, ANSWER), &mut heard).ok()?;
    (ended.code == Some(0)).then_some(all)
}

fn pass_on(pipe: &mut impl Read, sender: &SyncSender<Vec<u8>>) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let piece = match pipe.read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => buffer.get(..n).unwrap_or_default().to_vec(),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        if sender.send(piece).is_err() {
            return;
        }
    }
}

fn last_line(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().rfind(|line| line.starts_with("ERROR")).or_else(|| lines().next_back()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(MAX_SAID).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_complaint_is_heard() {
        let dir = tempfile::tempdir().expect("folder");
        let log = dir.path().join("log");
        let mut shell = Command::new("sh");
        let script = "cat >/dev/null; echo first >&2; printf 'ERROR: \\033[1mno\\n' >&2; echo hint >&2; exit 3";
        let ended = run(shell.args(["-c", script]), b"input", &log, &mut || {}).expect("runs");
        assert_eq!((ended.code, ended.said.as_str()), (Some(3), "ERROR: [1mno"));
        let missing = run(&mut Command::new("no-such-program-here"), b"", &log, &mut || {}).err().expect("none");
        assert!(missing.to_string().contains("no-such-program-here"));
    }

    #[test]
    fn answers_are_bounded_and_only_of_programs_that_end_well() {
        let dir = tempfile::tempdir().expect("folder");
        let log = dir.path().join("log");
        let ask = |script: &str| answer(Command::new("sh").args(["-c", script]), b"in", &log, 4);
        assert_eq!(ask("read word; printf \"$word\""), Some(b"in".to_vec()));
        assert_eq!(ask("cat >/dev/null; printf 12345"), None);
        assert_eq!(ask("cat >/dev/null; yes"), None);
        assert_eq!(ask("cat >/dev/null; printf 1234; exit 2"), None);
    }
}
