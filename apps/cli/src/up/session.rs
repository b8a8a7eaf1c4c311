//! A network while it is being started and while it runs.

use std::fmt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail, Result};

use super::arrivals::Arrivals;
use super::room;
use crate::folder::{Folder, Phase, Record};
use crate::output::{self, Step};
use crate::signals::Signals;
use crate::supervise::{self, describe_end, Event, Supervisor};

/// How much of a dead process's log is shown, lines.
const TAIL: usize = 15;
/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(200);
/// How long one look may take.
const LOOK: Duration = Duration::from_secs(20);

/// What a look showed.
pub enum Look<T> {
    /// The condition holds.
    Done(T),
    /// Not yet; the text says how far it is.
    NotYet(String),
}

/// The user ended the network before it was ready.
#[derive(Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted before the network was ready; everything that was started has been stopped")
    }
}

impl std::error::Error for Interrupted {}

/// Children, signals and `network.json`, together.
pub struct Session<'a> {
    folder: &'a Folder,
    /// What `network.json` says.
    pub record: Record,
    supervisor: Supervisor,
    signals: Signals,
}

impl<'a> Session<'a> {
    /// A session without children.
    pub fn new(folder: &'a Folder, record: Record, signals: Signals, restart: bool) -> Self {
        Self { folder, record, supervisor: Supervisor::new(restart), signals }
    }

    /// Starts a child and notes it in `network.json`.
    ///
    /// # Errors
    /// It can't be started, or the file can't be written.
    pub fn start(&mut self, plan: supervise::Plan) -> Result<()> {
        self.supervisor.start(plan)?;
        self.note()
    }

    /// Changes the phase in `network.json`.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn enter(&mut self, phase: Phase) -> Result<()> {
        self.record.phase = phase;
        self.note()
    }

    /// Waits until `look` is done, at most `limit`.
    ///
    /// # Errors
    /// [`Interrupted`]; a child died; the disk is almost full; it took too long.
    pub async fn wait<T>(
        &mut self,
        step: &Step,
        what: &str,
        limit: Duration,
        mut look: impl AsyncFnMut() -> Look<T>,
    ) -> Result<T> {
        let since = Instant::now();
        loop {
            let seen = tokio::select! {
                biased;
                () = self.signals.any() => return Err(Interrupted.into()),
                seen = tokio::time::timeout(LOOK, look()) => seen.unwrap_or(Look::NotYet("no answer".into())),
            };
            let progress = match seen {
                Look::Done(value) => return Ok(value),
                Look::NotYet(progress) => progress,
            };
            room::to_run(self.folder.root())?;
            if let Some((plan, status)) = self.supervisor.first_dead() {
                return Err(death(plan, status));
            }
            if since.elapsed() >= limit {
                let logs = self.folder.root().join("logs");
                bail!("{what} took longer than {} s ({progress}): see the logs in {}", limit.as_secs(), logs.display());
            }
            step.progress(progress);
            tokio::select! {
                biased;
                () = self.signals.any() => return Err(Interrupted.into()),
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Watches over the children until the user ends the network, starts those that waited for others, and says which subnets
    /// have come up.
    ///
    /// # Errors
    /// Every child has ended for good; the disk is almost full.
    pub async fn watch(&mut self, arrivals: &mut Arrivals<'_>) -> Result<()> {
        loop {
            tokio::select! {
                biased;
                () = self.signals.any() => return Ok(()),
                () = tokio::time::sleep(POLL) => {}
            }
            room::to_run(self.folder.root())?;
            let events = self.supervisor.tend();
            for (name, event) in &events {
                self.tell(name, event);
            }
            if !events.is_empty() {
                self.note_if_possible();
            }
            if self.supervisor.is_done() {
                bail!("every process has ended: see the logs in {}", self.folder.root().join("logs").display());
            }
            tokio::select! {
                biased;
                () = self.signals.any() => return Ok(()),
                due = arrivals.look() => self.add(due),
            }
        }
    }

    /// Starts children beside a network that runs: that one can't be started ends none of the others.
    fn add(&mut self, plans: Vec<supervise::Plan>) {
        if plans.is_empty() {
            return;
        }
        for plan in plans {
            let name = plan.name.clone();
            if let Err(error) = self.supervisor.start(plan) {
                self.tell(&name, &Event::Lost(error));
            }
        }
        self.note_if_possible();
    }

    /// Ends all children; another signal hurries it.
    pub async fn stop(&mut self) {
        let signals = &mut self.signals;
        self.supervisor.stop(async { signals.any().await }).await;
        self.record.supervisor = None;
        if let Err(error) = self.enter(Phase::Stopped) {
            output::talk(&format!("{} {error:#}", output::yellow("warning:")));
        }
    }

    /// [`Session::note`] of a network that runs: that the file can't be written ends none of it.
    fn note_if_possible(&mut self) {
        if let Err(error) = self.note() {
            output::talk(&format!("{} {error:#}", output::yellow("warning:")));
        }
    }

    /// Writes `network.json` with the children's present process ids.
    fn note(&mut self) -> Result<()> {
        for process in &mut self.record.processes {
            process.process = self.supervisor.id(&process.name);
        }
        self.folder.write(&self.record)
    }

    fn tell(&self, name: &str, event: &Event) {
        let log = self.folder.log(name);
        let text = match event {
            Event::Ended(status, Some(pause)) => {
                format!("{name} {}, starts again in {} s", describe_end(*status), pause.as_secs_f32().ceil())
            }
            Event::Ended(status, None) => {
                format!("{name} {} and stays down: see {}", describe_end(*status), log.display())
            }
            Event::Restarted => format!("{name} runs again"),
            Event::Lost(error) => format!("{name} can't be started: {error:#}"),
        };
        output::talk(&format!("{} {text}", output::yellow("!")));
    }
}

/// The report on a child that died while the network was being started.
fn death(plan: &supervise::Plan, status: ExitStatus) -> anyhow::Error {
    let lines = plan.tail(TAIL);
    let cause = lines.iter().rev().find_map(|line| known_cause(line));
    anyhow!(
        "{} {} while the network was being started: {}\n  the end of {}:\n{}",
        plan.name,
        describe_end(status),
        cause.unwrap_or("run the command again, and if that doesn't help, look for the reason in its log"),
        plan.log().display(),
        lines.iter().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
    )
}

/// Causes that a user can do something about.
fn known_cause(line: &str) -> Option<&'static str> {
    if line.contains("No space left on device") {
        Some("the disk is full, free some space and run the command again")
    } else if line.contains("Address already in use") || line.contains("AddrInUse") {
        Some("another program took its port in the meantime, run the command again")
    } else if line.contains("Cannot allocate memory") {
        Some("memory is short, close other programs or use fewer --miners")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn a_death_is_explained() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let log = dir.path().join("alice.log");
        let lines: String = (0..30).map(|n| format!("line {n}\n")).collect();
        std::fs::write(&log, lines + "Error: No space left on device (os error 28)\n").expect("write");
        let plan = supervise::Plan {
            name: "alice".into(),
            program: "ganglion".into(),
            args: Vec::new(),
            env: Vec::new(),
            log,
            rank: 0,
            polite: false,
        };
        let text = death(&plan, ExitStatus::from_raw(1 << 8)).to_string();
        assert!(text.contains("alice ended with exit code 1") && text.contains("the disk is full"), "{text}");
        assert!(text.contains("line 29") && !text.contains("line 15"), "{text}");
        std::fs::write(plan.log(), "all was well\n").expect("write");
        let text = death(&plan, ExitStatus::from_raw(9)).to_string();
        assert!(text.contains("alice was killed by SIGKILL") && text.contains("run the command again"), "{text}");
    }
}
