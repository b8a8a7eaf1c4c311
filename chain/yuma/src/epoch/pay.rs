//! From scores to RAO.

use alloc::vec::Vec;

use super::stake::normalise;
use crate::options::NoConsensus;
use crate::ratio::{share_of, Reciprocal, ONE};

/// The parts of an outcome that have to do with money.
pub(crate) struct Pay {
    pub combined: Vec<u64>,
    pub server: Vec<u64>,
    pub validator: Vec<u64>,
    pub emission: Vec<u64>,
    pub consensus_reached: bool,
}

/// Splits an emission. `stake` is what counts where incentive and dividends are silent.
pub(crate) fn split(incentive: &[u64], dividends: &[u64], stake: &[u64], rule: NoConsensus, emission: u64) -> Pay {
    let earned: u64 = dividends.iter().sum();
    let mut combined: Vec<u64> = incentive.iter().zip(dividends).map(|(a, b)| a + b).collect();
    let sum: u64 = combined.iter().sum();
    let n = combined.len();
    if sum == 0 {
        let validator = match rule {
            NoConsensus::KeepPending => alloc::vec![0; n],
            NoConsensus::StakeFallback => amounts(stake, emission),
        };
        return Pay {
            combined: stake.to_vec(),
            server: alloc::vec![0; n],
            emission: validator.clone(),
            validator,
            consensus_reached: false,
        };
    }
    normalise(&mut combined);
    // Where no bond earned anything, the validators' half waits instead of going to the miners.
    let waits = rule == NoConsensus::KeepPending && earned == 0;
    let whole = Reciprocal::new(if waits { sum + ONE } else { sum });
    let paid = |shares: &[u64]| -> Vec<u64> {
        shares.iter().map(|share| if *share == 0 { 0 } else { share_of(whole.divide_wide(*share), emission) }).collect()
    };
    let (server, validator) = (paid(incentive), paid(dividends));
    let emission = if waits { server.clone() } else { amounts(&combined, emission) };
    Pay { combined, server, validator, emission, consensus_reached: true }
}

fn amounts(shares: &[u64], emission: u64) -> Vec<u64> {
    shares.iter().map(|share| share_of(*share, emission)).collect()
}

/// Scores scaled so that the largest becomes 65535, to nearest.
pub(crate) fn pruning(combined: &[u64]) -> Vec<u16> {
    let largest = combined.iter().copied().max().unwrap_or(0);
    if largest == 0 {
        return alloc::vec![0; combined.len()];
    }
    // Rounding the truncated quotient to nearest is flooring the exact one plus a half.
    combined.iter().map(|score| ((2 * 65_535 * score + largest) / (2 * largest)) as u16).collect()
}
