//! An epoch written down as plainly as the rules are: dense matrices and one fixed-point operation after the other.
//! Slow, and therefore a good witness for the fast one.

use ganglion_yuma::math::{logistic_parameters, quantile};
use ganglion_yuma::{EpochInput, I32F32};

pub type Row = Vec<(u16, u16)>;
type Matrix = Vec<Vec<I32F32>>;

const ZERO: I32F32 = I32F32::ZERO;
const ONE: I32F32 = I32F32::ONE;

/// What the model knows: the reference rules, without permits and amounts.
pub struct Modelled {
    pub prerank: Vec<I32F32>,
    pub consensus: Vec<I32F32>,
    pub validator_trust: Vec<I32F32>,
    pub incentive: Vec<I32F32>,
    pub trust: Vec<I32F32>,
    pub dividends: Vec<I32F32>,
    /// By row, in 65535ths of the largest of a column.
    pub bonds: Vec<Vec<u16>>,
}

fn sum(values: &[I32F32]) -> I32F32 {
    values.iter().fold(ZERO, |a, b| a.saturating_add(*b))
}

fn normalise(values: &mut [I32F32]) {
    let total = sum(values);
    if total > ZERO {
        values.iter_mut().for_each(|value| *value = value.saturating_div(total));
    }
}

fn column(matrix: &Matrix, j: usize) -> Vec<I32F32> {
    matrix.iter().map(|row| row[j]).collect()
}

fn normalise_columns(matrix: &mut Matrix) {
    for j in 0..matrix.len() {
        let mut values = column(matrix, j);
        normalise(&mut values);
        matrix.iter_mut().zip(values).for_each(|(row, value)| row[j] = value);
    }
}

fn dense(rows: &[Row], keep: impl Fn(usize, usize) -> bool) -> Matrix {
    let n = rows.len();
    let mut matrix = vec![vec![ZERO; n]; n];
    for (i, row) in rows.iter().enumerate() {
        let mut seen = vec![false; n];
        for (j, value) in row {
            let j = usize::from(*j);
            if j < n && !seen[j] {
                seen[j] = true;
                if keep(i, j) {
                    matrix[i][j] = I32F32::from_int(i32::from(*value));
                }
            }
        }
    }
    matrix
}

fn recursive(
    stake: &[I32F32],
    score: &[I32F32],
    list: &[usize],
    minority: I32F32,
    low: I32F32,
    high: I32F32,
) -> I32F32 {
    if list.len() < 2 {
        return list.first().map_or(ZERO, |only| score[*only]);
    }
    let pivot = score[list[list.len() / 2]];
    let lower: Vec<usize> = list.iter().copied().filter(|i| score[*i] < pivot).collect();
    let upper: Vec<usize> = list.iter().copied().filter(|i| score[*i] > pivot).collect();
    let total = |list: &[usize]| list.iter().fold(ZERO, |a, i| a.saturating_add(stake[*i]));
    let (after, before) = (low.saturating_add(total(&lower)), high.saturating_sub(total(&upper)));
    if after <= minority && minority < before {
        pivot
    } else if minority < after && !lower.is_empty() {
        recursive(stake, score, &lower, minority, low, after)
    } else if before <= minority && !upper.is_empty() {
        recursive(stake, score, &upper, minority, before, high)
    } else {
        pivot
    }
}

fn median(stake: &[I32F32], score: &[I32F32], kappa: I32F32) -> I32F32 {
    let list: Vec<usize> = (0..stake.len()).filter(|i| stake[*i] > ZERO).collect();
    let total = list.iter().fold(ZERO, |a, i| a.saturating_add(stake[*i]));
    recursive(stake, score, &list, total.saturating_sub(kappa), ZERO, total)
}

/// Learning rate by destination.
fn rates(input: &EpochInput<'_, Row>, consensus: &[I32F32]) -> Vec<I32F32> {
    let kept = I32F32::from_bits(((input.parameters.bonds_moving_average.min(1_000_000) << 32) / 1_000_000) as i64);
    let flat = vec![ONE.saturating_sub(kept); consensus.len()];
    let Some(bounds) = input.parameters.liquid_alpha else { return flat };
    if consensus.iter().all(|value| *value == ZERO) {
        return flat;
    }
    let mut sorted = consensus.to_vec();
    let (high, low) = (quantile(&mut sorted, 3, 4), quantile(&mut sorted, 1, 4));
    if !(high > low || high != ZERO || low < ZERO) {
        return flat;
    }
    let (alpha_low, alpha_high) = (I32F32::from_proportion_u16(bounds.low), I32F32::from_proportion_u16(bounds.high));
    let (a, b) = logistic_parameters(alpha_high, alpha_low, high, low);
    consensus
        .iter()
        .map(|value| {
            let grown = b.saturating_sub(a.saturating_mul(*value)).exp().unwrap_or(ZERO);
            ONE.saturating_div(ONE.saturating_add(grown)).min(alpha_high).max(alpha_low)
        })
        .collect()
}

/// The epoch, given the normalised stakes.
pub fn model(input: &EpochInput<'_, Row>, stake: &[I32F32]) -> Modelled {
    let n = stake.len();
    let parameters = &input.parameters;
    let mut active: Vec<I32F32> = (0..n)
        .map(|i| {
            let late = input.last_update[i].saturating_add(parameters.activity_cutoff) < input.now;
            if late || !input.permits[i] {
                ZERO
            } else {
                stake[i]
            }
        })
        .collect();
    normalise(&mut active);

    let current = |i: usize, j: usize| input.last_update[i] > input.registered_at[j];
    let mut weights = dense(input.weights, |i, j| input.permits[i] && i != j && current(i, j));
    for row in &mut weights {
        // A row of 65 536 full weights would leave the range; tests stay far below.
        normalise(row);
    }
    let backed = |weights: &Matrix, j: usize| {
        (0..n).fold(ZERO, |total, i| total.saturating_add(weights[i][j].saturating_mul(active[i])))
    };
    let prerank: Vec<I32F32> = (0..n).map(|j| backed(&weights, j)).collect();
    let mut ballots = active.clone();
    normalise(&mut ballots);
    let kappa = I32F32::from_proportion_u16(parameters.kappa);
    let consensus: Vec<I32F32> = (0..n).map(|j| median(&ballots, &column(&weights, j), kappa)).collect();
    for row in &mut weights {
        row.iter_mut().zip(&consensus).for_each(|(weight, limit)| *weight = (*weight).min(*limit));
    }
    let validator_trust = weights.iter().map(|row| sum(row)).collect();
    let mut incentive: Vec<I32F32> = (0..n).map(|j| backed(&weights, j)).collect();
    let trust = incentive
        .iter()
        .zip(&prerank)
        .map(|(rank, before)| if *before == ZERO { ZERO } else { rank.saturating_div(*before) })
        .collect();
    normalise(&mut incentive);

    let mut old = dense(input.bonds, current);
    normalise_columns(&mut old);
    let mut new: Matrix = (0..n).map(|i| weights[i].iter().map(|w| w.saturating_mul(active[i])).collect()).collect();
    normalise_columns(&mut new);
    let rates = rates(input, &consensus);
    let mut bonds: Matrix = (0..n)
        .map(|i| {
            (0..n)
                .map(|j| {
                    let kept = ONE.saturating_sub(rates[j]).saturating_mul(old[i][j]);
                    rates[j].saturating_mul(new[i][j]).saturating_add(kept)
                })
                .collect()
        })
        .collect();
    normalise_columns(&mut bonds);
    let mut dividends: Vec<I32F32> = bonds
        .iter()
        .map(|row| row.iter().zip(&incentive).fold(ZERO, |a, (b, r)| a.saturating_add(b.saturating_mul(*r))))
        .collect();
    normalise(&mut dividends);
    let largest: Vec<I32F32> = (0..n).map(|j| column(&bonds, j).into_iter().max().unwrap_or(ZERO)).collect();
    let bonds = bonds
        .iter()
        .map(|row| {
            row.iter()
                .zip(&largest)
                .map(|(bond, most)| if *most == ZERO { 0 } else { bond.saturating_div(*most).to_proportion_u16() })
                .collect()
        })
        .collect();
    Modelled { prerank, consensus, validator_trust, incentive, trust, dividends, bonds }
}
