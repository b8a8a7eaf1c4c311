//! Running a program that fetches something, and watching how far it is.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::download::PullError;

/// How often progress is looked at.
const PULSE: Duration = Duration::from_millis(200);

/// The longest that one program may run. A stalled connection ends sooner, by the programs' own limits.
const LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

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

/// Runs `command` with `input` on its stdin; its stderr goes to `log`. `watch` is called a few times a second.
pub(super) fn run(
    command: &mut Command,
    input: &[u8],
    log: &Path,
    watch: &mut dyn FnMut(),
) -> Result<Ended, PullError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let cannot = |source| PullError::Program { program: program.clone(), source };
    let errors = File::create(log).map_err(|source| PullError::Disk { path: log.to_owned(), source })?;
    let began = Instant::now();
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(errors).spawn().map_err(cannot)?;
    let mut leash = Leash(child);
    if let Some(mut pipe) = leash.0.stdin.take() {
        // A program that has ended already reads nothing; its exit code says more than the broken pipe.
        let _ = pipe.write_all(input);
    }
    loop {
        if let Some(status) = leash.0.try_wait().map_err(cannot)? {
            return Ok(Ended { code: status.code(), said: last_line(log) });
        }
        if began.elapsed() > LIMIT {
            return Err(PullError::Slow { program, hours: LIMIT.as_secs() / 3600 });
        }
        watch();
        sleep(PULSE);
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
}
