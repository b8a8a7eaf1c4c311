//! Vector functions with consensus semantics that stand outside an epoch as well: a pallet checks weights with
//! them, a client shows what the chain will store.

use alloc::vec::Vec;

use crate::fixed::I32F32;
use crate::median;

/// Full scale of a stored score or weight.
const SCALE: I32F32 = I32F32::from_int(65_535);

/// Scales a vector so that its largest element becomes 65535, rounding to nearest. Values are expected to be at
/// least 0; a vector of noughts stays noughts.
pub fn max_upscale(values: &[I32F32]) -> Vec<u16> {
    let largest = values.iter().copied().max().unwrap_or(I32F32::ZERO);
    if largest <= I32F32::ZERO {
        return values.iter().map(|value| clamp_u16(value.saturating_mul(SCALE).floor())).collect();
    }
    // Above 32768 the product with 65535 would leave the range, so the ratio is formed first.
    if largest > I32F32::from_int(32_768) {
        let factor = SCALE.saturating_div(largest);
        return values.iter().map(|value| clamp_u16(value.saturating_mul(factor).round())).collect();
    }
    values.iter().map(|value| clamp_u16(value.saturating_mul(SCALE).saturating_div(largest).round())).collect()
}

/// [`max_upscale`] for integer weights: how `set_weights` stores them.
pub fn max_upscale_u16(values: &[u16]) -> Vec<u16> {
    let values: Vec<I32F32> = values.iter().map(|value| I32F32::from_int(i32::from(*value))).collect();
    max_upscale(&values)
}

/// Whether no weight takes more than `limit / 65535` of the (upscaled) row's sum. A row that is empty or nought
/// passes, and so does everything at the full limit.
pub fn check_max_limited(weights: &[u16], limit: u16) -> bool {
    if limit == u16::MAX {
        return true;
    }
    let upscaled = max_upscale_u16(weights);
    let sum: u64 = upscaled.iter().map(|weight| u64::from(*weight)).sum();
    let largest = upscaled.iter().map(|weight| u64::from(*weight)).max().unwrap_or(0);
    let Some(share) = (largest << I32F32::FRACTION_BITS).checked_div(sum) else { return true };
    share <= I32F32::from_proportion_u16(limit).to_bits().unsigned_abs()
}

/// The largest score that at least `majority` of the stake supports: the smallest score whose holders, together
/// with those who score lower, have more than the rest (`total − majority`) of the stake.
///
/// `stake` and `score` run in parallel (the shorter one counts); entries without stake have no say, nor has what
/// would take the sum of stakes out of range. Without any stake the result is 0.
pub fn weighted_median(stake: &[I32F32], score: &[I32F32], majority: I32F32) -> I32F32 {
    let mut total = I32F32::ZERO;
    let mut votes = Vec::new();
    for (stake, score) in stake.iter().zip(score).filter(|(stake, _)| **stake > I32F32::ZERO) {
        let Some(sum) = total.checked_add(*stake) else { break };
        total = sum;
        votes.push(median::Vote { score: *score, stake: *stake });
    }
    let mut spare = votes.clone();
    median::weighted(&mut votes, &mut spare, total.saturating_sub(majority), I32F32::ZERO)
}

/// The quantile `numerator / denominator` (clamped to 1) of some values: the element at that position of the
/// sorted list, interpolated linearly between neighbours. Reorders the values; 0 for an empty list or a
/// denominator of 0.
pub fn quantile(values: &mut [I32F32], numerator: u32, denominator: u32) -> I32F32 {
    let Some(last) = values.len().checked_sub(1) else { return I32F32::ZERO };
    let denominator_wide = u64::from(denominator);
    let position = u64::from(numerator.min(denominator)).saturating_mul(last as u64);
    let (Some(lower), Some(rest)) = (position.checked_div(denominator_wide), position.checked_rem(denominator_wide))
    else {
        return I32F32::ZERO;
    };
    // `lower ≤ last`, as the quantile is at most 1.
    let (_, low, above) = values.select_nth_unstable(lower as usize);
    let low = *low;
    if rest == 0 {
        return low;
    }
    let high = above.iter().copied().min().unwrap_or(low);
    let weight = I32F32::from_bits(((rest << I32F32::FRACTION_BITS) / denominator_wide) as i64);
    low.saturating_add(high.saturating_sub(low).saturating_mul(weight))
}

/// Slope `a` and offset `b` of the liquid-alpha logistic `α = 1 / (1 + exp(b − a·consensus))`, which takes the value
/// `alpha_low` at `consensus_low` and `alpha_high` at `consensus_high`.
///
/// Both are 0 (α = ½ before clamping) when the consensus values don't ascend or an alpha is 0.
pub fn logistic_parameters(
    alpha_high: I32F32,
    alpha_low: I32F32,
    consensus_high: I32F32,
    consensus_low: I32F32,
) -> (I32F32, I32F32) {
    if consensus_high <= consensus_low || alpha_low == I32F32::ZERO || alpha_high == I32F32::ZERO {
        return (I32F32::ZERO, I32F32::ZERO);
    }
    let (high, low) = (log_odds_against(alpha_high), log_odds_against(alpha_low));
    let a = high.saturating_sub(low).saturating_div(consensus_low.saturating_sub(consensus_high));
    let b = low.saturating_add(a.saturating_mul(consensus_low));
    (a, b)
}

/// ln(1/p − 1); 0 where the logarithm does not exist (p ≥ 1).
fn log_odds_against(p: I32F32) -> I32F32 {
    I32F32::ONE.saturating_div(p).saturating_sub(I32F32::ONE).ln().unwrap_or(I32F32::ZERO)
}

fn clamp_u16(value: i64) -> u16 {
    value.clamp(0, i64::from(u16::MAX)) as u16
}
