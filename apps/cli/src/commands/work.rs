//! Registration by proof of work: the search, what it shows, and how it ends.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use ganglion_client::{Client, ClientError, Write};
use ganglion_keys::PublicKey;
use ganglion_pow::solver::{Control, Progress, Solution, Solver};
use ganglion_pow::Challenge;
use ganglion_primitives::RegistrationTerms;
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{public, Role};
use super::{block_on, connect, no_subnet, show, table, write, Page};
use crate::cli::RegisterArgs;
use crate::exit::{Declined, Refused};
use crate::output::{self, Step};
use crate::signals::Signals;

/// How often the terms are read again while searching.
const LOOK: Duration = Duration::from_secs(4);
/// How often progress is told where no terminal shows it.
const TELL: Duration = Duration::from_secs(10);
/// How long the rate is measured for a dry run.
const TRIAL: Duration = Duration::from_millis(500);

/// `ganglion neuron register --dry-run`: what the work would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WorkEstimate {
    /// Number of the subnet.
    pub netuid: u16,
    /// Address of the hotkey.
    pub hotkey: String,
    /// Address of the coldkey that will own it.
    pub coldkey: String,
    /// Expected number of hashes.
    pub difficulty: u64,
    /// Hashes a second on this machine, as measured now.
    pub rate: f64,
    /// Expected time, seconds. Half of all searches take less than 0.7 times that, one in twenty more than 3 times.
    pub seconds: f64,
    /// Blocks for which a seal is taken.
    pub seal_lifetime: u32,
}

impl Page for WorkEstimate {
    fn text(&self) -> String {
        table::properties(&[
            ("Registers", format!("{} in subnet {}", self.hotkey, self.netuid)),
            ("Owned by", self.coldkey.clone()),
            ("Work", format!("about {} hashes, no fee", self.difficulty)),
            ("Rate here", format!("{} hashes/s", rate(self.rate))),
            ("Expected time", duration(self.seconds)),
        ])
    }
}

/// Who joins what.
#[derive(Clone, Copy)]
struct Joining {
    netuid: u16,
    hotkey: PublicKey,
    coldkey: PublicKey,
}

impl Joining {
    fn challenge(&self, terms: &RegistrationTerms) -> Challenge {
        Challenge {
            genesis_hash: terms.genesis_hash.0,
            netuid: self.netuid,
            block_hash: terms.block_hash.0,
            hotkey: self.hotkey.0,
            coldkey: self.coldkey.0,
        }
    }

    /// The call that shows the work, bound to `block`.
    fn register(&self, nonce: u64, block: u32) -> Write {
        Write::register(self.netuid, self.coldkey, self.hotkey, nonce, block)
    }
}

/// Registers the wallet's hotkey by work.
///
/// # Errors
/// The subnet takes nobody in, also from some moment of the search on; the search was interrupted or took too long; the
/// chain refuses or doesn't answer.
pub fn register(args: &RegisterArgs) -> Result<()> {
    let wallet = &args.write.wallet;
    let (hotkey, coldkey) = (public(wallet, Role::Hotkey)?, public(wallet, Role::Coldkey)?);
    let joining = Joining { netuid: args.netuid, hotkey, coldkey };
    let solver = Solver::new(args.threads.unwrap_or(0).into());
    block_on(async {
        let client = connect(&args.write.chain).await?;
        let terms = terms(&client, joining).await?;
        // Whatever can be known beforehand, before hours of work go into a seal that nobody takes.
        write::check_unsigned(&client, joining.register(0, terms.block_number), terms.block_number).await?;
        let estimate = estimate(joining, &terms, &solver);
        if args.write.dry_run {
            return show(&estimate, args.write.chain.json);
        }
        if !args.write.yes {
            write::ask(&estimate.text(), "Begin?")?;
        }
        let (solution, block) = search(&client, joining, terms, solver, Duration::from_secs(args.timeout)).await?;
        write::send_unsigned(&args.write, &client, joining.register(solution.nonce, block)).await
    })
}

/// What it takes to join now.
async fn terms(client: &Client, joining: Joining) -> Result<RegistrationTerms> {
    let Some(terms) = client.registration(joining.netuid).await? else { bail!(no_subnet(joining.netuid)) };
    // The ledger learns its own genesis hash, which the work is bound to, in block 1.
    if terms.genesis_hash.0 != client.genesis_hash() {
        bail!(Refused("the chain has no block yet, and work is bound to one: try again after the first".into()));
    }
    if !terms.open {
        bail!(Refused(format!("subnet {} is closed to new neurons", joining.netuid)));
    }
    let graph = client.metagraph(joining.netuid).await?;
    let seat =
        graph.and_then(|graph| graph.hotkeys.iter().position(|key| key.as_ref() as &[u8] == joining.hotkey.as_bytes()));
    match seat {
        Some(uid) => bail!(Refused(format!("{} is neuron {uid} of subnet {} already", joining.hotkey, joining.netuid))),
        None => Ok(terms),
    }
}

/// Measures this machine, so that nobody begins a week's work unawares.
fn estimate(joining: Joining, terms: &RegistrationTerms, solver: &Solver) -> WorkEstimate {
    let control = Control::new();
    let mut measured = 0.0;
    // Nothing meets the highest difficulty in half a second, or in the age of the world.
    solver.clone().with_interval(TRIAL).solve(&joining.challenge(terms), u64::MAX, &control, |progress| {
        measured = progress.rate;
        control.cancel();
    });
    WorkEstimate {
        netuid: joining.netuid,
        hotkey: joining.hotkey.to_ss58(),
        coldkey: joining.coldkey.to_ss58(),
        difficulty: terms.difficulty,
        rate: measured,
        seconds: terms.difficulty as f64 / measured.max(1.0),
        seal_lifetime: terms.seal_lifetime,
    }
}

/// Searches for a seal under terms that follow the chain; also the block that it is bound to.
async fn search(
    client: &Client,
    joining: Joining,
    terms: RegistrationTerms,
    solver: Solver,
    limit: Duration,
) -> Result<(Solution, u32)> {
    let mut signals = Signals::listen()?;
    let control = Control::new();
    // However this function ends, the search ends with it.
    let _cancel = CancelOnDrop(control.clone());
    let since = Instant::now();
    let told = Arc::new(Mutex::new(terms.difficulty));
    let search = {
        let (control, told, challenge) = (control.clone(), told.clone(), joining.challenge(&terms));
        let difficulty = terms.difficulty;
        move || {
            let mut teller = Teller::new();
            solver.solve(&challenge, difficulty, &control, |progress| {
                teller.tell(&progress, *told.lock().unwrap_or_else(PoisonError::into_inner));
            })
        }
    };
    let mut search = tokio::task::spawn_blocking(search);
    let mut blocks = vec![(terms.block_hash.0, terms.block_number)];
    let mut latest = terms;
    let solution = loop {
        tokio::select! {
            found = &mut search => break found.context("the search failed")?.context("the search ended early")?,
            () = signals.any() => bail!(Declined(format!(
                "interrupted after {}: nothing was sent, and no work is kept", duration(since.elapsed().as_secs_f64())
            ))),
            looked = look_later(client, joining, latest.block_number) => {
                if since.elapsed() > limit {
                    bail!("no seal was found within {}: give it more --timeout or --threads", duration(limit.as_secs_f64()));
                }
                let ended = || format!("the search ended after {}", duration(since.elapsed().as_secs_f64()));
                let Some(fresh) = looked.with_context(ended)? else { continue };
                let age = fresh.block_number.saturating_sub(latest.block_number);
                if age > fresh.seal_lifetime / 2 || fresh.difficulty != latest.difficulty {
                    blocks.push((fresh.block_hash.0, fresh.block_number));
                    let surplus = blocks.len().saturating_sub(64);
                    blocks.drain(..surplus);
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = fresh.difficulty;
                    control.replace_with(joining.challenge(&fresh), fresh.difficulty);
                    latest = fresh;
                }
            }
        }
    };
    let block = blocks.iter().find(|(hash, _)| *hash == solution.challenge.block_hash);
    let (_, block) = block.context("the search took too long for its block: try again")?;
    output::talk(&format!("Found a seal with {} hashes", solution.hashes));
    Ok((solution, *block))
}

/// After a while, the terms of the moment; `None` if the node can't tell them. `known` is a block that the chain has.
///
/// # Errors
/// From now on the chain would refuse whatever is found.
async fn look_later(client: &Client, joining: Joining, known: u32) -> Result<Option<RegistrationTerms>> {
    tokio::time::sleep(LOOK).await;
    // A node that is away for a while, or behind, is no reason to throw the work away.
    let Ok(best) = client.best().await else { return Ok(None) };
    if best.number < known {
        return Ok(None);
    }
    let Ok(found) = client.at(best.hash).registration(joining.netuid).await else { return Ok(None) };
    let Some(fresh) = found else { bail!(no_subnet(joining.netuid)) };
    match write::check_unsigned(client, joining.register(0, fresh.block_number), best.number).await {
        Ok(()) => Ok(Some(fresh)),
        Err(error) if is_final(&error) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Whether a plan fails because of the chain's rules, not because a node doesn't answer.
fn is_final(error: &anyhow::Error) -> bool {
    error.is::<Refused>() || matches!(error.downcast_ref(), Some(ClientError::Shape { .. }))
}

/// Tells how far the search is: in place on a terminal, now and then elsewhere.
struct Teller {
    step: Step,
    last: Instant,
}

impl Teller {
    fn new() -> Self {
        Self { step: Step::start("Searching for a seal"), last: Instant::now() }
    }

    fn tell(&mut self, progress: &Progress, difficulty: u64) {
        // What was done in vain doesn't shorten what is to come.
        let text = format!(
            "{} hashes at {}/s on {} threads, expected in {} (Ctrl-C ends it)",
            progress.hashes,
            rate(progress.rate),
            progress.threads,
            duration(difficulty as f64 / progress.rate.max(1.0)),
        );
        if !std::io::stderr().is_terminal() && self.last.elapsed() >= TELL {
            self.last = Instant::now();
            output::talk(&format!("Searching for a seal: {text}"));
        }
        self.step.progress(text);
    }
}

struct CancelOnDrop(Control);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// A number of hashes, short.
fn rate(rate: f64) -> String {
    match rate {
        rate if rate >= 1e9 => format!("{:.1} G", rate / 1e9),
        rate if rate >= 1e6 => format!("{:.1} M", rate / 1e6),
        rate if rate >= 1e3 => format!("{:.1} k", rate / 1e3),
        rate => format!("{rate:.0} "),
    }
}

/// A time, short.
fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1.0 => "less than a second".into(),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds if seconds < 7_200.0 => format!("{:.0} min", seconds / 60.0),
        seconds if seconds < 172_800.0 => format!("{:.1} h", seconds / 3_600.0),
        seconds => format!("{:.1} days", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_chains_rules_end_a_search() {
        let shape = ClientError::Shape { what: "pallet Neurons call register is missing".into() };
        for rule in [anyhow::Error::new(Refused("closed".into())), shape.into()] {
            assert!(is_final(&rule), "{rule}");
        }
        let timeout = ClientError::Timeout { what: "state_call".into(), seconds: 30 };
        let unreadable = ClientError::Answer { method: "state_call".into(), reason: "not hexadecimal".into() };
        for trouble in [timeout, unreadable] {
            assert!(!is_final(&trouble.clone().into()), "{trouble}");
        }
        // The node that steps in for one that is away takes the chain's newest block for one that never was.
        let behind = write::caught_up(99, 100).expect_err("it is behind");
        assert!(!is_final(&behind), "{behind}");
        assert!(write::caught_up(100, 100).is_ok());
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!((rate(1.0).as_str(), rate(2_500.0).as_str(), rate(3.2e6).as_str()), ("1 ", "2.5 k", "3.2 M"));
        assert_eq!(duration(0.2), "less than a second");
        assert_eq!((duration(59.0).as_str(), duration(600.0).as_str()), ("59 s", "10 min"));
        assert_eq!((duration(9_000.0).as_str(), duration(864_000.0).as_str()), ("2.5 h", "10.0 days"));
    }
}
