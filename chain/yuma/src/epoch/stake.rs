//! Who has a say, and how much: activity, normalised stake, permits.

use alloc::vec::Vec;

use crate::input::EpochInput;
use crate::options::Unstaked;
use crate::ratio::{amount_ratio, Reciprocal};

/// Each neuron's share of the stake, in raw bits.
pub(crate) fn shares<R>(input: &EpochInput<'_, R>, unstaked: Unstaked, shares: &mut Vec<u64>) {
    let total: u128 = input.stakes.iter().map(|stake| u128::from(*stake)).sum();
    shares.clear();
    if total == 0 {
        let each = match unstaked {
            Unstaked::EqualStake => amount_ratio(1, input.stakes.len() as u128),
            Unstaked::Nothing => 0,
        };
        shares.resize(input.stakes.len(), each);
    } else {
        shares.extend(input.stakes.iter().map(|stake| amount_ratio(*stake, total)));
    }
}

/// Whether each neuron has set weights within the cutoff.
pub(crate) fn activity<R>(input: &EpochInput<'_, R>) -> Vec<bool> {
    let cutoff = input.parameters.activity_cutoff;
    input.last_update.iter().map(|block| block.saturating_add(cutoff) >= input.now).collect()
}

/// Shares of those who are active and hold a permit, normalised among themselves.
pub(crate) fn active_shares(shares: &[u64], active: &[bool], permits: &[bool], out: &mut Vec<u64>) {
    out.clear();
    out.extend(shares.iter().zip(active.iter().zip(permits)).map(
        |(share, (active, permit))| {
            if *active && *permit {
                *share
            } else {
                0
            }
        },
    ));
    normalise(out);
}

/// Divides by the sum, unless that is 0. The sum may be at most 2 (two normalised vectors).
pub(crate) fn normalise(values: &mut [u64]) {
    let sum = Reciprocal::new(values.iter().sum());
    for value in values.iter_mut().filter(|value| **value > 0) {
        *value = sum.divide_wide(*value);
    }
}

/// Permits for the `limit` neurons with most stake; among equals the higher uid wins.
pub(crate) fn permits(shares: &[u64], limit: u16, order: &mut Vec<u64>) -> Vec<bool> {
    let n = shares.len();
    let losers = n.saturating_sub(usize::from(limit));
    let mut permits = Vec::new();
    permits.resize(n, losers == 0);
    if losers == 0 || losers == n {
        return permits;
    }
    // Share and uid in one key: a share has at most 33 bits, a uid 16.
    order.clear();
    order.extend(shares.iter().enumerate().map(|(uid, share)| (share << 16) | uid as u64));
    let (_, lowest, winners) = order.select_nth_unstable(losers);
    for key in winners.iter().chain(core::iter::once(&*lowest)) {
        permits[usize::from(*key as u16)] = true;
    }
    permits
}
