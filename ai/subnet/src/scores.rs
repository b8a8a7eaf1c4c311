//! What a validator thinks of each miner: an estimate with its doubt, kept across restarts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ganglion_primitives::NeuronId;
use serde::{Deserialize, Serialize};

use crate::store::{self, StoreError};

/// The most bytes a score file may have: 4 096 neurons need well below one tenth.
const FILE_LIMIT: u64 = 8 << 20;
const VERSION: u32 = 1;

/// How scores become estimates and estimates become weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorePolicy {
    /// Weight of the newest score, 0 to 1. Early scores count more: the estimate starts as a plain mean.
    pub alpha: f64,
    /// How many standard errors the lower confidence bound lies below the mean.
    pub z: f64,
    /// Scores needed before a miner gets any weight.
    pub min_samples: u64,
    /// What the mean of a miner that wasn't asked for a whole tempo loses.
    pub idle_decay: f64,
    /// Weights grow as the bound to this power: the better half of the work earns more than half of the pay.
    pub steepness: f64,
}

impl Default for ScorePolicy {
    fn default() -> Self {
        Self { alpha: 0.1, z: 1.0, min_samples: 20, idle_decay: 0.001, steepness: 3.0 }
    }
}

impl ScorePolicy {
    /// For local networks, where a minute is a long time: weights from the third answer on, and gentler, so that a short
    /// run shows what every miner is worth.
    pub fn local() -> Self {
        Self { min_samples: 3, steepness: 2.0, ..Self::default() }
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
    /// Block at which it was last asked.
    pub last_asked: u32,
}

impl Estimate {
    /// Variance that is assumed until scores say otherwise: that of a coin. Without it, three lucky answers would
    /// count as certainty.
    const PRIOR_VARIANCE: f64 = 0.25;

    /// Moves the estimate towards `score` (0 to 1).
    fn update(&mut self, score: f64, block: u32, alpha: f64) {
        // The start counts as one observation, so that a newcomer's first answer doesn't decide alone.
        let step = alpha.max(1.0 / (self.count as f64 + 2.0)).min(1.0);
        let distance = score - self.mean;
        self.mean += step * distance;
        self.variance = (1.0 - step) * (self.variance + step * distance * distance);
        self.count = self.count.saturating_add(1);
        self.last_asked = block;
    }

    /// The lower confidence bound: what the miner is worth at least, in all likelihood. Never below 0.
    pub fn bound(&self, policy: &ScorePolicy) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        // A moving average remembers no more than this many answers.
        let memory = (2.0 - policy.alpha) / policy.alpha.max(1e-6);
        let n = (self.count as f64).min(memory);
        let variance = (n * self.variance + Self::PRIOR_VARIANCE) / (n + 1.0);
        (self.mean - policy.z * (variance / n).sqrt()).max(0.0)
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
        }
    }

    /// The number of a new round. Never the same twice, even if the round is lost in a kill: see [`Ledger`].
    fn begin_round(&mut self) -> u64 {
        let round = self.rounds;
        self.rounds = self.rounds.saturating_add(1);
        round
    }

    /// Enters one score (0 to 1) of a miner that was asked at `block`.
    pub fn enter(&mut self, neuron: NeuronId, score: f64, block: u32, policy: &ScorePolicy) {
        let prior = self.newcomer_prior();
        let score = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 };
        self.estimates
            .entry(neuron.0)
            .or_insert(Estimate { mean: prior, variance: 0.0, count: 0, last_asked: block })
            .update(score, block, policy.alpha);
    }

    /// Where a newcomer starts: the lower quartile of the field, 0 if there is none.
    pub fn newcomer_prior(&self) -> f64 {
        let mut means: Vec<f64> = self.estimates.values().map(|e| e.mean).collect();
        means.sort_by(f64::total_cmp);
        means.get(means.len() / 4).copied().unwrap_or(0.0)
    }

    /// Once per epoch: takes a little from everybody who wasn't asked since the epoch before, which ended at
    /// `since`, and forgets neurons that are gone.
    pub fn turn_epoch(&mut self, epoch: u32, since: u32, present: &[NeuronId], policy: &ScorePolicy) -> bool {
        if epoch <= self.decayed {
            return false;
        }
        self.decayed = epoch;
        self.estimates.retain(|id, _| present.iter().any(|neuron| neuron.0 == *id));
        for estimate in self.estimates.values_mut().filter(|e| e.last_asked < since) {
            estimate.mean = (estimate.mean - policy.idle_decay).max(0.0);
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

    fn is_sound(&self) -> bool {
        let fair = |number: f64| (0.0..=1.0).contains(&number);
        self.version == VERSION && self.estimates.values().all(|e| fair(e.mean) && fair(e.variance))
    }
}

/// A book and its file. Every change is on disk before it is acknowledged.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    book: Book,
}

impl Ledger {
    /// Opens the book of `path`, or an empty one. A book of another chain or subnet is put aside (`.old`).
    ///
    /// # Errors
    /// If the file can't be read or isn't a sound book.
    pub fn open(path: &Path, genesis: &[u8; 32], netuid: u16) -> Result<Self, StoreError> {
        let fresh = Book::new(genesis, netuid);
        let Some(content) = store::read(path, FILE_LIMIT)? else {
            return Ok(Self { path: path.into(), book: fresh });
        };
        let damaged = |reason: String| StoreError::Damaged { path: path.into(), reason };
        let book: Book = serde_json::from_slice(&content).map_err(|error| damaged(error.to_string()))?;
        if !book.is_sound() {
            return Err(damaged("version or numbers out of range".into()));
        }
        if book.genesis != fresh.genesis || book.netuid != netuid {
            store::write(&path.with_extension("old"), &content)?;
            return Ok(Self { path: path.into(), book: fresh });
        }
        Ok(Self { path: path.into(), book })
    }

    /// The estimates as they are on disk.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Begins a round: its number is on disk as used before anybody sees a task drawn from it.
    ///
    /// # Errors
    /// If it can't be written; the round must not be used then.
    pub fn begin_round(&mut self) -> Result<u64, StoreError> {
        self.change(Book::begin_round)
    }

    /// Applies a change and writes it. After an error the book is as it was.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Book) -> T) -> Result<T, StoreError> {
        let mut next = self.book.clone();
        let result = change(&mut next);
        if next != self.book {
            let content = serde_json::to_vec(&next)
                .map_err(|error| StoreError::Damaged { path: self.path.clone(), reason: error.to_string() })?;
            store::write(&self.path, &content)?;
            self.book = next;
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let before = estimate.mean;
        estimate.update(1.0, 1, 0.1);
        assert!((estimate.mean - (before + 0.1 * (1.0 - before))).abs() < 1e-12);
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
    fn a_newcomer_starts_at_the_lower_quartile() {
        let mut book = Book::new(&[0; 32], 1);
        let policy = ScorePolicy::default();
        for (id, level) in [(10, 0.2), (11, 0.4), (12, 0.6), (13, 0.8)] {
            (0..100).for_each(|_| book.enter(NeuronId(id), level, 1, &policy));
        }
        assert!((book.newcomer_prior() - 0.4).abs() < 0.01);
        assert_eq!(Book::new(&[0; 32], 1).newcomer_prior(), 0.0);
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

    #[test]
    fn a_kill_loses_nothing_that_was_acknowledged() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("scores.json");
        let mut ledger = Ledger::open(&path, &[1; 32], 1).expect("new");
        let round = ledger.begin_round().expect("written");
        ledger.change(|book| book.enter(A, 0.7, 9, &ScorePolicy::default())).expect("written");
        let before = ledger.book().clone();
        // No farewell: the process is gone, in the middle of the next write.
        drop(ledger);
        std::fs::write(dir.path().join("scores.json.new"), b"{\"vers").expect("torn");
        let mut again = Ledger::open(&path, &[1; 32], 1).expect("read");
        assert_eq!(again.book(), &before);
        assert_eq!(again.begin_round().expect("written"), round + 1);
    }

    #[test]
    fn a_book_of_another_chain_is_put_aside() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("scores.json");
        let mut ledger = Ledger::open(&path, &[1; 32], 1).expect("new");
        ledger.change(|book| book.enter(A, 0.7, 9, &ScorePolicy::default())).expect("written");
        let other = Ledger::open(&path, &[2; 32], 1).expect("new");
        assert!(other.book().estimate(A).is_none());
        assert!(dir.path().join("scores.old").exists());
    }

    #[test]
    fn damaged_books_are_refused() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("scores.json");
        for text in ["{", "[]", r#"{"version":9,"genesis":"","netuid":1,"rounds":0,"decayed":0,"estimates":{}}"#] {
            std::fs::write(&path, text).expect("written");
            assert!(matches!(Ledger::open(&path, &[1; 32], 1), Err(StoreError::Damaged { .. })));
        }
    }
}
