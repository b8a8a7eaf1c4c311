//! Forecasters before a market of the past: what each gains over what everybody knows, and what it would be paid.
//!
//! Tasks, judge, book and weights are those of validators. Left out is the waiting, the network, and the chain; and the
//! baseline is taken once, from what was known at the beginning.

use std::time::Duration;

use ganglion_primitives::NeuronId;
use ganglion_subnet::findings::Findings;
use ganglion_subnet::weights::weights;
use ganglion_subnet::{Answer, Book, Dice, ScorePolicy, Seed};

use crate::baseline::{long_run, Yard};
use crate::history::{Archive, Past};
use crate::horizon::Horizon;
use crate::judge::Silence;
use crate::mechanism::Market;
use crate::models::{Ewma, Forecaster};
use crate::quantiles::Quantiles;
use crate::stage::{says, Bluff};
use crate::synapse::ForecastResponse;
use crate::task::{Task, Truth};

/// Rounds after which weights are set.
const TEMPO: u32 = 100;
/// Players answer one after the other, so long apart.
const LAG: Duration = Duration::from_millis(100);

/// Forecasts over all horizons of a round; `None` of somebody who says nothing.
pub type Said = Option<Vec<Quantiles>>;

/// What a player sees in a round.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What is known.
    pub past: &'a Past,
    /// What is asked, and what forecasts are held against.
    pub yards: &'a [Yard],
    /// What the players before it say in this round: by the commitments they would be hidden, but whoever answers users can
    /// be asked for the same.
    pub said: &'a [Said],
    /// What all players said in the round before.
    pub before: &'a [Said],
}

/// What a player says.
pub type Mind = Box<dyn Fn(&Scene<'_>) -> Said>;

/// Somebody who forecasts.
pub struct Player {
    name: String,
    mind: Mind,
}

impl Player {
    /// A player of any kind.
    pub fn new(name: &str, mind: impl Fn(&Scene<'_>) -> Said + 'static) -> Self {
        Self { name: name.to_owned(), mind: Box::new(mind) }
    }

    /// One that says what its model finds.
    pub fn honest(model: impl Forecaster) -> Self {
        let name = model.name().to_owned();
        Self::new(&name, move |scene| {
            scene.yards.iter().map(|yard| model.forecast(scene.past, yard.horizon).ok()).collect()
        })
    }

    /// One that bluffs.
    pub fn bluff(name: &str, bluff: Bluff) -> Self {
        let model = Ewma::default();
        Self::new(name, move |scene| {
            let bent = |yard: &Yard| bluff.bend(&model.forecast(scene.past, yard.horizon).ok()?, &yard.base);
            scene.yards.iter().map(bent).collect()
        })
    }

    /// One that says what the player at a place before it says.
    pub fn copier(name: &str, victim: usize) -> Self {
        Self::new(name, move |scene| scene.said.get(victim)?.clone())
    }

    /// One that says what another said in the round before.
    pub fn late_copier(name: &str, victim: usize) -> Self {
        Self::new(name, move |scene| scene.before.get(victim)?.clone())
    }
}

/// What became of a player.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Rounds in which it gave a forecast.
    pub rounds: u64,
    /// Its mean loss, in units of σ.
    pub loss: f64,
    /// By how much that is less than the baseline's.
    pub gain: f64,
    /// The gain over its standard error, as if rounds were independent.
    pub t: f64,
    /// Its share of the pay, 0 to 1: the mean of all tempos. What is missing to 1 would be burned.
    pub share: f64,
}

/// Sums over rounds.
#[derive(Clone, Debug, Default)]
struct Tally {
    rounds: u64,
    loss: f64,
    gain: f64,
    squares: f64,
    share: f64,
}

impl Tally {
    fn add(&mut self, loss: f64, gain: f64) {
        self.rounds += 1;
        self.loss += loss;
        self.gain += gain;
        self.squares += gain * gain;
    }

    fn line(&self, name: &str, tempos: u32) -> Line {
        let n = self.rounds.max(1) as f64;
        let gain = self.gain / n;
        let error = ((self.squares / n - gain * gain).max(0.0) / n).sqrt();
        Line {
            name: name.to_owned(),
            rounds: self.rounds,
            loss: self.loss / n,
            gain,
            t: if error > 0.0 { gain / error } else { 0.0 },
            share: self.share / f64::from(tempos.max(1)),
        }
    }
}

/// Plays a market from the first moment (seconds since 1970) up to the last, in rounds that follow each other without
/// overlapping. A round without a price that it needs is left out. `None` if too little is known at the beginning.
pub fn play(
    market: &Archive,
    (from, until): (u64, u64),
    horizons: &[Horizon],
    players: &[Player],
    policy: &ScorePolicy,
) -> Option<Vec<Line>> {
    Some(table(market, (from, until), horizons, players, policy)?.lines())
}

/// The table after the last round.
fn table<'a>(
    market: &Archive,
    (from, until): (u64, u64),
    horizons: &[Horizon],
    players: &'a [Player],
    policy: &'a ScorePolicy,
) -> Option<Table<'a>> {
    let known = market.past(from);
    let base = |horizon: &Horizon| Some((*horizon, long_run(&known, *horizon)?));
    let bases: Vec<(Horizon, Quantiles)> = horizons.iter().map(base).collect::<Option<_>>()?;
    let length = horizons.iter().map(|horizon| u64::from(horizon.as_secs())).max()?;
    let mut table = Table::new(players, policy);
    let mut at = from;
    while let Some(end) = at.checked_add(length).filter(|end| *end <= until) {
        if let Some(task) = task(market, at, &bases) {
            table.round(&task);
        }
        at = end;
    }
    Some(table)
}

/// The question at a moment, with its truth.
fn task(market: &Archive, at: u64, bases: &[(Horizon, Quantiles)]) -> Option<Task> {
    let past = market.past(at);
    let yards: Option<Vec<Yard>> = bases.iter().map(|(horizon, base)| Yard::with(&past, *horizon, *base)).collect();
    let returns: Option<Vec<f64>> = bases.iter().map(|(horizon, _)| market.outcome(at, *horizon)).collect();
    Some(Task { past: Some(past), yards: yards?, outcomes: 0, truth: Truth::Returns(returns?) })
}

/// A rehearsal under way.
struct Table<'a> {
    players: &'a [Player],
    policy: &'a ScorePolicy,
    subnet: Market,
    book: Book,
    dice: Dice,
    before: Vec<Said>,
    tallies: Vec<Tally>,
    rounds: u32,
    tempos: u32,
}

impl<'a> Table<'a> {
    fn new(players: &'a [Player], policy: &'a ScorePolicy) -> Self {
        Self {
            players,
            policy,
            subnet: Market::sandbox().with_silence(Silence::Percentile),
            book: Book::new(&[0; 32], 8),
            dice: Seed([8; 32]).dice(),
            before: vec![None; players.len()],
            tallies: vec![Tally::default(); players.len()],
            rounds: 0,
            tempos: 0,
        }
    }

    fn round(&mut self, task: &Task) {
        let Some(said) = self.said(task) else { return };
        let mut answers: Vec<Answer<ForecastResponse>> = Vec::new();
        let mut asked = Vec::new();
        let mut elapsed = Duration::ZERO;
        for (forecasts, neuron) in said.iter().zip(ids()) {
            elapsed += LAG;
            asked.push((neuron, if forecasts.is_some() { "answered" } else { "timeout" }));
            if let Some(forecasts) = forecasts {
                answers.push(Answer { neuron, response: says(forecasts), elapsed, first: elapsed });
            }
        }
        let findings = Findings::of(&self.subnet, task, &asked, &answers);
        self.book.enter_round(&findings, self.rounds, &mut self.dice, self.policy);
        for (tally, miner) in self.tallies.iter_mut().zip(&findings.miners) {
            let part = |name: &str| miner.score.parts.get(name).copied();
            if let (Some(loss), Some(gain)) = (part("loss"), part("gain")) {
                tally.add(loss, gain);
            }
        }
        self.before = said;
        self.rounds = self.rounds.saturating_add(1);
        if self.rounds.is_multiple_of(TEMPO) {
            self.pay();
        }
    }

    /// What everybody says, one after the other.
    fn said(&self, task: &Task) -> Option<Vec<Said>> {
        let past = task.past.as_ref()?;
        let mut said = Vec::with_capacity(self.players.len());
        for player in self.players {
            let one = (player.mind)(&Scene { past, yards: &task.yards, said: &said, before: &self.before });
            said.push(one);
        }
        Some(said)
    }

    fn pay(&mut self) {
        self.tempos = self.tempos.saturating_add(1);
        let present: Vec<NeuronId> = ids().take(self.players.len()).collect();
        let paid = weights(&self.book, &present, self.policy);
        let all: f64 = paid.iter().map(|(_, weight)| f64::from(*weight)).sum();
        for (tally, neuron) in self.tallies.iter_mut().zip(ids()) {
            let own = paid.iter().find(|(paid, _)| *paid == neuron).map_or(0.0, |(_, weight)| f64::from(*weight));
            tally.share += own / all.max(1.0);
        }
    }

    fn lines(&self) -> Vec<Line> {
        let line = |(player, tally): (&Player, &Tally)| tally.line(&player.name, self.tempos);
        self.players.iter().zip(&self.tallies).map(line).collect()
    }
}

/// The players' seats, in their order.
fn ids() -> impl Iterator<Item = NeuronId> {
    (0u64..).map(NeuronId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Quote;
    use crate::horizon::Asset;
    use crate::models::tests::hours;
    use crate::models::{Garch, Regression};
    use crate::policy::policy;

    const HOUR: u64 = 3_600;
    const START: u64 = 1_500 * HOUR;
    const END: u64 = 4_000 * HOUR;

    fn market() -> Archive {
        hours(4_000, 20.0, 60.0, 8)
    }

    fn honest() -> Vec<Player> {
        vec![Player::honest(Ewma::default()), Player::honest(Regression::default())]
    }

    fn bluffs() -> Vec<Player> {
        vec![
            Player::bluff("point", Bluff::Point),
            Player::bluff("over-confident", Bluff::OverConfident),
            Player::bluff("padded", Bluff::Padded),
            Player::bluff("baseline", Bluff::Baseline),
        ]
    }

    fn played(market: &Archive, players: Vec<Player>, until: u64) -> Vec<Line> {
        let hour = [Horizon::seconds(3_600).expect("an hour")];
        play(market, (START, until), &hour, &players, &policy()).expect("enough is known")
    }

    fn of<'a>(lines: &'a [Line], name: &str) -> &'a Line {
        lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("{name}: {lines:?}"))
    }

    #[test]
    fn honest_forecasters_gain_and_bluffs_earn_less() {
        let lines = played(&market(), honest().into_iter().chain(bluffs()).collect(), END);
        for name in ["ewma", "regression"] {
            assert!(of(&lines, name).rounds == 2_500 && of(&lines, name).t > 4.0, "{lines:?}");
        }
        let best = of(&lines, "ewma");
        for name in ["point", "over-confident", "padded", "baseline"] {
            let bluff = of(&lines, name);
            assert!(bluff.gain < best.gain - 0.01 && bluff.share < 0.8 * best.share, "{name}: {lines:?}");
        }
        assert!(of(&lines, "baseline").gain.abs() < 1e-3 && of(&lines, "baseline").share == 0.0, "{lines:?}");
        assert!(of(&lines, "point").share == 0.0, "{lines:?}");
    }

    /// What the same forecaster adds to the others when its forecasts are so many times as wide, bits a round.
    fn added(market: &Archive, width: f64) -> f64 {
        let bent = Player::new("bent", move |scene| {
            let bend = |yard: &Yard| Ewma::default().forecast(scene.past, yard.horizon).ok()?.stretched(width).ok();
            scene.yards.iter().map(bend).collect()
        });
        let players: Vec<Player> = honest().into_iter().chain([bent]).collect();
        // Seats by themselves, since at its own width it is the first player once more; and a mean of all rounds.
        let policy = ScorePolicy { alpha: 1e-6, clones: None, ..policy() };
        let hour = [Horizon::seconds(3_600).expect("an hour")];
        let table = table(market, (START, END), &hour, &players, &policy).expect("enough is known");
        let known = table.book.information(NeuronId(2)).expect("it was asked");
        assert_eq!(known.marginal.count, 2_500, "every round counts");
        known.marginal.mean
    }

    /// By another program at least 0.27, 0.09 and 0.07 bits less in each of six such markets, which are eighteen, twelve and
    /// six standard errors.
    #[test]
    fn honest_forecasts_add_more_than_narrower_and_wider_ones() {
        let market = market();
        let honest = added(&market, 1.0);
        for width in [0.5, 0.7, 2.0] {
            let bent = added(&market, width);
            assert!(bent < honest - 0.03, "{width}: {bent} instead of {honest}");
        }
    }

    #[test]
    fn copies_and_clones_earn_one_share_together() {
        let alone = played(&market(), honest().into_iter().chain(bluffs()).collect(), END);
        let crowd = [Player::copier("copier", 1), Player::copier("clone", 0), Player::copier("clone", 0)];
        let lines = played(&market(), honest().into_iter().chain(bluffs()).chain(crowd).collect(), END);
        let share = |lines: &[Line], names: &[&str]| -> f64 {
            lines.iter().filter(|line| names.contains(&line.name.as_str())).map(|line| line.share).sum()
        };
        // In the first tempo it isn't known yet who is whose clone.
        let farm = share(&lines, &["ewma", "clone"]);
        assert!(farm < share(&alone, &["ewma"]) + 0.05, "{farm} {alone:?} {lines:?}");
        let (copier, victim) = (of(&lines, "copier").share, of(&lines, "regression").share);
        assert!(copier < 0.25 * victim, "{lines:?}");
        assert!(copier + victim < share(&alone, &["regression"]) + 0.05, "{alone:?} {lines:?}");
    }

    #[test]
    fn who_copies_a_round_late_loses_more() {
        let players = honest().into_iter().chain([Player::late_copier("late", 0)]).collect();
        let lines = played(&market(), players, END);
        assert!(of(&lines, "late").loss > of(&lines, "ewma").loss && of(&lines, "late").rounds == 2_499, "{lines:?}");
    }

    /// Whatever comes after the end of a rehearsal, and be it absurd, changes nothing in it: no forecast, no loss, no pay.
    #[test]
    fn a_poisoned_future_changes_no_result() {
        let (clean, end) = (market(), 2_000 * HOUR);
        let cast = || {
            let models = [Player::honest(Ewma::default()), Player::honest(Regression::default())];
            models.into_iter().chain([Player::honest(Garch::default())]).chain(bluffs()).collect::<Vec<Player>>()
        };
        let right = played(&clean, cast(), end);
        assert!(right.iter().all(|line| line.rounds == 500), "{right:?}");
        for poison in [1e-9, 1e12] {
            let later = (2_001..4_000).map(|hour| Quote { time: hour * HOUR, price: poison });
            let quotes = clean.past(end).quotes().iter().copied().chain(later).collect();
            let poisoned = Archive::new(Asset::btc(), 3_600, quotes).expect("an archive");
            assert_eq!(played(&poisoned, cast(), end), right);
            // An hour later it is an outcome, and seen.
            assert_ne!(played(&poisoned, cast(), end + HOUR), played(&clean, cast(), end + HOUR));
        }
    }
}
