//! One child process.

use std::ffi::OsString;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;

use super::logs;
use crate::leash;
use crate::process::ProcessId;

/// The program that starts another one that leaves the processor to others when it is short.
const NICE: &str = "/usr/bin/nice";

/// How to start a child.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// What its environment has beside the supervisor's.
    pub env: Vec<(&'static str, String)>,
    /// Where its output goes.
    pub log: PathBuf,
    /// The order of stopping: higher ones stop first.
    pub rank: u8,
    /// Whether it leaves the processor to the others when it is short.
    pub polite: bool,
}

/// A child that was started.
#[derive(Debug)]
pub struct Child {
    handle: std::process::Child,
    id: Option<ProcessId>,
    started: Instant,
    end: Option<ExitStatus>,
}

impl Child {
    /// Starts a child. Call it from the main thread (see [`leash`]).
    ///
    /// # Errors
    /// The log can't be opened or the program can't be started.
    pub fn start(plan: &Plan) -> Result<Self> {
        let trouble = || format!("can't start {}", plan.name);
        let log = logs::open(&plan.log).with_context(|| format!("can't write {}", plan.log.display()))?;
        let also = log.try_clone().with_context(trouble)?;
        let mut command = command(plan);
        command
            .args(&plan.args)
            .envs(plan.env.iter().map(|(name, value)| (name, value)))
            .env(leash::PARENT, std::process::id().to_string())
            .env_remove(leash::DETACHED)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(also)
            .process_group(0);
        let handle = command.spawn().with_context(trouble)?;
        // Not reaped yet, so the id is the child's even if it has ended already.
        let id = ProcessId::find(handle.id());
        Ok(Self { handle, id, started: Instant::now(), end: None })
    }

    /// Which process it is; `None` if it ended at once.
    pub fn id(&self) -> Option<ProcessId> {
        self.id
    }

    /// When it was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// How it ended, if it did.
    pub fn poll(&mut self) -> Option<ExitStatus> {
        if self.end.is_none() {
            self.end = self.handle.try_wait().ok().flatten();
        }
        self.end
    }

    /// Sends a signal, unless it ended.
    pub fn signal(&mut self, signal: Signal) {
        if self.poll().is_none() {
            if let Some(id) = self.id {
                // Our own child that has not been reaped can always be signalled.
                let _ = id.signal(signal);
            }
        }
    }

    /// Kills it and waits for its end.
    pub fn kill(&mut self) {
        if self.poll().is_none() {
            let _ = self.handle.kill();
            self.end = self.handle.wait().ok();
        }
    }
}

/// The command that starts the program. `nice` becomes it: it is one process all the time.
fn command(plan: &Plan) -> Command {
    if !plan.polite || !Path::new(NICE).exists() {
        return Command::new(&plan.program);
    }
    let mut command = Command::new(NICE);
    command.args(["-n", "10"]).arg(&plan.program);
    command
}

/// How a process ended, in words.
pub fn describe_end(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) => "ended by itself".into(),
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(number)) => match Signal::try_from(number) {
            Ok(signal) => format!("was killed by {}", signal.as_str()),
            Err(_) => format!("was killed by signal {number}"),
        },
        (None, None) => "ended".into(),
    }
}

impl Plan {
    /// The end of its log.
    pub fn tail(&self, lines: usize) -> Vec<String> {
        logs::tail(&self.log, lines)
    }

    /// Its log file.
    pub fn log(&self) -> &Path {
        &self.log
    }
}
