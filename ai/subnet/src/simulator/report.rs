//! Who earned what, and whether an adversary did better than honest people.

use std::fmt::Write;

use super::cast::Cast;
use super::chain::Chain;
use super::scenario::{Scenario, Setting};

/// What one party earned.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Whose.
    pub party: String,
    /// Whether it is an adversary.
    pub adversary: bool,
    /// Its seats as a validator.
    pub validators: usize,
    /// Its seats as a miner.
    pub miners: usize,
    /// What it spent: 1 for each seat, 1 for each model that runs, 1 for each validator that asks.
    pub cost: f64,
    /// What it earned, TAO.
    pub tao: f64,
}

/// The adversary beside honest people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// What it earned, as a part of what its seats earn on average in honest hands.
    pub per_seat: f64,
    /// What it earned for what it spent, as a part of what honest miners and validators do in the same roles.
    pub per_cost: f64,
}

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Which.
    pub scenario: Scenario,
    /// The seed.
    pub seed: u64,
    /// Tempos simulated.
    pub tempos: u32,
    /// Rounds simulated, of all validators together.
    pub rounds: u64,
    /// Parties, adversaries first.
    pub lines: Vec<Line>,
    /// How the adversary fared; `None` if there was none.
    pub verdict: Option<Verdict>,
}

struct Seat<'a> {
    party: &'a str,
    validator: bool,
    honest: bool,
    cost: f64,
    tao: f64,
}

fn seats<'a>(cast: &'a Cast, chain: &Chain) -> Vec<Seat<'a>> {
    use super::cast::Judging;
    let validators = cast.validators.iter().map(|judge| {
        let honest = judge.judging == Judging::Honest;
        (judge.party.as_str(), true, honest, 1.0 + f64::from(u8::from(honest)))
    });
    let miners = cast.miners.iter().map(|miner| (miner.party.as_str(), false, miner.honest, 1.0 + miner.cost));
    validators
        .chain(miners)
        .enumerate()
        .map(|(uid, (party, validator, honest, cost))| Seat { party, validator, honest, cost, tao: chain.earned(uid) })
        .collect()
}

pub(super) fn of(scenario: Scenario, setting: &Setting, cast: &Cast, chain: &Chain, rounds: u64) -> Report {
    let seats = seats(cast, chain);
    let mut lines: Vec<Line> = Vec::new();
    for seat in &seats {
        let known = lines.iter().position(|line| line.party == seat.party);
        let index = known.unwrap_or_else(|| {
            let (party, adversary) = (seat.party.to_owned(), !seat.honest);
            lines.push(Line { party, adversary, validators: 0, miners: 0, cost: 0.0, tao: 0.0 });
            lines.len() - 1
        });
        let line = &mut lines[index];
        *(if seat.validator { &mut line.validators } else { &mut line.miners }) += 1;
        line.cost += seat.cost;
        line.tao += seat.tao;
    }
    lines.sort_by_key(|line| !line.adversary);
    let (seed, tempos) = (setting.seed, setting.tempos);
    Report { scenario, seed, tempos, rounds, verdict: verdict(&seats), lines }
}

/// All seats in one role earn alike on average if all are honest; so each adversary's is compared with the honest ones
/// of its role.
fn verdict(seats: &[Seat<'_>]) -> Option<Verdict> {
    let adversaries: Vec<&Seat<'_>> = seats.iter().filter(|seat| !seat.honest).collect();
    if adversaries.is_empty() {
        return None;
    }
    let honest = |validator: bool| -> (f64, f64) {
        let peers: Vec<&Seat<'_>> = seats.iter().filter(|seat| seat.honest && seat.validator == validator).collect();
        let tao: f64 = peers.iter().map(|seat| seat.tao).sum();
        let cost: f64 = peers.iter().map(|seat| seat.cost).sum();
        (tao / (peers.len() as f64).max(1.0), tao / cost.max(1.0))
    };
    let earned: f64 = adversaries.iter().map(|seat| seat.tao).sum();
    let by_seat: f64 = adversaries.iter().map(|seat| honest(seat.validator).0).sum();
    let by_cost: f64 = adversaries.iter().map(|seat| honest(seat.validator).1 * seat.cost).sum();
    Some(Verdict { per_seat: earned / by_seat.max(1e-9), per_cost: earned / by_cost.max(1e-9) })
}

impl Report {
    /// Whether no adversary did as well as honest people in its seats; nor for what it spent, unless the scenario is one
    /// whose [limit](Scenario::limit) is known.
    pub fn honesty_pays(&self) -> bool {
        let cheap = self.scenario.limit().is_some();
        self.verdict.is_none_or(|verdict| verdict.per_seat < 1.0 && (cheap || verdict.per_cost < 1.0))
    }

    /// A table for documents, one row a scenario.
    pub fn markdown(reports: &[Self]) -> String {
        let mut text = String::from(
            "| scenario | adversary's seats | it earned, τ | per seat, of an honest one's | per cost, of honest people's |\n\
             |---|---|---|---|---|\n",
        );
        for report in reports {
            let Some(verdict) = report.verdict else { continue };
            let adversaries = || report.lines.iter().filter(|line| line.adversary);
            let seats: usize = adversaries().map(|line| line.validators + line.miners).sum();
            let tao: f64 = adversaries().map(|line| line.tao).sum();
            let (seat, cost) = (verdict.per_seat * 100.0, verdict.per_cost * 100.0);
            // Writing to a text doesn't fail.
            let _ = writeln!(text, "| {} | {seats} | {tao:.0} | {seat:.0} % | {cost:.0} % |", report.scenario.name());
        }
        text
    }
}
