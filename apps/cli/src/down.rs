//! `ganglion down`: ends the processes that `up` started, and only those.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use nix::sys::signal::Signal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::DownArgs;
use crate::folder::{Folder, Phase, Record};
use crate::output::{self, Step};
use crate::process::{wait_gone, ProcessId};
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

/// The line that `down --dry-run --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ToStop {
    /// The network's folder.
    dir: PathBuf,
    /// Whether there is a network in it, running or not.
    found: bool,
    /// Ids of the processes that would be ended; none if none runs.
    ends: Vec<u32>,
}

/// Ends the network in the folder. If none runs, that's well too.
///
/// # Errors
/// Its processes can't be ended.
pub fn run(args: &DownArgs) -> Result<()> {
    let folder = Folder::locate(args.at.dir.as_deref())?;
    let record = folder.read()?;
    let found = record.is_some();
    if args.dry_run {
        return foretell(args, folder.root(), record.as_ref());
    }
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

/// Says what would be ended.
fn foretell(args: &DownArgs, dir: &Path, record: Option<&Record>) -> Result<()> {
    let ends: Vec<u32> = record.map(running).unwrap_or_default().iter().map(|process| process.pid).collect();
    if args.json {
        return output::json(&ToStop { dir: dir.to_owned(), found: record.is_some(), ends });
    }
    if ends.is_empty() {
        output::talk(&format!("nothing to end: no network is running in {}", dir.display()));
        return Ok(());
    }
    let ids: Vec<String> = ends.iter().map(ToString::to_string).collect();
    output::data(&format!("Would end {} processes of the network in {}: {}", ids.len(), dir.display(), ids.join(", ")))
}

/// What the record names and still runs, the supervisor last.
fn running(record: &Record) -> Vec<ProcessId> {
    let mut all = record.alive();
    all.extend(record.supervisor.filter(ProcessId::alive));
    all
}

/// Ends what the record names and still runs; says how many processes that were.
fn end(folder: &Folder, record: &Record) -> Result<usize> {
    let supervisor = record.supervisor.filter(ProcessId::alive);
    let all = running(record);
    if all.is_empty() {
        output::talk(&format!("nothing to end: no network is running in {}", folder.root().display()));
        return Ok(0);
    }
    let step = Step::start("stopped");
    if let Some(supervisor) = supervisor {
        supervisor.signal(Signal::SIGTERM).context("can't signal the supervisor")?;
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
        let args = |dry_run| DownArgs { at: DirArgs { dir: Some(dir.path().into()) }, dry_run, json: false };
        assert_eq!(running(&record), [left]);
        run(&args(true)).expect("only said");
        assert!(left.alive() && folder.read().expect("read").expect("record").phase == Phase::Ready);
        run(&args(false)).expect("down");
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
        for dry_run in [true, false] {
            let at = DirArgs { dir: Some(dir.path().join("none")) };
            run(&DownArgs { at, dry_run, json: false }).expect("nothing to do");
        }
        assert!(!dir.path().join("none").exists());
    }
}
