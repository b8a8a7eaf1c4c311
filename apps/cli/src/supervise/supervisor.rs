//! All children of a network.

use std::future::Future;
use std::pin::pin;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures::FutureExt;
use nix::sys::signal::Signal;

use super::backoff::Backoff;
use super::child::{Child, Plan};
use crate::process::ProcessId;

/// How long a child may take to end when asked.
const GRACE: Duration = Duration::from_secs(5);
/// How often children are looked at.
const POLL: Duration = Duration::from_millis(50);

/// Something happened to a child.
#[derive(Debug)]
pub enum Event {
    /// It ended, and starts again after this pause, if any.
    Ended(ExitStatus, Option<Duration>),
    /// It runs again.
    Restarted,
    /// It can't be started, or not again.
    Lost(anyhow::Error),
}

struct Member {
    plan: Plan,
    child: Option<Child>,
    backoff: Backoff,
    due: Option<Instant>,
}

/// Starts children, watches them, restarts them, and ends them. When dropped it kills those that are left.
#[derive(Default)]
pub struct Supervisor {
    members: Vec<Member>,
    restart: bool,
}

impl Supervisor {
    /// A supervisor; with `restart`, children that died are started again (see [`Backoff`]).
    pub fn new(restart: bool) -> Self {
        Self { members: Vec::new(), restart }
    }

    /// Starts a child.
    ///
    /// # Errors
    /// It can't be started.
    pub fn start(&mut self, plan: Plan) -> Result<()> {
        let child = Child::start(&plan)?;
        self.members.push(Member { plan, child: Some(child), backoff: Backoff::default(), due: None });
        Ok(())
    }

    /// Which process `name` is now; `None` if it doesn't run.
    pub fn id(&self, name: &str) -> Option<ProcessId> {
        self.members.iter().find(|member| member.plan.name == name)?.child.as_ref()?.id()
    }

    /// The first child that has ended, and how. For the start, when none may.
    pub fn first_dead(&mut self) -> Option<(&Plan, ExitStatus)> {
        self.members.iter_mut().find_map(|member| {
            let status = member.child.as_mut()?.poll()?;
            Some((&member.plan, status))
        })
    }

    /// Looks after the children: notices ends, starts again what is due. Returns what happened, by name.
    pub fn tend(&mut self) -> Vec<(String, Event)> {
        let mut events = Vec::new();
        for member in &mut self.members {
            if let Some(event) = member.tend(self.restart) {
                events.push((member.plan.name.clone(), event));
            }
        }
        events
    }

    /// Whether no child runs and none will.
    pub fn is_done(&self) -> bool {
        self.members.iter().all(|member| member.child.is_none() && member.due.is_none())
    }

    /// Ends all children, rank by rank: SIGTERM, then SIGKILL for those that took too long. Once `hurry` is ready,
    /// nobody is waited for any more.
    pub async fn stop(&mut self, hurry: impl Future<Output = ()>) {
        let mut hurry = pin!(hurry.fuse());
        let mut hurried = false;
        let mut ranks: Vec<u8> = self.members.iter().map(|member| member.plan.rank).collect();
        ranks.sort_unstable();
        ranks.dedup();
        for rank in ranks.into_iter().rev() {
            let mut children: Vec<&mut Child> = self
                .members
                .iter_mut()
                .filter(|member| member.plan.rank == rank)
                .filter_map(|member| member.child.as_mut())
                .collect();
            for child in &mut children {
                child.signal(Signal::SIGTERM);
            }
            let since = Instant::now();
            while !hurried && since.elapsed() < GRACE && children.iter_mut().any(|child| child.poll().is_none()) {
                tokio::select! {
                    () = &mut hurry => hurried = true,
                    () = tokio::time::sleep(POLL) => {}
                }
            }
            for child in &mut children {
                child.kill();
            }
        }
        self.members.clear();
    }
}

impl Member {
    fn tend(&mut self, restart: bool) -> Option<Event> {
        if let Some(child) = &mut self.child {
            let status = child.poll()?;
            let started = child.started();
            self.child = None;
            self.due = if restart { self.backoff.next_at(started) } else { None };
            let pause = self.due.map(|due| due.saturating_duration_since(Instant::now()));
            return Some(Event::Ended(status, pause));
        }
        if self.due? > Instant::now() {
            return None;
        }
        self.due = None;
        match Child::start(&self.plan) {
            Ok(child) => {
                self.child = Some(child);
                Some(Event::Restarted)
            }
            Err(error) => Some(Event::Lost(error)),
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        for member in &mut self.members {
            if let Some(child) = &mut member.child {
                child.kill();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::wait_gone;
    use std::path::Path;

    fn shell(dir: &Path, name: &str, rank: u8, script: &str) -> Plan {
        Plan {
            name: name.into(),
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            env: Vec::new(),
            log: dir.join(format!("{name}.log")),
            rank,
            polite: false,
        }
    }

    fn until(mut done: impl FnMut() -> bool) {
        let since = Instant::now();
        while !done() {
            assert!(since.elapsed() < Duration::from_secs(30), "waited in vain");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[tokio::test]
    async fn children_end_in_order_and_the_stubborn_are_killed() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let trace = dir.path().join("trace");
        let polite = |name: &str| {
            format!("trap 'echo {name} >> {}; exit 0' TERM; echo up; while :; do sleep 0.05; done", trace.display())
        };
        let mut supervisor = Supervisor::new(false);
        let deaf = "trap '' TERM; echo up; while :; do sleep 0.05; done";
        supervisor.start(shell(dir.path(), "low", 5, &polite("low"))).expect("start");
        supervisor.start(shell(dir.path(), "high", 9, &polite("high"))).expect("start");
        supervisor.start(shell(dir.path(), "deaf", 0, deaf)).expect("start");
        let ids: Vec<_> = ["low", "high", "deaf"].iter().map(|name| supervisor.id(name).expect("runs")).collect();
        for name in ["low", "high", "deaf"] {
            until(|| super::super::tail(&dir.path().join(format!("{name}.log")), 1) == ["up"]);
        }
        let both = || std::fs::read_to_string(&trace).is_ok_and(|text| text == "high\nlow\n");
        let hurry = async {
            while !both() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        supervisor.stop(hurry).await;
        assert!(wait_gone(&ids, Duration::from_secs(5)).is_empty());
        assert!(both());
    }

    #[tokio::test]
    async fn a_dead_child_is_reported_and_restarted() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let mut supervisor = Supervisor::new(true);
        supervisor.start(shell(dir.path(), "brief", 0, "echo why; exit 7")).expect("start");
        let mut seen = Vec::new();
        until(|| {
            seen.extend(supervisor.tend());
            seen.len() >= 2
        });
        assert!(matches!(&seen[0].1, Event::Ended(status, Some(_)) if status.code() == Some(7)));
        assert!(matches!(&seen[1].1, Event::Restarted));
        assert_eq!(
            super::super::describe_end(std::os::unix::process::ExitStatusExt::from_raw(7 << 8)),
            "ended with exit code 7"
        );
        supervisor.stop(async {}).await;
    }

    #[test]
    fn without_restarts_the_dead_stay_dead() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let mut supervisor = Supervisor::new(false);
        supervisor.start(shell(dir.path(), "brief", 0, "exit 0")).expect("start");
        until(|| supervisor.first_dead().is_some());
        let events = supervisor.tend();
        assert!(matches!(events.as_slice(), [(_, Event::Ended(_, None))]), "{events:?}");
        assert!(supervisor.is_done());
        assert!(supervisor.tend().is_empty());
    }

    #[test]
    fn nothing_outlives_the_supervisor() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let mut supervisor = Supervisor::new(true);
        supervisor.start(shell(dir.path(), "long", 0, "exec sleep 60")).expect("start");
        let id = supervisor.id("long").expect("runs");
        drop(supervisor);
        assert!(!id.alive());
    }
}
