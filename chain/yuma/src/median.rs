//! Weighted median by selection: linear time on average, `O(n log n)` at worst.

use crate::fixed::I32F32;

/// One opinion and the stake behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vote {
    pub score: I32F32,
    pub stake: I32F32,
}

/// Below this length a plain insertion sort is fastest.
const SHORT: usize = 12;

/// The smallest score `v` such that the stake scoring at most `v` exceeds `minority`; the largest score if there is
/// none; 0 without votes. `below` is stake known to score less than every vote given here.
///
/// Stakes must be positive and their sum (with `below`) within range. Both buffers are overwritten; the spare one
/// must be as long as the votes.
pub(crate) fn weighted(votes: &mut [Vote], spare: &mut [Vote], minority: I32F32, below: I32F32) -> I32F32 {
    let minority = minority.to_bits();
    let mut below = below.to_bits();
    let (mut votes, mut spare) = (votes, spare);
    // Bad pivots can be provoked by whoever sets weights. After twice the expected number of rounds, sorting
    // bounds the cost.
    let mut rounds = 2 * (usize::BITS - votes.len().leading_zeros());
    while votes.len() > SHORT && rounds > 0 {
        rounds -= 1;
        let pivot = pivot(votes);
        let parts = partition(votes, spare, pivot);
        let before = below.wrapping_add(parts.stake_less);
        let through = before.wrapping_add(parts.stake_equal);
        if before > minority && parts.less > 0 {
            votes = &mut votes[..parts.less];
        } else if through > minority || parts.greater == 0 {
            return pivot;
        } else {
            below = through;
            core::mem::swap(&mut votes, &mut spare);
            votes = &mut votes[..parts.greater];
        }
    }
    if votes.len() <= SHORT {
        insertion_sort(votes);
    } else {
        votes.sort_unstable_by_key(|vote| vote.score);
    }
    for vote in votes.iter() {
        below = below.wrapping_add(vote.stake.to_bits());
        if below > minority {
            return vote.score;
        }
    }
    votes.last().map_or(I32F32::ZERO, |vote| vote.score)
}

/// Median of first, middle and last.
fn pivot(votes: &[Vote]) -> I32F32 {
    let (a, b, c) = (votes[0].score, votes[votes.len() / 2].score, votes[votes.len() - 1].score);
    a.min(b).max(a.max(b).min(c))
}

struct Parts {
    /// This many votes at the front score less than the pivot.
    less: usize,
    /// This many votes at the front of the spare buffer score more.
    greater: usize,
    stake_less: i64,
    stake_equal: i64,
}

/// Splits votes in three around the pivot's score; those equal to it are only counted.
///
/// Every vote is written to both sides and stays only where it counts: mispredicted branches would cost more.
fn partition(votes: &mut [Vote], spare: &mut [Vote], pivot: I32F32) -> Parts {
    let mut parts = Parts { less: 0, greater: 0, stake_less: 0, stake_equal: 0 };
    for i in 0..votes.len() {
        let vote = votes[i];
        let (less, equal, stake) = (vote.score < pivot, vote.score == pivot, vote.stake.to_bits());
        votes[parts.less] = vote;
        spare[parts.greater] = vote;
        parts.less += usize::from(less);
        parts.greater += usize::from(!(less | equal));
        parts.stake_less = parts.stake_less.wrapping_add(stake & -i64::from(less));
        parts.stake_equal = parts.stake_equal.wrapping_add(stake & -i64::from(equal));
    }
    parts
}

fn insertion_sort(votes: &mut [Vote]) {
    for i in 1..votes.len() {
        let vote = votes[i];
        let mut hole = i;
        while hole > 0 && votes[hole - 1].score > vote.score {
            votes[hole] = votes[hole - 1];
            hole -= 1;
        }
        votes[hole] = vote;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// The rule of the reference, as it is written down there: recursion on an index list with bounds.
    fn recursive(votes: &[Vote], list: &[usize], minority: i64, low: i64, high: i64) -> i64 {
        let score = |i: usize| votes[i].score.to_bits();
        let sum = |list: &[usize]| list.iter().map(|i| votes[*i].stake.to_bits()).sum::<i64>();
        match list {
            [] => return 0,
            [only] => return score(*only),
            _ => {}
        }
        let pivot = score(list[list.len() / 2]);
        let lower: Vec<usize> = list.iter().copied().filter(|i| score(*i) < pivot).collect();
        let upper: Vec<usize> = list.iter().copied().filter(|i| score(*i) > pivot).collect();
        let (below, above) = (sum(&lower), sum(&upper));
        if low + below <= minority && minority < high - above {
            pivot
        } else if minority < low + below && !lower.is_empty() {
            recursive(votes, &lower, minority, low, low + below)
        } else if high - above <= minority && !upper.is_empty() {
            recursive(votes, &upper, minority, high - above, high)
        } else {
            pivot
        }
    }

    proptest! {
        #[test]
        fn selection_agrees_with_the_recursive_rule(
            pairs in proptest::collection::vec((0..40i64, 1..1000i64), 0..120),
            minority in -10..60_000i64,
        ) {
            let mut votes: Vec<Vote> = pairs
                .iter()
                .map(|(score, stake)| Vote { score: I32F32::from_bits(*score), stake: I32F32::from_bits(*stake) })
                .collect();
            let total: i64 = pairs.iter().map(|(_, stake)| stake).sum();
            let minority = minority.min(total);
            let all: Vec<usize> = (0..votes.len()).collect();
            let expected = recursive(&votes, &all, minority, 0, total);
            let found = weighted(&mut votes.clone(), &mut votes, I32F32::from_bits(minority), I32F32::ZERO);
            prop_assert_eq!(found.to_bits(), expected);
        }
    }
}
