//! From weights to ranks: what does a majority of the stake agree on?

use alloc::vec::Vec;

use super::columns::Columns;
use crate::fixed::I32F32;
use crate::median::{self, Vote};
use crate::ratio::{multiply, quotient, Reciprocal};

/// What is known of a row of weights while columns are worked through.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Voter {
    /// Divides by the sum of the row.
    weight: Reciprocal,
    /// Share of the active stake.
    stake: u64,
    /// The same, normalised again: rounding makes the sum of the first fall short of 1.
    ballot: u64,
}

impl Voter {
    /// The row's weight for a stored value, normalised.
    #[inline(always)]
    pub fn weight(&self, value: u16) -> u64 {
        self.weight.divide(u64::from(value))
    }

    /// Stake behind a (clipped) weight.
    #[inline(always)]
    pub fn backing(&self, weight: u64) -> u64 {
        multiply(weight, self.stake)
    }
}

/// One voter per uid; the uids without weights or stake just have none.
pub(crate) fn voters(weights: &Columns, active_stake: &[u64], voters: &mut Vec<Voter>) {
    let n = active_stake.len();
    let mut sums = alloc::vec![0u64; n];
    for cell in weights.cells() {
        sums[usize::from(cell.row)] += u64::from(cell.value);
    }
    let whole = Reciprocal::new(active_stake.iter().sum());
    voters.clear();
    voters.extend(sums.iter().zip(active_stake).map(|(sum, stake)| Voter {
        weight: Reciprocal::new(*sum),
        stake: *stake,
        ballot: whole.divide(*stake),
    }));
}

/// Scores by uid, in raw bits.
#[derive(Debug, Default)]
pub(crate) struct Ranks {
    pub prerank: Vec<u64>,
    pub consensus: Vec<u64>,
    pub validator_trust: Vec<u64>,
    /// Clipped weight received, not yet normalised.
    pub rank: Vec<u64>,
    pub trust: Vec<u64>,
    votes: Vec<Vote>,
    spare: Vec<Vote>,
    given: Vec<u64>,
}

impl Ranks {
    pub fn compute(&mut self, weights: &Columns, voters: &[Voter], kappa: I32F32) {
        let n = voters.len();
        for scores in
            [&mut self.prerank, &mut self.consensus, &mut self.validator_trust, &mut self.rank, &mut self.trust]
        {
            scores.clear();
            scores.resize(n, 0);
        }
        let electorate: u64 = voters.iter().map(|voter| voter.ballot).sum();
        let minority = fixed(electorate).saturating_sub(kappa);
        self.votes.clear();
        self.votes.reserve(weights.longest());
        self.spare.resize(self.spare.len().max(weights.longest()), Vote::default());
        self.given.clear();
        self.given.reserve(weights.longest());

        for j in 0..n {
            let cells = weights.column(j);
            if cells.is_empty() {
                continue;
            }
            self.votes.clear();
            self.given.clear();
            let (mut prerank, mut present) = (0, 0);
            for cell in cells {
                let voter = &voters[usize::from(cell.row)];
                let weight = voter.weight(cell.value);
                self.given.push(weight);
                if voter.ballot > 0 {
                    prerank += voter.backing(weight);
                    present += voter.ballot;
                    self.votes.push(Vote { score: fixed(weight), stake: fixed(voter.ballot) });
                }
            }
            self.prerank[j] = prerank;

            // Whoever says nothing about j says 0.
            let silent = fixed(electorate - present);
            if silent > I32F32::ZERO && silent > minority {
                continue;
            }
            let consensus =
                median::weighted(&mut self.votes, &mut self.spare, minority, silent).to_bits().unsigned_abs();
            if consensus == 0 {
                continue;
            }
            let mut rank = 0;
            for (cell, weight) in cells.iter().zip(&self.given) {
                let row = usize::from(cell.row);
                let clipped = (*weight).min(consensus);
                self.validator_trust[row] += clipped;
                rank += voters[row].backing(clipped);
            }
            self.consensus[j] = consensus;
            self.rank[j] = rank;
            self.trust[j] = quotient(rank, prerank);
        }
    }
}

/// A proportion as `I32F32`.
#[inline(always)]
fn fixed(bits: u64) -> I32F32 {
    I32F32::from_bits(bits as i64)
}
