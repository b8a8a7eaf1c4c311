//! One epoch, from start to end.
//!
//! Values are raw `I32F32` bits in `u64` throughout: none of them is negative, and all are at most 1.

mod bonds;
mod columns;
mod consensus;
mod pay;
mod rate;
mod stake;

use alloc::vec::Vec;

use self::bonds::Bonds;
use self::columns::Columns;
use self::consensus::{Ranks, Voter};
use self::rate::Rate;
use crate::fixed::I32F32;
use crate::input::{EpochError, EpochInput};
use crate::options::{Binding, Options};
use crate::outcome::Outcome;

/// Computes one epoch. Pure: the same input gives the same outcome, bit for bit, on every machine.
///
/// Takes O(pairs) time on average and O(pairs · log) at worst, O(pairs + neurons) memory.
///
/// # Errors
///
/// If the slices don't have the same length, or there are more neurons than uids or more pairs than 2³² − 1.
pub fn epoch<R: AsRef<[(u16, u16)]>>(input: &EpochInput<'_, R>, options: &Options) -> Result<Outcome, EpochError> {
    Workspace::new().run(input, options)
}

/// The buffers of an epoch, for callers who compute many.
#[derive(Debug, Default)]
pub struct Workspace {
    shares: Vec<u64>,
    active: Vec<u64>,
    order: Vec<u64>,
    weights: Columns,
    old_bonds: Columns,
    voters: Vec<Voter>,
    ranks: Ranks,
    sorted: Vec<I32F32>,
    bonds: Bonds,
}

impl Workspace {
    /// Without buffers; they grow as needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`epoch`], reusing the buffers of earlier runs.
    ///
    /// # Errors
    ///
    /// As [`epoch`]. The workspace remains usable.
    pub fn run<R: AsRef<[(u16, u16)]>>(
        &mut self,
        input: &EpochInput<'_, R>,
        options: &Options,
    ) -> Result<Outcome, EpochError> {
        input.checked_len()?;
        let active = stake::activity(input);
        stake::shares(input, options.unstaked, &mut self.shares);
        let permits = stake::permits(&self.shares, input.parameters.max_validators, &mut self.order);
        stake::active_shares(&self.shares, &active, input.permits, &mut self.active);

        self.transpose(input, options.binding);
        consensus::voters(&self.weights, &self.active, &mut self.voters);
        let kappa = I32F32::from_proportion_u16(input.parameters.kappa);
        self.ranks.compute(&self.weights, &self.voters, kappa);
        let mut incentive = self.ranks.rank.clone();
        stake::normalise(&mut incentive);

        let rate = Rate::new(&input.parameters, &self.ranks.consensus, &mut self.sorted);
        self.bonds.compute(&self.old_bonds, &self.weights, &self.voters, &self.ranks, &incentive, rate);
        stake::normalise(&mut self.bonds.dividends);
        let bonds = self.bonds.rows(&permits, input.permits);

        let anybody = self.active.iter().any(|share| *share > 0);
        let fallback = if anybody { &self.active } else { &self.shares };
        let pay = pay::split(&incentive, &self.bonds.dividends, fallback, options.no_consensus, input.emission);
        let (server_total, validator_total) = (pay.server.iter().sum(), pay.validator.iter().sum());
        Ok(Outcome {
            active,
            permits,
            stake: scores(&self.shares),
            active_stake: scores(&self.active),
            prerank: scores(&self.ranks.prerank),
            consensus: scores(&self.ranks.consensus),
            validator_trust: scores(&self.ranks.validator_trust),
            incentive: scores(&incentive),
            trust: scores(&self.ranks.trust),
            dividends: scores(&self.bonds.dividends),
            pruning: pay::pruning(&pay.combined),
            combined: scores(&pay.combined),
            server_amounts: pay.server,
            validator_amounts: pay.validator,
            emission: pay.emission,
            server_total,
            validator_total,
            // The shares add up to at most 1 and amounts are rounded down, so this does not wrap.
            carried: input.emission.saturating_sub(server_total).saturating_sub(validator_total),
            consensus_reached: pay.consensus_reached,
            bonds,
        })
    }

    /// Weights and bonds by destination, without the pairs that don't count.
    fn transpose<R: AsRef<[(u16, u16)]>>(&mut self, input: &EpochInput<'_, R>, binding: Binding) {
        let voted = |i: usize| input.permits[i];
        match binding {
            Binding::NeuronId => {
                self.weights.fill(input.weights, voted, |i, j| i != j);
                self.old_bonds.fill(input.bonds, |_| true, |_, _| true);
            }
            Binding::UidByBlock => {
                let still_there = |i: usize, j: usize| input.last_update[i] > input.registered_at[j];
                self.weights.fill(input.weights, voted, |i, j| i != j && still_there(i, j));
                self.old_bonds.fill(input.bonds, |_| true, still_there);
            }
        }
    }
}

fn scores(bits: &[u64]) -> Vec<I32F32> {
    bits.iter().map(|bits| I32F32::from_bits(*bits as i64)).collect()
}
