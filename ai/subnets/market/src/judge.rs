//! What answers are worth once the truth is known.

use ganglion_subnet::{Answer, Score};

use crate::baseline::Yard;
use crate::event::Probabilities;
use crate::loss::{evidence, pinball};
use crate::quantiles::Quantiles;
use crate::synapse::{ForecastResponse, Told};
use crate::task::{Settled, Task};

/// The score of the baseline itself: what [`ScorePolicy::baseline`](ganglion_subnet::ScorePolicy) should be.
pub const BASE: f64 = 0.5;
/// Gains beyond this, either way, in units of σ, count as so much: no single round decides. Beyond it the score isn't proper
/// any more, so it lies where hardly a round comes: on hourly bitcoin one in five hundred. At 1 it would be one in forty, and
/// a twenty-fifth of what honest forecasters gain would be cut.
const MOST_GAIN: f64 = 2.0;
/// The same of events, in nats. With the floor under probabilities no gain comes so far: it is at most ln 32 and at least
/// ln 2 + ln 0.005.
const MOST_NATS: f64 = 5.0;
/// Forecasts that are closer than this, in units of σ, are the same.
const SAME: f64 = 0.02;
/// By so much more distance, in units of σ, forecasts are half as alike.
const HALF: f64 = 0.01;
/// The part of the others' losses that silence is above.
const WORST: f64 = 0.9;

/// What somebody gets who was asked and gave no forecast: none in time, or none that makes sense.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Silence {
    /// The worst score there is.
    #[default]
    Nothing,
    /// The loss that nine tenths of the others' stay below (Synth's rule), and no less than the baseline's: among good
    /// forecasters nine tenths gain, and who says nothing must not gain with them. Without others, the baseline's: then it
    /// was likely the validator that nobody could hear.
    Percentile,
}

/// A forecast over all horizons, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// The mean over the horizons of the loss, in units of σ.
    pub loss: f64,
    /// By how much it is less than the baseline's: the information, in units of σ.
    pub gain: f64,
    /// The geometric mean of the probabilities given to where the outcomes fell.
    pub probability: f64,
    /// The same of the baseline's.
    pub baseline: f64,
}

impl Gain {
    /// Of `forecasts`, one for each yard, when the returns (basis points) are known. `None` without a yard.
    pub fn of(yards: &[Yard], forecasts: &[Quantiles], returns: &[f64]) -> Option<Self> {
        let count = yards.len().min(forecasts.len()).min(returns.len());
        if count == 0 {
            return None;
        }
        let (mut loss, mut gain, mut own, mut public) = (0.0, 0.0, 0.0, 0.0);
        for ((yard, forecast), outcome) in yards.iter().zip(forecasts).zip(returns) {
            let cost = pinball(forecast, *outcome) / yard.sigma;
            loss += cost;
            gain += pinball(&yard.base, *outcome) / yard.sigma - cost;
            let (probability, baseline) = evidence(forecast, &yard.base, *outcome);
            own += probability.max(ganglion_subnet::scoring::bits::FLOOR).ln();
            public += baseline.ln();
        }
        let n = count as f64;
        Some(Self { loss: loss / n, gain: gain / n, probability: (own / n).exp(), baseline: (public / n).exp() })
    }

    /// The gain as a score, 0 to 1: a half for the baseline, and straight in between, since only straight lines leave a
    /// proper score proper.
    pub fn score(&self) -> Score {
        let parts = [("loss", self.loss), ("gain", self.gain), ("bits", (self.probability / self.baseline).log2())];
        Score::new(value(self.gain, MOST_GAIN), &parts).with_probability(self.probability, self.baseline)
    }
}

fn value(gain: f64, most: f64) -> f64 {
    BASE + (1.0 - BASE) * (gain / most).clamp(-1.0, 1.0)
}

/// Scores all answers to one task.
pub(crate) fn judge_all(task: &Task, answers: &[Answer<ForecastResponse>], silence: Silence) -> Vec<Score> {
    let Some(settled) = task.settled() else { return answers.iter().map(|_| Score::zero("unsettled")).collect() };
    let judged: Vec<Option<Score>> =
        answers.iter().map(|answer| judge(task, &settled, answer.response.forecast.as_ref())).collect();
    let sensible: Vec<Score> = judged.iter().flatten().cloned().collect();
    let value = absent(task, &sensible, silence).map_or(0.0, |score| score.value);
    // Who says nothing sensible gave the truth no chance.
    let none = Score::new(value, &[("no_forecast", 0.0)]).with_probability(0.0, public(task, &settled));
    judged.into_iter().map(|score| score.unwrap_or_else(|| none.clone())).collect()
}

/// `None` if that is no forecast of what was asked.
fn judge(task: &Task, settled: &Settled, told: Option<&Told>) -> Option<Score> {
    match settled {
        Settled::Returns(returns) => {
            let forecasts = told?.as_returns(task.yards.len())?;
            Gain::of(&task.yards, &forecasts, returns).map(|gain| gain.score())
        }
        Settled::Outcome(outcome) => Some(event(&told?.as_event(task.outcomes)?, *outcome, even(task))),
    }
}

/// What silence is worth beside these scores; `None` if nothing.
pub(crate) fn absent(task: &Task, scores: &[Score], silence: Silence) -> Option<Score> {
    if silence == Silence::Nothing {
        return None;
    }
    let part = |score: &Score, name: &str| score.parts.get(name).copied();
    let mut losses: Vec<f64> = scores.iter().filter_map(|score| part(score, "loss")).collect();
    losses.sort_by(f64::total_cmp);
    // Everybody's loss and gain add up to the baseline's loss.
    let base = scores.iter().find_map(|score| Some(part(score, "loss")? + part(score, "gain")?));
    let gain = match (base, quantile(&losses, WORST)) {
        (Some(base), Some(worst)) => (base - worst).min(0.0),
        _ => 0.0,
    };
    let most = if task.yards.is_empty() { MOST_NATS } else { MOST_GAIN };
    Some(Score::new(value(gain, most), &[("gain", gain)]))
}

/// The quantile of ascending numbers, linear between them (type 7 of Hyndman and Fan); `None` of nothing.
fn quantile(sorted: &[f64], level: f64) -> Option<f64> {
    let place = level * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let (low, high) = (sorted.get(below)?, sorted.get(above)?);
    Some(low + (place - place.floor()) * (high - low))
}

/// The probability that everybody's knowledge gave to the truth.
fn public(task: &Task, settled: &Settled) -> f64 {
    let Settled::Returns(returns) = settled else { return even(task) };
    let bases: Vec<Quantiles> = task.yards.iter().map(|yard| yard.base).collect();
    Gain::of(&task.yards, &bases, returns).map_or(1.0, |base| base.baseline)
}

/// The probability of each outcome of an event for somebody who knows nothing.
fn even(task: &Task) -> f64 {
    1.0 / task.outcomes.max(2) as f64
}

/// The gain over a forecast that knows nothing.
fn event(found: &Probabilities, outcome: usize, even: f64) -> Score {
    let (loss, probability) = (found.loss(outcome), found.of(outcome));
    let gain = -even.ln() - loss;
    let parts = [("loss", loss), ("gain", gain)];
    Score::new(value(gain, MOST_NATS), &parts).with_probability(probability, even)
}

/// How alike two forecasts are, 0 to 1: 1 up to a mean distance of 0.02 σ, then halved with each further 0.01. Not a step: a
/// clone would stay just beyond it.
pub(crate) fn likeness(task: &Task, a: &ForecastResponse, b: &ForecastResponse) -> f64 {
    let (Some(a), Some(b)) = (&a.forecast, &b.forecast) else { return 0.0 };
    match distance(task, a, b) {
        Some(distance) => (-(distance - SAME).max(0.0) / HALF).exp2(),
        None => 0.0,
    }
}

fn distance(task: &Task, a: &Told, b: &Told) -> Option<f64> {
    if task.yards.is_empty() {
        return Some(a.as_event(task.outcomes)?.distance(&b.as_event(task.outcomes)?));
    }
    let (a, b) = (a.as_returns(task.yards.len())?, b.as_returns(task.yards.len())?);
    let apart = |((yard, a), b): ((&Yard, &Quantiles), &Quantiles)| a.distance(b) / yard.sigma;
    Some(task.yards.iter().zip(&a).zip(&b).map(apart).sum::<f64>() / task.yards.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::horizon::Horizon;
    use crate::task::Truth;
    use ganglion_primitives::NeuronId;
    use std::time::Duration;

    fn ladder(width: f64) -> Quantiles {
        Quantiles::from_fn(|level| width * (2.0 * level - 1.0)).expect("a forecast")
    }

    fn task(outcome: f64) -> Task {
        let yard = Yard { horizon: Horizon::seconds(300).expect("fine"), sigma: 10.0, base: ladder(20.0) };
        Task { past: None, yards: vec![yard], outcomes: 0, truth: Truth::Returns(vec![outcome]) }
    }

    fn answer(forecast: Option<Told>) -> Answer<ForecastResponse> {
        let response = ForecastResponse { forecast, ..ForecastResponse::default() };
        Answer { neuron: NeuronId(1), response, elapsed: Duration::ZERO, first: Duration::ZERO }
    }

    fn judged(task: &Task, answers: &[Answer<ForecastResponse>]) -> Vec<Score> {
        judge_all(task, answers, Silence::Nothing)
    }

    #[test]
    fn scores_done_by_hand() {
        let task = task(0.0);
        let said = |width: f64| answer(Some(Told::returns(&[ladder(width)])));
        let scores = judged(&task, &[said(20.0), said(10.0), said(40.0), said(0.0)]);
        // A ladder of ten costs 33/19 at its middle; all in units of ten: gains of ±0.1737, and 0.3474 for a point.
        let unit = 33.0 / 190.0;
        for (score, gain) in scores.iter().zip([0.0, unit, -2.0 * unit, 2.0 * unit]) {
            assert!((score.value - (0.5 + gain / 4.0)).abs() < 1e-3, "{score:?} {gain}");
            assert!((score.parts["gain"] - gain).abs() < 1e-3);
        }
        let given: Vec<f64> = scores.iter().filter_map(|score| score.evidence?.probability).collect();
        // The outcome lies at the upper edge of the baseline's tenth share.
        for (given, right) in given.iter().zip([0.05, 0.1, 0.025, 1.0]) {
            assert!((given - right).abs() < 1e-3, "{given} {right}");
        }
    }

    #[test]
    fn bad_answers_are_worth_nothing_and_harm_nobody() {
        let task = task(3.0);
        let good = answer(Some(Told::returns(&[ladder(15.0)])));
        let bad = [
            None,
            Some(Told::Returns { quantiles: vec![vec![0; 18]] }),
            Some(Told::Returns { quantiles: vec![(0..19).rev().collect()] }),
            Some(Told::Returns { quantiles: vec![vec![i32::MIN; 19]] }),
            Some(Told::Returns { quantiles: vec![vec![0; 19]; 2] }),
            Some(Told::Event { probabilities: vec![500_000, 500_000] }),
        ];
        let answers: Vec<_> = std::iter::once(good.clone()).chain(bad.into_iter().map(answer)).collect();
        let scores = judged(&task, &answers);
        assert_eq!(scores[0], judged(&task, &[good])[0]);
        assert!(scores[0].value > 0.5);
        for score in &scores[1..] {
            assert_eq!((score.value, score.evidence.and_then(|e| e.probability)), (0.0, Some(0.0)), "{score:?}");
        }
        assert_eq!(judged(&Task::void(), &answers).iter().map(|score| score.value).sum::<f64>(), 0.0);
    }

    /// Ten losses: the ninetieth percentile lies a tenth of the way from the ninth to the tenth.
    #[test]
    fn silence_costs_what_nine_tenths_stay_below() {
        let task = task(0.0);
        let said = |width: f64| answer(Some(Told::returns(&[ladder(width)])));
        let unit = 33.0 / 190.0;
        let wide: Vec<_> = (3..13u8).map(|width| said(10.0 * f64::from(width))).collect();
        let gain = |scores: &[Score]| absent(&task, scores, Silence::Percentile).expect("a score").parts["gain"];
        // The baseline is as wide as twenty: losses of three to twelve units, less its two.
        let scores = judged(&task, &wide);
        assert!((gain(&scores) - (2.0 - 11.1) * unit).abs() < 1e-2, "{}", gain(&scores));
        // Among good forecasters, who all gain, silence doesn't gain with them.
        let good = judged(&task, &[said(10.0), said(11.0), said(12.0)]);
        assert!(good.iter().all(|score| score.value > BASE) && gain(&good) == 0.0);
        assert_eq!((gain(&[]), absent(&task, &good, Silence::Nothing)), (0.0, None));
        // Nonsense is no better than silence.
        let answers: Vec<_> = wide.into_iter().chain([answer(None)]).collect();
        let scores = judge_all(&task, &answers, Silence::Percentile);
        let silent = absent(&task, &scores[..10], Silence::Percentile).expect("a score");
        assert_eq!(scores[10].value, silent.value);
        assert!(scores[10].evidence.is_some_and(|evidence| evidence.probability == Some(0.0)));
        assert_eq!((quantile(&[], 0.9), quantile(&[3.0], 0.9)), (None, Some(3.0)));
    }

    #[test]
    fn no_gain_counts_for_more_than_two_sigmas() {
        let far = |width: f64, outcome: f64| {
            judged(&task(outcome), &[answer(Some(Told::returns(&[ladder(width)])))])[0].value
        };
        assert_eq!((far(10_000.0, 0.0), far(200.0, 5_000.0)), (0.0, 1.0));
    }

    #[test]
    fn copies_are_alike_and_strangers_are_not() {
        let task = task(0.0);
        let of = |width: f64| answer(Some(Told::returns(&[ladder(width)]))).response;
        assert_eq!(likeness(&task, &of(20.0), &of(20.0)), 1.0);
        // Half of the width's difference is the mean distance: 0.2 of ten is σ/50.
        assert!(likeness(&task, &of(20.0), &of(20.3)) > 0.99);
        let stranger = likeness(&task, &of(20.0), &of(24.0));
        assert!(stranger < 0.05, "{stranger}");
        assert_eq!(likeness(&task, &of(20.0), &ForecastResponse::default()), 0.0);
    }

    #[test]
    fn events_are_scored_in_nats_over_knowing_nothing() {
        let found = Probabilities::new(&[0.8, 0.2]).expect("probabilities");
        let (right, wrong) = (event(&found, 0, 0.5), event(&found, 1, 0.5));
        assert!((right.value - (0.5 + 1.6f64.ln() / 10.0)).abs() < 1e-9);
        assert!((wrong.value - (0.5 + 0.4f64.ln() / 10.0)).abs() < 1e-9);
        assert_eq!(event(&Probabilities::equal(2).expect("even"), 0, 0.5).value, 0.5);
    }
}
