//! Running other programs: bounded in time, and with errors that show what they said.

use crate::failure::{Context, Failure, Result};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How much of a failed program's output is worth showing.
const TAIL_LINES: usize = 15;
const POLL: Duration = Duration::from_millis(20);

/// Standard output of a short program, trimmed.
///
/// # Errors
/// The program is missing or failed; the message has the end of its error output.
pub fn capture(command: &mut Command) -> Result<String> {
    let shown = describe(command);
    let output = command.stdin(Stdio::null()).output().context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        let said = tail(&String::from_utf8_lossy(&output.stderr));
        return Err(Failure::new(format!("`{shown}` failed:\n{said}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a long program with its output in `log`, and ends it after `limit`.
///
/// # Errors
/// The program is missing, failed or took too long; the message has the end of the log.
pub fn logged(command: &mut Command, log: &Path, limit: Duration) -> Result<()> {
    let shown = describe(command);
    let output = File::create(log).context(|| format!("cannot write {}", log.display()))?;
    let errors = output.try_clone().context(|| format!("cannot write {}", log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .context(|| format!("cannot start `{shown}`"))?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().context(|| format!("cannot wait for `{shown}`"))? {
            break status;
        }
        if start.elapsed() > limit {
            // Both can only fail because it has just ended by itself.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::new(format!("`{shown}` took longer than {} s", limit.as_secs())));
        }
        thread::sleep(POLL);
    };
    if status.success() {
        return Ok(());
    }
    let said = tail(&fs::read_to_string(log).unwrap_or_default());
    Err(Failure::new(format!("`{shown}` failed:\n{said}")))
}

/// Runs a program on our own terminal.
///
/// # Errors
/// The program is missing. How it ended is the caller's to judge.
pub fn attached(command: &mut Command) -> Result<ExitStatus> {
    let shown = describe(command);
    command.status().context(|| format!("cannot start `{shown}`"))
}

/// Where `program` is on the PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    command.get_args().fold(name, |line, argument| line + " " + &argument.to_string_lossy())
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(TAIL_LINES);
    lines.get(from..).unwrap_or_default().iter().map(|line| format!("    {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capture_returns_output_and_failures_show_what_was_said() {
        assert_eq!(capture(Command::new("sh").args(["-c", "echo hi"])).ok(), Some("hi".to_owned()));
        let failure = capture(Command::new("sh").args(["-c", "echo oh no >&2; exit 3"])).unwrap_err();
        assert!(failure.to_string().contains("oh no"), "{failure}");
        assert!(capture(&mut Command::new("no-such-program-anywhere")).is_err());
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let log = std::env::temp_dir().join(format!("xtask-process-{}.log", std::process::id()));
        let failure = logged(Command::new("sleep").arg("600"), &log, Duration::from_millis(50)).unwrap_err();
        assert!(failure.to_string().contains("took longer"), "{failure}");
        fs::remove_file(log).unwrap();
    }

    #[test]
    fn only_the_end_of_long_output_is_shown() {
        let text: String = (0..100).map(|line| format!("line {line}\n")).collect();
        let shown = tail(&text);
        assert_eq!(shown.lines().count(), TAIL_LINES);
        assert!(shown.ends_with("line 99\n"));
    }
}
