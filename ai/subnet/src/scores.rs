//! What a validator thinks of each miner: an estimate with its doubt, kept across restarts.

use std::collections::{BTreeMap, BTreeSet};

use ganglion_primitives::NeuronId;
use serde::{Deserialize, Serialize};

use crate::findings::Findings;
use crate::information;
use crate::receipts::SignedReceipt;
use crate::scoring::average::Average;
use crate::scoring::bits::Bits;
use crate::scoring::clones::{ClonePolicy, Pairs};
use crate::scoring::value::Information;
use crate::scoring::windows::{Overlap, Window};
use crate::scoring::{idle, newcomer};
use crate::seed::Dice;

const VERSION: u32 = 1;

/// How scores become estimates and estimates become weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorePolicy {
    /// Weight of the newest score, 0 to 1; [`ALPHA`](Self::ALPHA) is the usual one. Early scores count more: the
    /// estimate starts as a plain mean.
    pub alpha: f64,
    /// How many standard errors the lower confidence bound lies below the mean. Where the truths of several rounds come about
    /// in the same time, the error is that of as many scores as would say as much by themselves; see [`Overlap`].
    pub z: f64,
    /// Scores needed before a miner gets any weight; here each counts, whatever it has in common with others.
    pub min_samples: u64,
    /// What the mean of a miner that wasn't asked for a whole tempo loses.
    pub idle_decay: f64,
    /// What part of the field (0 to 1) a newcomer begins above.
    pub newcomer: f64,
    /// The mean score (0 to 1) of somebody who says only what everybody knows: nothing is paid up to it.
    pub baseline: f64,
    /// Weights grow as the bound to this power: the better half of the work earns more than half of the pay.
    pub steepness: f64,
    /// How much of a miner's worth depends on the information that it produces, 0 to 1; see
    /// [`value`](crate::scoring::value).
    pub information: f64,
    /// When miners count as one; `None` pays every seat by itself.
    pub clones: Option<ClonePolicy>,
    /// The chain gets the mean of so many weight vectors, one a tempo; 1 is the newest alone.
    pub vectors: usize,
    /// Whether weights follow [`first_answers`](Self::first_answers) after the launch too, for as long as this policy has
    /// nothing to say. That pays luck as well; but without it, what was said before the launch goes on being paid until then,
    /// and was said of fewer answers.
    pub eager: bool,
}

impl ScorePolicy {
    /// The weight of the newest score that validators use, and that the simulator and the tests of pay have measured.
    /// The estimate remembers (2 − α) / α = 99 answers. The text subnet of early 2024 had 0.1, which remembers 19. The
    /// mean of 19 answers that are right or wrong is off by up to 0.11, of 99 by 0.05 (½ / √n), and its third power is
    /// paid: two miners a tenth apart would change places all the time. The price is that a miner that changes is known
    /// for it after some fifty answers, not ten.
    pub const ALPHA: f64 = 0.02;
}

impl Default for ScorePolicy {
    fn default() -> Self {
        Self {
            alpha: Self::ALPHA,
            z: 1.0,
            min_samples: 20,
            idle_decay: 0.001,
            newcomer: newcomer::QUARTILE,
            baseline: 0.0,
            steepness: 3.0,
            information: 0.3,
            clones: Some(ClonePolicy::default()),
            vectors: 6,
            eager: false,
        }
    }
}

impl ScorePolicy {
    /// For local networks, where a minute is a long time: weights from the third answer on, and gentler, so that a short
    /// run shows what every miner is worth, without the memory of earlier tempos. Seats are paid by themselves: a
    /// demonstration's miners are often the same engine. The moving average is everybody's: it is a plain mean of the
    /// first fifty answers, and a faster one would tell miners apart later, not sooner. While no miner has two right answers,
    /// no bound is above nothing, however many answers there are (one among n zeros is as far above 0 as its standard error,
    /// or less): minutes, where models are slow and questions hard. Until then all answers so far count as they are.
    pub fn local() -> Self {
        Self { min_samples: 3, steepness: 2.0, clones: None, vectors: 1, eager: true, ..Self::default() }
    }

    /// The same where this policy has nothing to say yet: the first answer counts, and doubt takes nothing away. For subnets
    /// that haven't launched: the first epoch that pays takes what was set before it; whoever has set nothing by then gets no
    /// stake, and without stake nothing later. And see [`eager`](Self::eager).
    pub fn first_answers(&self) -> Self {
        Self { min_samples: 1, z: 0.0, ..self.clone() }
    }
}

/// What is known of one miner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Moving average of its scores, 0 to 1.
    pub mean: f64,
    /// Moving variance of its scores.
    pub variance: f64,
    /// How often it was asked.
    pub count: u64,
    /// Block at which what it was asked was last scored; where the truth comes later, that is long after it was asked.
    pub last_asked: u32,
    /// What time the truths of its scores have in common. Of books of earlier versions nothing is known: their scores count each
    /// for itself.
    #[serde(default, skip_serializing_if = "Overlap::is_empty")]
    pub windows: Overlap,
}

impl Estimate {
    /// Variance that is assumed until scores say otherwise: that of a coin. Without it, three lucky answers would
    /// count as certainty.
    const PRIOR_VARIANCE: f64 = 0.25;

    /// Moves the estimate towards `score` (0 to 1), whose truth came about in `window`.
    fn update(&mut self, score: f64, window: Option<&Window>, block: u32, alpha: f64) {
        self.windows.update(window, self.count, alpha);
        let mut average = self.average();
        average.update(score, alpha);
        (self.mean, self.variance, self.count) = (average.mean, average.variance, average.count);
        self.last_asked = block;
    }

    /// The scores' moving average.
    pub fn average(&self) -> Average {
        Average { mean: self.mean, variance: self.variance, count: self.count }
    }

    /// How many of the scores, of which the newest weighs `alpha` in the long run, say together as much as one would by itself.
    pub fn overlap(&self, alpha: f64) -> f64 {
        self.windows.of(self.average().weight(alpha))
    }

    /// The lower confidence bound: what the miner is worth at least, in all likelihood, as a part of the way from the
    /// policy's baseline to a perfect score. Never below 0.
    pub fn bound(&self, policy: &ScorePolicy) -> f64 {
        let baseline = policy.baseline.clamp(0.0, 0.999);
        let (average, overlap) = (self.average(), self.overlap(policy.alpha));
        let lower = average.lower_of_overlapping(policy.z, policy.alpha, Self::PRIOR_VARIANCE, overlap);
        ((lower - baseline) / (1.0 - baseline)).max(0.0)
    }

    fn is_sound(&self) -> bool {
        self.average().is_sound(0.0, 1.0) && self.windows.is_sound()
    }
}

/// All estimates of one validator in one subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Book {
    version: u32,
    /// The chain this belongs to, hex: neuron ids mean nothing on another.
    genesis: String,
    netuid: u16,
    /// Rounds begun so far: the number of the next round.
    rounds: u64,
    /// The epoch up to which idle miners have decayed.
    decayed: u32,
    estimates: BTreeMap<u64, Estimate>,
    /// The three numbers of each miner.
    #[serde(default)]
    information: BTreeMap<u64, Information>,
    /// Who was like whom.
    #[serde(default)]
    pairs: Pairs,
    /// Receipts of scores in this book that may not be in the log yet; see [`Records`](crate::records::Records).
    #[serde(default)]
    pub(crate) outbox: Vec<SignedReceipt>,
}

impl Book {
    /// An empty book.
    pub fn new(genesis: &[u8; 32], netuid: u16) -> Self {
        Self {
            version: VERSION,
            genesis: hex::encode(genesis),
            netuid,
            rounds: 0,
            decayed: 0,
            estimates: BTreeMap::new(),
            information: BTreeMap::new(),
            pairs: Pairs::default(),
            outbox: Vec::new(),
        }
    }

    /// The number of a new round. Never the same twice, even if the round is lost in a kill: see
    /// [`Ledger`](crate::ledger::Ledger).
    pub(crate) fn begin_round(&mut self) -> u64 {
        let round = self.rounds;
        self.rounds = self.rounds.saturating_add(1);
        round
    }

    /// Enters one score (0 to 1) of a miner, given at `block`, which has nothing in common with any other.
    pub fn enter(&mut self, neuron: NeuronId, score: f64, block: u32, policy: &ScorePolicy) {
        let prior = self.newcomer_prior(policy);
        self.enter_from(prior, (neuron, score), None, block, policy);
    }

    /// As [`Book::enter`], of a score whose truth came about in `window`; a miner that isn't in the book yet begins at
    /// `prior`.
    fn enter_from(
        &mut self,
        prior: f64,
        (neuron, score): (NeuronId, f64),
        window: Option<&Window>,
        block: u32,
        policy: &ScorePolicy,
    ) {
        let score = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 };
        let begin =
            || Estimate { mean: prior, variance: 0.0, count: 0, last_asked: block, windows: Overlap::default() };
        let estimate = self.estimates.entry(neuron.0).or_insert_with(begin);
        estimate.update(score, window, block, policy.alpha);
    }

    /// Enters all that a round scored at `block` has shown. Answers how much information each answer carried, in the
    /// order of the findings, judged by what was known before. All newcomers among them begin at one value.
    pub fn enter_round(&mut self, findings: &Findings, block: u32, dice: &mut Dice, policy: &ScorePolicy) -> Vec<Bits> {
        let leaders = policy.clones.as_ref().map(|clones| self.pairs.leaders(clones)).unwrap_or_default();
        // Taken once: else each newcomer would move where the next one begins, and the order of seats would be worth
        // something.
        let prior = self.newcomer_prior(policy);
        let known = |neuron: NeuronId| self.estimate(neuron).map_or(prior, |estimate| estimate.mean);
        let bits = information::of_round(findings, known, &leaders, dice);
        for (miner, bits) in findings.miners.iter().zip(&bits) {
            let scored = (miner.neuron, miner.score.value);
            self.enter_from(prior, scored, findings.window.as_ref(), block, policy);
            self.information.entry(miner.neuron.0).or_default().update(bits, policy.alpha);
        }
        let Some(clones) = &policy.clones else { return bits };
        for found in findings.comparisons.iter().filter(|found| found.telling) {
            if let (Some(a), Some(b)) = (findings.miners.get(found.a), findings.miners.get(found.b)) {
                self.pairs.note(a.neuron.0, b.neuron.0, found.likeness, found.lead, clones);
            }
        }
        bits
    }

    /// Where a newcomer starts: at the part of the field that the policy names. Where there is no field, at what somebody
    /// has who says only what everybody knows: nothing is paid for that, but to begin below it would be a debt that everybody
    /// in a young subnet had to work off first.
    pub fn newcomer_prior(&self, policy: &ScorePolicy) -> f64 {
        if self.estimates.is_empty() {
            return policy.baseline.clamp(0.0, 1.0);
        }
        newcomer::prior(self.estimates.values().map(|estimate| estimate.mean), policy.newcomer)
    }

    /// Once per epoch: takes a little from everybody who wasn't asked since the epoch before, which ended at
    /// `since`, and forgets neurons that are gone.
    pub fn turn_epoch(&mut self, epoch: u32, since: u32, present: &[NeuronId], policy: &ScorePolicy) -> bool {
        if epoch <= self.decayed {
            return false;
        }
        self.decayed = epoch;
        let present: BTreeSet<u64> = present.iter().map(|neuron| neuron.0).collect();
        self.estimates.retain(|id, _| present.contains(id));
        self.information.retain(|id, _| present.contains(id));
        self.pairs.retain(|id| present.contains(&id));
        for estimate in self.estimates.values_mut() {
            estimate.mean = idle::after_tempo(estimate.mean, estimate.last_asked, since, policy.idle_decay);
        }
        true
    }

    /// What is known of a miner.
    pub fn estimate(&self, neuron: NeuronId) -> Option<&Estimate> {
        self.estimates.get(&neuron.0)
    }

    /// All estimates, by neuron id.
    pub fn estimates(&self) -> impl Iterator<Item = (NeuronId, &Estimate)> {
        self.estimates.iter().map(|(id, estimate)| (NeuronId(*id), estimate))
    }

    /// The three numbers of a miner.
    pub fn information(&self, neuron: NeuronId) -> Option<&Information> {
        self.information.get(&neuron.0)
    }

    /// Everybody's three numbers, by neuron id.
    pub fn all_information(&self) -> impl Iterator<Item = (NeuronId, &Information)> {
        self.information.iter().map(|(id, information)| (NeuronId(*id), information))
    }

    /// Who was like whom.
    pub fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// Rounds begun so far.
    pub fn rounds(&self) -> u64 {
        self.rounds
    }

    /// Whether this is a book of that chain and subnet.
    pub(crate) fn belongs_to(&self, genesis: &[u8; 32], netuid: u16) -> bool {
        self.genesis == hex::encode(genesis) && self.netuid == netuid
    }

    /// Whether the numbers can be what they say.
    pub(crate) fn is_sound(&self) -> bool {
        self.version == VERSION
            && self.estimates.values().all(Estimate::is_sound)
            && self.information.values().all(Information::is_sound)
            && self.pairs.is_sound()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Finding;
    use crate::seed::Seed;
    use crate::subnet::Score;

    const A: NeuronId = NeuronId(1);
    const B: NeuronId = NeuronId(2);

    fn fed(scores: &[f64]) -> Estimate {
        let mut book = Book::new(&[0; 32], 1);
        for score in scores {
            book.enter(A, *score, 1, &ScorePolicy::default());
        }
        book.estimate(A).expect("entered").clone()
    }

    #[test]
    fn only_the_asked_move() {
        let mut book = Book::new(&[0; 32], 1);
        let policy = ScorePolicy::default();
        book.enter(A, 1.0, 1, &policy);
        let before = book.estimate(A).cloned();
        book.enter(B, 0.0, 2, &policy);
        assert_eq!(book.estimate(A).cloned(), before);
    }

    #[test]
    fn the_mean_moves_by_alpha_in_the_long_run() {
        let mut estimate = fed(&[0.5; 200]);
        let (before, alpha) = (estimate.mean, ScorePolicy::default().alpha);
        estimate.update(1.0, None, 1, alpha);
        assert!((estimate.mean - (before + alpha * (1.0 - before))).abs() < 1e-12);
    }

    #[test]
    fn doubt_shrinks_with_answers_and_grows_with_spread() {
        let policy = ScorePolicy::default();
        let (few, many) = (fed(&[0.8; 3]), fed(&[0.8; 100]));
        assert!(few.bound(&policy) < many.bound(&policy));
        assert!(many.bound(&policy) < many.mean);
        let steady = fed(&[0.5; 40]);
        let wild = fed(&[0.0, 1.0].repeat(20));
        assert!(wild.variance > steady.variance);
    }

    #[test]
    fn a_single_right_answer_is_luck_until_there_is_a_second() {
        let policy = ScorePolicy::local();
        for wrong in 2..40 {
            let [one, two] = [1, 2].map(|right| {
                let mut scores = vec![1.0; right];
                scores.resize(right + wrong, 0.0);
                fed(&scores)
            });
            assert!(one.bound(&policy) == 0.0 && two.bound(&policy) > 0.0, "{wrong}: {one:?} {two:?}");
            assert!(one.bound(&policy.first_answers()) > 0.0, "{wrong}: {one:?}");
        }
    }

    /// Thirty rounds with windows of eighty: side by side, an eighth of their length apart, and all at one time.
    #[test]
    fn rounds_that_share_their_time_leave_more_doubt() {
        let policy = ScorePolicy::default();
        let fed = |apart: u64| {
            let (mut book, mut dice) = (Book::new(&[0; 32], 1), Seed([1; 32]).dice());
            for round in 0..30 {
                let until = 1_000 + round * apart;
                let window = Some(Window { series: 80, from: until - 80, until });
                let finding = Finding { neuron: A, score: Score::new(0.8, &[]), answered: true };
                let findings = Findings { miners: vec![finding], window, ..Findings::default() };
                book.enter_round(&findings, 1, &mut dice, &policy);
            }
            book.estimate(A).expect("entered").clone()
        };
        let [apart, close, together] = [80, 10, 0].map(fed);
        let mut alone = Book::new(&[0; 32], 1);
        (0..30).for_each(|_| alone.enter(A, 0.8, 1, &policy));
        let alone = alone.estimate(A).expect("entered").bound(&policy);
        assert!((apart.bound(&policy) - alone).abs() < 1e-6 && close.bound(&policy) < alone - 0.02, "{close:?}");
        assert!(close.bound(&policy) > 0.0 && together.bound(&policy) == 0.0, "{close:?} {together:?}");
        // Where no doubt counts, the mean is left.
        assert!((together.bound(&policy.first_answers()) - together.mean).abs() < 1e-12);
        // What is in common is remembered.
        let mut kept = serde_json::to_value(&close).expect("JSON");
        let read = |value: &serde_json::Value| serde_json::from_value::<Estimate>(value.clone()).expect("an estimate");
        assert!((read(&kept).bound(&policy) - close.bound(&policy)).abs() < 1e-9);
        // Earlier versions didn't know it.
        kept.as_object_mut().and_then(|kept| kept.remove("windows")).expect("it is there");
        assert!((read(&kept).bound(&policy) - alone).abs() < 1e-9);
    }

    #[test]
    fn what_everybody_knows_is_worth_nothing() {
        let policy = ScorePolicy { baseline: 0.5, z: 0.0, ..ScorePolicy::default() };
        let bound = |score: f64| fed(&[score; 400]).bound(&policy);
        assert_eq!((bound(0.5), bound(0.2)), (0.0, 0.0));
        assert!((bound(0.75) - 0.5).abs() < 1e-3 && (bound(1.0) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_newcomer_starts_at_the_lower_quartile() {
        let mut book = Book::new(&[0; 32], 1);
        let policy = ScorePolicy::default();
        for (id, level) in [(10, 0.2), (11, 0.4), (12, 0.6), (13, 0.8)] {
            (0..100).for_each(|_| book.enter(NeuronId(id), level, 1, &policy));
        }
        assert!((book.newcomer_prior(&policy) - 0.4).abs() < 0.01);
        let worst = ScorePolicy { newcomer: 0.1, ..policy.clone() };
        assert!((book.newcomer_prior(&worst) - 0.2).abs() < 0.01);
        assert_eq!(Book::new(&[0; 32], 1).newcomer_prior(&policy), 0.0);
    }

    #[test]
    fn the_first_begin_at_what_everybody_knows() {
        let policy = ScorePolicy { baseline: 0.5, ..ScorePolicy::default() };
        let mut book = Book::new(&[0; 32], 1);
        assert_eq!(book.newcomer_prior(&policy), 0.5);
        (0..400).for_each(|_| book.enter(A, 0.5, 1, &policy));
        let known = book.estimate(A).expect("entered");
        assert!((known.mean - 0.5).abs() < 1e-12 && known.bound(&policy) == 0.0, "it earns nothing: {known:?}");
        // Who comes later begins in the field, wherever that is.
        (0..400).for_each(|_| book.enter(A, 0.2, 1, &policy));
        assert!(book.newcomer_prior(&policy) < 0.21);
    }

    #[test]
    fn newcomers_of_one_round_begin_at_one_value() {
        let policy = ScorePolicy::default();
        let finding = |neuron| Finding { neuron, score: Score::new(0.2, &[]), answered: true };
        let findings = Findings { miners: vec![finding(A), finding(B)], ..Findings::default() };
        // A new book, and one with somebody at one half.
        for (field, mean) in [(None, 0.1), (Some(NeuronId(3)), 0.35)] {
            let mut book = Book::new(&[0; 32], 1);
            if let Some(neuron) = field {
                book.enter(neuron, 1.0, 1, &policy);
            }
            book.enter_round(&findings, 2, &mut Seed([1; 32]).dice(), &policy);
            assert_eq!(book.estimate(A), book.estimate(B));
            assert!((book.estimate(A).expect("entered").mean - mean).abs() < 1e-12);
        }
    }

    #[test]
    fn idle_miners_decay_once_an_epoch_and_the_gone_are_forgotten() {
        let mut book = Book::new(&[0; 32], 1);
        let policy = ScorePolicy::default();
        book.enter(A, 1.0, 5, &policy);
        book.enter(B, 1.0, 95, &policy);
        let (a, b) = (book.estimate(A).expect("a").mean, book.estimate(B).expect("b").mean);
        assert!(book.turn_epoch(100, 90, &[A, B], &policy));
        assert!(!book.turn_epoch(100, 90, &[A, B], &policy));
        assert!((a - book.estimate(A).expect("a").mean - policy.idle_decay).abs() < 1e-12);
        assert_eq!(book.estimate(B).expect("b").mean, b);
        assert!(book.turn_epoch(110, 100, &[B], &policy));
        assert!(book.estimate(A).is_none());
    }
}
