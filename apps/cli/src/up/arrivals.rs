//! The subnets beside the text subnet. They start when the network answers questions, so that nobody waits for them, and
//! each is announced when all of it is there.
//!
//! In each, the first miner goes ahead: while nobody is paid, who came first is asked first, and that shouldn't be the one that
//! is worse on purpose.

use std::time::{Duration, Instant};

use ganglion_client::Client;
use tokio::time::timeout;

use super::ready::lacking;
use crate::chain::{self, Registered};
use crate::cli::LocalSubnet;
use crate::folder::{ProcessRecord, Record, Role};
use crate::output::Step;
use crate::supervise;

/// How often to look.
const EVERY: Duration = Duration::from_secs(2);
/// How long one look may take: the children aren't watched meanwhile.
const LOOK: Duration = Duration::from_secs(2);
/// How long the others wait for the first one's seat: it may never get it.
const PATIENCE: Duration = Duration::from_secs(150);

/// A subnet that is coming up.
struct Coming {
    netuid: u16,
    /// The first one goes ahead.
    processes: Vec<ProcessRecord>,
    /// How those are started that wait for it.
    behind: Vec<supervise::Plan>,
    step: Step,
}

impl Coming {
    /// Those to start now: all that wait, once the first one has a seat, as far as is known, or is `late`.
    fn due(&mut self, there: Option<&Registered>, late: bool) -> Vec<supervise::Plan> {
        let first = self.processes.first().and_then(|process| process.hotkey.as_ref());
        let is_there = |hotkey: &String| there.is_some_and(|there| there.axons.contains_key(hotkey));
        if late || first.is_none_or(is_there) {
            std::mem::take(&mut self.behind)
        } else {
            Vec::new()
        }
    }

    fn is_complete(&self, there: &Registered) -> bool {
        self.behind.is_empty() && lacking(&self.processes, there).is_empty()
    }
}

/// The subnets that aren't complete yet.
pub struct Arrivals<'a> {
    client: &'a Client,
    coming: Vec<Coming>,
    began: Instant,
    looked: Instant,
}

impl<'a> Arrivals<'a> {
    /// Waits for no subnet yet.
    pub fn new(client: &'a Client) -> Self {
        Self { client, coming: Vec::new(), began: Instant::now(), looked: Instant::now() }
    }

    /// Waits for the neurons of `subnet` that `record` names, the first of which runs; `behind` is how the others are started.
    pub fn expect(&mut self, subnet: LocalSubnet, record: &Record, behind: Vec<supervise::Plan>) {
        self.coming.push(Coming {
            netuid: subnet.netuid(),
            processes: record.of(subnet.netuid()).cloned().collect(),
            behind,
            step: Step::quiet(&format!("subnet {} ({})", subnet.netuid(), subnet.word())),
        });
    }

    /// Looks, if it is time, announces what is complete, and says what is to be started now.
    pub async fn look(&mut self) -> Vec<supervise::Plan> {
        if self.coming.is_empty() || self.looked.elapsed() < EVERY {
            return Vec::new();
        }
        self.looked = Instant::now();
        let late = self.began.elapsed() >= PATIENCE;
        let mut due = Vec::new();
        for mut coming in std::mem::take(&mut self.coming) {
            // For good, as in the text subnet (`ready::seat`). A node that is busy answers the next time.
            let read = timeout(LOOK, chain::registered_for_good(self.client, coming.netuid)).await;
            let there = read.ok().and_then(Result::ok);
            // An earlier run's seats are there before who has them is started.
            let complete = there.as_ref().is_some_and(|there| coming.is_complete(there));
            due.extend(coming.due(there.as_ref(), late));
            if complete {
                coming.step.done(&members(&coming.processes));
            } else {
                self.coming.push(coming);
            }
        }
        due
    }
}

/// How many of which kind, in words.
fn members(processes: &[ProcessRecord]) -> String {
    let count = |role: Role, word: &str| match processes.iter().filter(|process| process.role == role).count() {
        1 => format!("1 {word}"),
        number => format!("{number} {word}s"),
    };
    format!("{}, {}", count(Role::Miner, "miner"), count(Role::Validator, "validator"))
}

/// Those of `subnets` that the chain has, and those that it hasn't: it may be older than this program.
///
/// # Errors
/// The node doesn't answer.
pub async fn sorted(
    client: &Client,
    subnets: Vec<LocalSubnet>,
) -> anyhow::Result<(Vec<LocalSubnet>, Vec<LocalSubnet>)> {
    let known: Vec<u16> = client.subnets().await?.iter().map(|subnet| subnet.netuid.0).collect();
    Ok(subnets.into_iter().partition(|subnet| known.contains(&subnet.netuid())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    fn plan(name: &str) -> supervise::Plan {
        let (name, program, log) = (name.to_owned(), "ganglion".into(), "log".into());
        supervise::Plan { name, program, args: Vec::new(), env: Vec::new(), log, rank: 0, polite: true }
    }

    fn coming() -> Coming {
        let process = |name: &str, hotkey: &str| ProcessRecord {
            name: name.into(),
            role: Role::Miner,
            netuid: Some(5),
            process: None,
            address: String::new(),
            port: 7,
            log: "log".into(),
            hotkey: Some(hotkey.into()),
        };
        let processes = vec![process("first", "5a"), process("second", "5b")];
        Coming { netuid: 5, processes, behind: vec![plan("second")], step: Step::quiet("a subnet") }
    }

    fn there(hotkeys: &[&str]) -> Registered {
        let at = Some(SocketAddr::from(([127, 0, 0, 1], 7)));
        Registered { block: 1, axons: hotkeys.iter().map(|hotkey| ((*hotkey).to_owned(), at)).collect() }
    }

    #[test]
    fn the_others_start_when_the_first_one_has_its_seat() {
        let mut coming = coming();
        assert!(coming.due(None, false).is_empty() && coming.due(Some(&there(&[])), false).is_empty());
        let all = there(&["5a", "5b"]);
        assert!(!coming.is_complete(&all), "the second one's seat is an earlier run's");
        let due = coming.due(Some(&there(&["5a"])), false);
        assert_eq!(due.iter().map(|plan| plan.name.as_str()).collect::<Vec<_>>(), ["second"]);
        assert!(coming.due(Some(&all), false).is_empty(), "each is started once");
        assert!(!coming.is_complete(&there(&["5a"])) && coming.is_complete(&all));
    }

    #[test]
    fn they_wait_for_it_in_vain_for_a_while_only() {
        for there in [None, Some(&there(&[]))] {
            assert_eq!(coming().due(there, true).len(), 1, "also if the node says nothing");
        }
    }
}
