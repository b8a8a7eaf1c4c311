//! How a block's emission is divided among subnets.
//!
//! The 64 validators vote with root weights. For each subnet *j*, with sᵢ the share of validator *i* in the stake of all
//! 64 and Wᵢⱼ its weights divided by their sum:
//!
//! - **rank** rⱼ = Σ sᵢ·Wᵢⱼ: how much stake wants it, and how much of it;
//! - **trust** tⱼ = Σ sᵢ over those with Wᵢⱼ > 0: how much stake wants it at all;
//! - **consensus** cⱼ = 1 / (1 + e^(−ρ·(tⱼ − κ))): about 0 while a minority wants it, about 1 with a majority;
//! - the share of *j* is rⱼ·cⱼ of the sum over all subnets.
//!
//! Source: `protocol.md` §5.4, in whole numbers that keep 48 bits below one RAO of stake, and without losing
//! the remainder.

use crate::{sigmoid::sigmoid, wide::mul_div};
use alloc::{vec, vec::Vec};

/// Fractional bits of a rank, while it is counted in RAO: as many as fit beside 64 bits of stake and 16 of a weight.
/// With 32, one RAO of stake lost a RAO of the emission to rounding.
const RANK_BITS: u32 = 48;
/// Fractional bits of trust, and of a rank as a share of all ranks.
const SHARE_BITS: u32 = 63;

/// What each subnet gets. Shares and dust add up to the emission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// RAO for each subnet, in the caller's order.
    pub shares: Vec<u64>,
    /// RAO that could not be divided, fewer than there are subnets (all of it without any): carry it forward.
    pub dust: u64,
}

/// Where consensus turns from weak to strong, and how sharply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Steepness ρ.
    pub rho: u16,
    /// The share of stake, in 1/65535, with which consensus is one half: κ.
    pub kappa: u16,
}

impl Default for Curve {
    fn default() -> Self {
        Self { rho: 10, kappa: 32_767 }
    }
}

/// Divides `emission` RAO equally among `subnets`.
pub fn equal(emission: u64, subnets: usize) -> Split {
    // No usize is wider than 64 bits.
    match emission.checked_div(subnets as u64) {
        Some(share) => Split { shares: vec![share; subnets], dust: emission % subnets as u64 },
        None => Split { shares: Vec::new(), dust: emission },
    }
}

/// Divides `emission` RAO among `subnets` by root weights.
///
/// `stakes[i]` (RAO) and `rows[i]` belong to validator *i*. A row is sparse: pairs of subnet index and weight. Indices
/// beyond `subnets` are ignored, repeated ones add up. Leave expired rows empty: such a validator counts in the stake
/// that a majority is measured against, and for no subnet. Missing rows are empty; rows without a stake are ignored.
///
/// Without a single valid weight, or without stake behind one, subnets share equally.
///
/// Time and memory: O(weights + subnets).
///
/// ```
/// use ganglion_tokenomics::split::{split, Curve};
/// // Two of three equal validators want subnet 0, the third wants subnet 1.
/// let rows = [vec![(0, 1)], vec![(0, 1)], vec![(1, 1)]];
/// let split = split(1_000_000_000, 2, &[5, 5, 5], &rows, Curve::default());
/// assert_eq!(split.shares, [913_707_025, 86_292_974]);
/// assert_eq!(split.dust, 1);
/// ```
pub fn split<R: AsRef<[(u16, u16)]>>(emission: u64, subnets: usize, stakes: &[u64], rows: &[R], curve: Curve) -> Split {
    let columns = Columns::of(subnets, stakes, rows);
    let kappa = (u128::from(curve.kappa) << 64) / u128::from(u16::MAX);
    let ranks: u128 = columns.rank.iter().sum();
    let pulls: Vec<u128> = columns
        .rank
        .iter()
        .zip(&columns.trust)
        .map(|(rank, trust)| {
            let rank = mul_div(*rank, 1 << SHARE_BITS, ranks).map_or(0, |(share, _)| share);
            rank * sigmoid(trust << (64 - SHARE_BITS), kappa, curve.rho)
        })
        .collect();
    let pull: u128 = pulls.iter().sum();
    if pull == 0 {
        return equal(emission, subnets);
    }
    // No pull exceeds the sum of all: each share fits, and all together are at most the emission.
    let share = |one: &u128| mul_div(emission.into(), *one, pull).map_or(0, |(share, _)| share as u64);
    let shares: Vec<u64> = pulls.iter().map(share).collect();
    let dust = emission - shares.iter().sum::<u64>();
    Split { shares, dust }
}

/// Rank and trust of every subnet.
struct Columns {
    /// In RAO of stake, with [`RANK_BITS`]; all together are at most the stake.
    rank: Vec<u128>,
    /// As a share of all stake, with [`SHARE_BITS`].
    trust: Vec<u128>,
}

impl Columns {
    fn of<R: AsRef<[(u16, u16)]>>(subnets: usize, stakes: &[u64], rows: &[R]) -> Self {
        let mut columns = Self { rank: vec![0; subnets], trust: vec![0; subnets] };
        // Remembers who was last counted in a subnet's trust, as a row may name a subnet twice.
        let mut counted = vec![usize::MAX; subnets];
        let total: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
        for (validator, (stake, row)) in stakes.iter().zip(rows).enumerate() {
            let row = row.as_ref();
            let known = || row.iter().filter(|(subnet, weight)| usize::from(*subnet) < subnets && *weight > 0);
            let sum: u128 = known().map(|(_, weight)| u128::from(*weight)).sum();
            let stake = u128::from(*stake);
            let Some(trust) = (stake << SHARE_BITS).checked_div(total) else { break };
            for (subnet, weight) in known() {
                let subnet = usize::from(*subnet);
                columns.rank[subnet] += (stake << RANK_BITS) * u128::from(*weight) / sum;
                if counted[subnet] != validator {
                    counted[subnet] = validator;
                    columns.trust[subnet] += trust;
                }
            }
        }
        columns
    }
}
