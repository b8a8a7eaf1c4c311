//! The subnets beside the text subnet. They start when the network answers questions, so that nobody waits for them, and
//! each is announced when all of it is there.

use std::time::{Duration, Instant};

use ganglion_client::Client;
use tokio::time::timeout;

use super::ready::lacking;
use crate::chain;
use crate::cli::LocalSubnet;
use crate::folder::{ProcessRecord, Record, Role};
use crate::output::Step;

/// How often to look.
const EVERY: Duration = Duration::from_secs(2);
/// How long one look may take: the children aren't watched meanwhile.
const LOOK: Duration = Duration::from_secs(2);

/// A subnet that is coming up.
struct Coming {
    netuid: u16,
    processes: Vec<ProcessRecord>,
    step: Step,
}

/// The subnets that aren't complete yet.
pub struct Arrivals<'a> {
    client: &'a Client,
    coming: Vec<Coming>,
    looked: Instant,
}

impl<'a> Arrivals<'a> {
    /// Waits for the neurons of `subnets` that `record` names.
    pub fn new(client: &'a Client, record: &Record, subnets: &[LocalSubnet]) -> Self {
        let coming = |subnet: &LocalSubnet| Coming {
            netuid: subnet.netuid(),
            processes: record.of(subnet.netuid()).cloned().collect(),
            step: Step::quiet(&format!("subnet {} ({})", subnet.netuid(), subnet.word())),
        };
        Self { client, coming: subnets.iter().map(coming).collect(), looked: Instant::now() }
    }

    /// Looks, if it is time, and announces what is complete.
    pub async fn look(&mut self) {
        if self.coming.is_empty() || self.looked.elapsed() < EVERY {
            return;
        }
        self.looked = Instant::now();
        let mut still = Vec::new();
        for coming in std::mem::take(&mut self.coming) {
            let read = timeout(LOOK, chain::registered(self.client, coming.netuid)).await;
            match read {
                Ok(Ok(there)) if lacking(&coming.processes, &there).is_empty() => {
                    coming.step.done(&members(&coming.processes));
                }
                // A node that is busy answers the next time.
                _ => still.push(coming),
            }
        }
        self.coming = still;
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
