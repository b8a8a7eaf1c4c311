//! Who says what it believes adds most to the others. In a small world whose moves everybody knows as well as they can be
//! known, an honest forecaster's marginal bits are, by far more than luck, above those of the same forecaster with a
//! narrower or wider forecast of the same moves.
//!
//! The book is a validator's own, the forecasts are logistic distributions: their probabilities have a closed form.

use ganglion_primitives::NeuronId;
use ganglion_subnet::findings::{Finding, Findings};
use ganglion_subnet::{Book, Dice, Score, ScorePolicy, Seed};

/// Rounds of a run. By another program, each of the differences below is at least twelve of its standard errors then.
const ROUNDS: usize = 8_000;
/// How far a move goes: each scale is as likely as the others, and known before the move.
const SCALES: [f64; 3] = [0.5, 1.0, 2.0];
/// The places where a move may end lie between so many edges, and beyond them.
const EDGES: usize = 19;
/// The outermost edges, either way.
const FARTHEST: f64 = 6.0;
/// By how many standard errors a mean must be above nothing.
const SURE: f64 = 5.0;

/// A forecast: of a width that is a part of the honest one's, or what everybody knows.
type Width = Option<f64>;

/// An honest forecaster.
const HONEST: Width = Some(1.0);

fn edge(index: usize) -> f64 {
    FARTHEST * (2.0 * index as f64 / (EDGES - 1) as f64 - 1.0)
}

/// The probability that a move of this scale is at most `size`.
fn cdf(size: f64, scale: f64) -> f64 {
    1.0 / (1.0 + (-size / scale).exp())
}

/// What happened in a round.
struct Move {
    scale: f64,
    /// How many edges it went beyond.
    place: usize,
}

impl Move {
    fn draw(dice: &mut Dice) -> Self {
        let scale = *dice.pick(&SCALES);
        let parts = 1u64 << 50;
        let level = (dice.below(parts) as f64 + 0.5) / parts as f64;
        let size = scale * (level / (1.0 - level)).ln();
        Self { scale, place: (0..EDGES).filter(|index| edge(*index) < size).count() }
    }

    /// The probability of what happened, for moves of this scale.
    fn chance(&self, scale: f64) -> f64 {
        let low = self.place.checked_sub(1).map_or(0.0, |below| cdf(edge(below), scale));
        let high = if self.place < EDGES { cdf(edge(self.place), scale) } else { 1.0 };
        high - low
    }

    /// The same for who doesn't know the scale.
    fn baseline(&self) -> f64 {
        SCALES.iter().map(|scale| self.chance(*scale)).sum::<f64>() / SCALES.len() as f64
    }

    fn score(&self, width: Width) -> Score {
        let public = self.baseline();
        let probability = width.map_or(public, |width| self.chance(width * self.scale));
        // One score for all: they count alike in the pool.
        Score::new(0.5, &[]).with_probability(probability, public)
    }
}

/// What the last of a field added to the others, round by round.
fn added(field: &[Width]) -> Vec<f64> {
    // Two streams, so that every field sees the same moves.
    let (mut moves, mut orders) = (Seed([5; 32]).dice(), Seed([6; 32]).dice());
    let policy = ScorePolicy { clones: None, ..ScorePolicy::default() };
    let mut book = Book::new(&[0; 32], 8);
    let mut added = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let happened = Move::draw(&mut moves);
        let finding = |(id, width): (u64, &Width)| Finding {
            neuron: NeuronId(id),
            score: happened.score(*width),
            answered: true,
        };
        let miners: Vec<Finding> = (0..).zip(field).map(finding).collect();
        let found = book.enter_round(&Findings { miners, ..Findings::default() }, 1, &mut orders, &policy);
        added.extend(found.last().and_then(|bits| bits.marginal));
    }
    assert_eq!(added.len(), ROUNDS, "every round counts");
    added
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// By how many standard errors the mean of the differences, round by round, is above nothing.
fn surely_more(these: &[f64], those: &[f64]) -> f64 {
    let differences: Vec<f64> = these.iter().zip(those).map(|(these, those)| these - those).collect();
    let middle = mean(&differences);
    let squares: Vec<f64> = differences.iter().map(|difference| (difference - middle).powi(2)).collect();
    middle / (mean(&squares) / differences.len() as f64).sqrt()
}

/// Among honest forecasters, and beside some who say what everybody knows, are too sure, and pad.
#[test]
fn honest_forecasts_add_most() {
    let fields: [&[Width]; 3] =
        [&[HONEST, HONEST], &[HONEST, HONEST, None], &[HONEST, HONEST, None, Some(0.5), Some(2.0)]];
    for others in fields {
        let with = |width: f64| added(&others.iter().copied().chain([Some(width)]).collect::<Vec<Width>>());
        let honest = with(1.0);
        assert!(mean(&honest) > 0.0);
        for width in [0.5, 0.7, 1.5, 2.0] {
            let bent = with(width);
            let sure = surely_more(&honest, &bent);
            let means = [mean(&honest), mean(&bent)];
            assert!(sure > SURE, "{width} of the width beside {others:?}: {means:?}, {sure} standard errors");
        }
    }
}

/// Where nobody knows more than everybody does, nobody is paid for it: no luck, good or bad, is shared out.
#[test]
fn what_everybody_knows_adds_nothing() {
    assert!(added(&[None, None, None]).iter().all(|bits| bits.abs() < 1e-6));
}
