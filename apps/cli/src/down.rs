//! `ganglion down`: ends the processes that `up` started, and only those.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use nix::sys::signal::Signal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::DownArgs;
use crate::folder::{Folder, Phase, Record};
use crate::output::{self, Step};
use crate::process::wait_gone;
use crate::up;

/// How long a supervisor may take to end its children, rank by rank.
const PATIENCE: Duration = Duration::from_secs(40);

/// The line that `down --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stopped {
    /// The network's folder.
    dir: PathBuf,
    /// Whether there is a network in it, running or not.
    found: bool,
    /// How many processes were ended; 0 if none ran.
    ended: u32,
}

/// Ends the network in the folder. If none runs, that's well too.
///
/// # Errors
/// Its processes can't be ended.
pub fn run(args: &DownArgs) -> Result<()> {
    let folder = Folder::locate(args.at.dir.as_deref())?;
    let record = folder.read()?;
    let found = record.is_some();
    let ended = match record {
        Some(record) => end(&folder, &record)?,
        None => {
            output::talk(&format!("nothing to end: there is no network in {}", folder.root().display()));
            0
        }
    };
    if args.json {
        let ended = u32::try_from(ended).unwrap_or(u32::MAX);
        output::json(&Stopped { dir: folder.root().to_owned(), found, ended })?;
    }
    Ok(())
}

/// Ends what the record names and still runs; says how many processes that were.
fn end(folder: &Folder, record: &Record) -> Result<usize> {
    let running: Vec<_> = record.supervisor.into_iter().filter(|supervisor| supervisor.alive()).collect();
    let mut all = record.alive();
    all.extend(&running);
    if all.is_empty() {
        output::talk(&format!("nothing to end: no network is running in {}", folder.root().display()));
        return Ok(0);
    }
    let step = Step::start("stopped");
    for supervisor in &running {
        supervisor.signal(Signal::SIGTERM).context("can't signal the supervisor")?;
    }
    if !running.is_empty() {
        wait_gone(&all, PATIENCE);
    }
    // The record is read again: the supervisor may have restarted a child meanwhile.
    let mut left = folder.read()?.map(|record| record.alive()).unwrap_or_default();
    left.extend(all.iter().filter(|process| process.alive()));
    up::end(&left)?;
    mark_stopped(folder)?;
    step.done(&format!("{} processes", all.len()));
    Ok(all.len())
}

/// Notes the end where the supervisor could not.
fn mark_stopped(folder: &Folder) -> Result<()> {
    let since = Instant::now();
    let _lock = loop {
        match folder.lock() {
            Ok(lock) => break lock,
            Err(error) if since.elapsed() > Duration::from_secs(5) => bail!(error),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    if let Some(mut record) = folder.read()? {
        if record.phase != Phase::Stopped {
            record.phase = Phase::Stopped;
            record.supervisor = None;
            record.processes.iter_mut().for_each(|process| process.process = None);
            folder.write(&record)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::DirArgs;
    use crate::folder::{ProcessRecord, Role};
    use crate::process::ProcessId;
    use std::process::Command;

    #[test]
    fn left_overs_end_and_strangers_live() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let folder = Folder::locate(Some(dir.path())).expect("folder");
        let mut ours = Command::new("sleep").arg("60").spawn().expect("sleep");
        let mut other = Command::new("sleep").arg("60").spawn().expect("sleep");
        let left = ProcessId::find(ours.id()).expect("runs");
        let stranger = ProcessId::find(other.id()).expect("runs");
        let process = |name: &str, process| ProcessRecord {
            name: name.into(),
            role: Role::Miner,
            netuid: Some(1),
            process: Some(process),
            address: String::new(),
            port: 1,
            log: "log".into(),
            hotkey: None,
        };
        let mut record = Record::new(1000);
        record.phase = Phase::Ready;
        // A process id that was reused: same number, another start time.
        let reused = ProcessId { start_time: stranger.start_time.wrapping_add(1), ..stranger };
        record.processes = vec![process("left", left), process("reused", reused)];
        folder.write(&record).expect("write");
        let reaper = std::thread::spawn(move || ours.wait());
        run(&DownArgs { at: DirArgs { dir: Some(dir.path().into()) }, json: false }).expect("down");
        reaper.join().expect("join").expect("wait");
        assert!(!left.alive());
        assert!(stranger.alive());
        let record = folder.read().expect("read").expect("record");
        assert_eq!(record.phase, Phase::Stopped);
        assert!(record.processes.iter().all(|process| process.process.is_none()));
        other.kill().expect("kill");
        other.wait().expect("wait");
    }

    #[test]
    fn nothing_running_is_well() {
        let dir = tempfile::tempdir().expect("temporary folder");
        run(&DownArgs { at: DirArgs { dir: Some(dir.path().join("none")) }, json: false }).expect("nothing to do");
        assert!(!dir.path().join("none").exists());
    }
}
