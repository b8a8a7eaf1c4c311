//! `ganglion simulate`: who earns what when not everybody is honest.

mod progress;

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;
use ganglion_subnet::simulator::{self, Line, Progress, Report, Scenario, Setting};
use ganglion_subnet::ScorePolicy;
use ganglion_subnet_image::stage::{Ignorance, ImageStage};
use ganglion_subnet_market::{policy, MarketStage};
use ganglion_subnet_text::TextStage;
use schemars::JsonSchema;
use serde::Serialize;

use self::progress::Watch;
use super::{show, table, Page};
use crate::cli::{SimulateArgs, Simulated};
use crate::output;

/// What one party earned.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PartyRow {
    /// Whose seats.
    pub party: String,
    /// Whether it is an adversary.
    pub adversary: bool,
    /// Its seats as a validator.
    pub validators: u32,
    /// Its seats as a miner.
    pub miners: u32,
    /// What it spent: 1 for each seat, each model that runs, each validator that asks.
    pub cost: f64,
    /// What it earned, TAO.
    pub earned_tao: f64,
    /// That, for each seat.
    pub per_seat_tao: f64,
    /// That, for each unit of cost.
    pub per_cost_tao: f64,
}

/// One scenario.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScenarioPage {
    /// Its name.
    pub scenario: String,
    /// Rounds of all validators together.
    pub rounds: u64,
    /// Who took part, adversaries first.
    pub parties: Vec<PartyRow>,
    /// The adversary's pay as a part of what its seats earn on average in honest hands; `null` without adversary.
    pub adversary_per_seat: Option<f64>,
    /// The adversary's pay for its cost as a part of what honest people have for theirs; `null` without adversary.
    pub adversary_per_cost: Option<f64>,
}

/// `ganglion simulate`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SimulationPage {
    /// The subnet.
    pub subnet: String,
    /// The seed.
    pub seed: u64,
    /// Tempos of each scenario.
    pub tempos: u32,
    /// What came of it.
    pub scenarios: Vec<ScenarioPage>,
    /// Rounds of all scenarios together.
    pub rounds: u64,
    /// How long they took, seconds. This and the next are all that doesn't follow from the seed.
    pub seconds: f64,
    /// Rounds a second: several scenarios run side by side, one on each core.
    pub rounds_per_second: f64,
}

fn count(seats: usize) -> u32 {
    u32::try_from(seats).unwrap_or(u32::MAX)
}

impl PartyRow {
    fn new(line: &Line) -> Self {
        let seats = (line.validators + line.miners).max(1);
        Self {
            party: line.party.clone(),
            adversary: line.adversary,
            validators: count(line.validators),
            miners: count(line.miners),
            cost: line.cost,
            earned_tao: line.tao,
            per_seat_tao: line.tao / seats as f64,
            per_cost_tao: line.tao / line.cost.max(1.0),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            if self.adversary { format!("{} (adversary)", self.party) } else { self.party.clone() },
            self.validators.to_string(),
            self.miners.to_string(),
            format!("{:.1}", self.cost),
            format!("{:.1}", self.earned_tao),
            format!("{:.1}", self.per_seat_tao),
            format!("{:.1}", self.per_cost_tao),
        ]
    }
}

impl ScenarioPage {
    fn new(report: &Report) -> Self {
        Self {
            scenario: report.scenario.name().into(),
            rounds: report.rounds,
            parties: report.lines.iter().map(PartyRow::new).collect(),
            adversary_per_seat: report.verdict.map(|verdict| verdict.per_seat),
            adversary_per_cost: report.verdict.map(|verdict| verdict.per_cost),
        }
    }

    fn text(&self) -> String {
        let headings = ["PARTY", "VALIDATORS", "MINERS", "COST", "EARNED τ", "τ/SEAT", "τ/COST"];
        let rows = self.parties.iter().map(PartyRow::cells);
        let parties = table::table(&headings, &[1, 2, 3, 4, 5, 6], rows);
        let verdict = match self.adversary_per_seat {
            None => "Nobody but honest people".to_owned(),
            Some(part) => format!("The adversary earned {:.0} % of what honest people earn in its seats", part * 100.0),
        };
        format!("{}: {} rounds\n{parties}\n{verdict}{}", self.scenario, self.rounds, self.limit())
    }

    /// Why it earned more for its cost than honest people, if it did and that is known.
    fn limit(&self) -> String {
        let part = self.adversary_per_cost.filter(|part| *part >= 1.0);
        let reason = Scenario::named(&self.scenario).and_then(Scenario::limit);
        part.zip(reason)
            .map(|(part, reason)| format!(", and {:.0} % for its cost: {reason}", part * 100.0))
            .unwrap_or_default()
    }
}

impl SimulationPage {
    fn new(subnet: String, args: &SimulateArgs, reports: &[Report], took: Duration) -> Self {
        let rounds: u64 = reports.iter().map(|report| report.rounds).sum();
        let seconds = took.as_secs_f64();
        Self {
            subnet,
            seed: args.seed,
            tempos: args.tempos,
            scenarios: reports.iter().map(ScenarioPage::new).collect(),
            rounds,
            seconds,
            // What takes no time at all has no speed.
            rounds_per_second: rounds as f64 / seconds.max(1e-6),
        }
    }

    /// How fast it was, for stderr: what follows from the seed alone is on stdout.
    fn speed(&self) -> String {
        let Self { subnet, rounds, seconds, rounds_per_second, .. } = self;
        format!("{subnet}: {rounds} rounds in {seconds:.1} s, {rounds_per_second:.0} rounds a second")
    }
}

impl Page for SimulationPage {
    fn text(&self) -> String {
        self.scenarios.iter().map(ScenarioPage::text).collect::<Vec<_>>().join("\n\n")
    }
}

/// How one scenario runs. It is told how far it is.
type Run = Box<dyn Fn(Scenario, &Setting, &mut dyn FnMut(Progress)) -> Report + Sync>;

/// A subnet's name, and how its scenarios run. Its judges have seen nothing before.
fn subnet(subnet: Simulated) -> (String, Run) {
    let name = subnet.to_possible_value().map(|value| value.get_name().to_owned());
    let run: Run = match subnet {
        Simulated::Text => {
            Box::new(|scenario, setting, watch| simulator::run_watched(&TextStage, scenario, setting, watch))
        }
        Simulated::Market => {
            let stage = MarketStage::default();
            Box::new(move |scenario, setting, watch| simulator::run_watched(&stage.beside(), scenario, setting, watch))
        }
        Simulated::Image => Box::new(|scenario, setting, watch| {
            simulator::run_watched(&ImageStage::with(Ignorance::WrongColours), scenario, setting, watch)
        }),
    };
    (name.unwrap_or_default(), run)
}

/// Runs scenarios side by side, as many at once as there are cores. Each follows from its seed alone, so that the order in
/// which they end changes nothing; the reports are in the order of `chosen`.
fn all(run: &Run, chosen: &[Scenario], setting: &Setting) -> Vec<Report> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(chosen.len())));
    let watch = Watch::new(chosen.len());
    let work = || loop {
        let place = next.fetch_add(1, Ordering::Relaxed);
        let Some(scenario) = chosen.get(place) else { return };
        let report = run(*scenario, setting, &mut |progress| watch.tell(place, progress));
        found.lock().unwrap_or_else(PoisonError::into_inner).push((place, report));
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 1..cores.min(chosen.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, report)| report).collect()
}

/// How a subnet's scores become pay in a run of some thousand rounds.
fn pay(subnet: Simulated) -> ScorePolicy {
    match subnet {
        Simulated::Text => Setting::default().policy,
        Simulated::Image => ganglion_subnet_image::policy::policy(),
        Simulated::Market => ScorePolicy { alpha: 0.01, ..policy::policy() },
    }
}

/// Runs one scenario or all.
///
/// # Errors
/// Stdout can't be written to.
pub fn run(args: &SimulateArgs) -> Result<()> {
    let (subnet, run) = subnet(args.subnet);
    let setting = Setting {
        seed: args.seed,
        tempos: args.tempos,
        rounds: args.rounds(),
        sample: usize::from(args.sample),
        policy: pay(args.subnet),
    };
    let chosen = args.scenario.map_or_else(|| Scenario::ALL.to_vec(), |scenario| vec![scenario]);
    let begun = Instant::now();
    let reports = all(&run, &chosen, &setting);
    let page = SimulationPage::new(subnet, args, &reports, begun.elapsed());
    show(&page, args.json)?;
    output::talk(&page.speed());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred};
    use clap::Parser;

    /// Side by side, and one after the other with nothing kept between them.
    #[test]
    fn scenarios_side_by_side_end_as_they_do_alone() {
        let setting = Setting { tempos: 2, rounds: 20, policy: pay(Simulated::Market), ..Setting::default() };
        let chosen = [Scenario::Honest, Scenario::Parrot, Scenario::Clones];
        let (name, run) = subnet(Simulated::Market);
        let alone = chosen.map(|scenario| simulator::run(&MarketStage::default(), scenario, &setting));
        assert_eq!((name.as_str(), all(&run, &chosen, &setting)), ("market", alone.to_vec()));
        assert!(all(&run, &[], &setting).is_empty());
    }

    #[test]
    fn the_speed_is_that_of_all_scenarios_together() {
        let line = ["ganglion", "simulate", "market", "--tempos", "3"];
        let Command::Simulate(Deferred(args)) = Cli::parse_from(line).command else { panic!("not a simulation") };
        let report = |rounds: u64| {
            let (scenario, seed, tempos) = (Scenario::Honest, args.seed, args.tempos);
            Report { scenario, seed, tempos, rounds, lines: Vec::new(), verdict: None }
        };
        let page = SimulationPage::new("market".into(), &args, &[report(300), report(100)], Duration::from_secs(8));
        assert_eq!((page.rounds, page.seconds, page.rounds_per_second), (400, 8.0, 50.0));
        assert_eq!(page.speed(), "market: 400 rounds in 8.0 s, 50 rounds a second");
        // Nothing in no time is no number that JSON couldn't write.
        let page = SimulationPage::new("market".into(), &args, &[], Duration::ZERO);
        assert_eq!((page.rounds, page.rounds_per_second), (0, 0.0));
    }
}
