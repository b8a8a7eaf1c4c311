//! How fast bonds learn: the share of the new bonds in the moving average.

use alloc::vec::Vec;

use crate::fixed::I32F32;
use crate::input::Parameters;
use crate::math::{logistic_parameters, quantile};

/// Learning rates, the same for every destination or by its consensus.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rate {
    Flat(u64),
    Logistic(Logistic),
}

impl Rate {
    pub fn new(parameters: &Parameters, consensus: &[u64], sorted: &mut Vec<I32F32>) -> Self {
        liquid(parameters, consensus, sorted).unwrap_or_else(|| Self::Flat(flat(parameters)))
    }
}

/// One minus the share that survives.
fn flat(parameters: &Parameters) -> u64 {
    let kept = (parameters.bonds_moving_average.min(1_000_000) << I32F32::FRACTION_BITS) / 1_000_000;
    crate::ratio::ONE - kept
}

/// Liquid alpha, if it is on and the consensus gives it something to go by.
fn liquid(parameters: &Parameters, consensus: &[u64], sorted: &mut Vec<I32F32>) -> Option<Rate> {
    let bounds = parameters.liquid_alpha?;
    if consensus.iter().all(|value| *value == 0) {
        return None;
    }
    sorted.clear();
    sorted.extend(consensus.iter().map(|value| I32F32::from_bits(*value as i64)));
    let (high, low) = (quantile(sorted, 3, 4), quantile(sorted, 1, 4));
    if high <= low && high == I32F32::ZERO && low >= I32F32::ZERO {
        return None;
    }
    let (alpha_low, alpha_high) = (I32F32::from_proportion_u16(bounds.low), I32F32::from_proportion_u16(bounds.high));
    let (slope, offset) = logistic_parameters(alpha_high, alpha_low, high, low);
    Some(Rate::Logistic(Logistic { slope, offset, low: alpha_low, high: alpha_high, last: (u64::MAX, 0) }))
}

/// `1 / (1 + exp(offset − slope × consensus))`, held between two bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logistic {
    slope: I32F32,
    offset: I32F32,
    low: I32F32,
    high: I32F32,
    /// The last consensus asked for and the answer: most destinations of a subnet often share one (0).
    last: (u64, u64),
}

impl Logistic {
    fn at(&mut self, consensus: u64) -> u64 {
        if self.last.0 != consensus {
            self.last = (consensus, self.compute(consensus));
        }
        self.last.1
    }

    fn compute(&self, consensus: u64) -> u64 {
        let exponent = self.offset.saturating_sub(self.slope.saturating_mul(I32F32::from_bits(consensus as i64)));
        let grown = exponent.exp().unwrap_or(I32F32::ZERO);
        let rate = I32F32::ONE.saturating_div(I32F32::ONE.saturating_add(grown));
        // The upper bound first: with bounds the wrong way round, the lower one wins.
        rate.min(self.high).max(self.low).to_bits().unsigned_abs()
    }
}

impl Rate {
    /// The rate for a destination with this consensus.
    pub fn at(&mut self, consensus: u64) -> u64 {
        match self {
            Self::Flat(rate) => *rate,
            Self::Logistic(logistic) => logistic.at(consensus),
        }
    }
}
