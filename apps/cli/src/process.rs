//! Processes by id and start time.
//!
//! The kernel reuses process ids, so an id read from a file may name a stranger by now. Together with the start time
//! it names one process for good, and no signal is ever sent without checking both.

use std::fs;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One process, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ProcessId {
    /// The kernel's number.
    pub pid: u32,
    /// When it started, in clock ticks since boot.
    pub start_time: u64,
}

impl ProcessId {
    /// The process that has number `pid` now; `None` if there is none (or only its remains).
    pub fn find(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (state, start_time) = parse_stat(&stat)?;
        (!matches!(state, 'Z' | 'X')).then_some(Self { pid, start_time })
    }

    /// This process.
    pub fn own() -> Option<Self> {
        Self::find(std::process::id())
    }

    /// Whether it still runs.
    pub fn alive(&self) -> bool {
        Self::find(self.pid) == Some(*self)
    }

    /// Sends `signal` if the process is still the one meant. Returns whether it was.
    ///
    /// # Errors
    /// The kernel refused, for instance because the process is another user's.
    pub fn signal(&self, signal: Signal) -> Result<bool, Errno> {
        let Ok(pid) = i32::try_from(self.pid) else { return Ok(false) };
        if pid <= 0 || !self.alive() {
            return Ok(false);
        }
        match kill(Pid::from_raw(pid), signal) {
            Ok(()) => Ok(true),
            Err(Errno::ESRCH) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Memory that is resident now, in bytes; `None` if the process is gone.
    pub fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        self.alive().then(|| kib.saturating_mul(1024))
    }
}

/// Waits until none of `processes` is left, at most `limit`; returns those that are.
pub fn wait_gone(processes: &[ProcessId], limit: Duration) -> Vec<ProcessId> {
    let since = std::time::Instant::now();
    loop {
        let left: Vec<_> = processes.iter().copied().filter(ProcessId::alive).collect();
        if left.is_empty() || since.elapsed() >= limit {
            return left;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// State and start time from the text of `/proc/<pid>/stat`. The second field, the program's name, is in brackets
/// and may itself hold spaces and brackets.
fn parse_stat(stat: &str) -> Option<(char, u64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    // The state is field 3, the start time field 22.
    let start_time = fields.nth(18)?.parse().ok()?;
    Some((state, start_time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn odd_program_names_are_read() {
        let stat = "12 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
        assert_eq!(parse_stat(stat), Some(('S', 4711)));
        assert_eq!(parse_stat("12 (short) S 1 2"), None);
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn a_process_is_known_until_it_ends() {
        let mut child = Command::new("sleep").arg("60").spawn().expect("sleep");
        let id = ProcessId::find(child.id()).expect("it runs");
        assert!(id.alive());
        assert!(id.resident().is_some());
        let stranger = ProcessId { start_time: id.start_time + 1, ..id };
        assert!(!stranger.alive());
        assert_eq!(stranger.signal(Signal::SIGKILL), Ok(false));
        assert!(id.alive(), "the wrong start time must not reach the process");
        assert_eq!(id.signal(Signal::SIGTERM), Ok(true));
        child.wait().expect("wait");
        assert!(wait_gone(&[id], Duration::from_secs(5)).is_empty());
        assert_eq!(id.signal(Signal::SIGTERM), Ok(false));
    }
}
