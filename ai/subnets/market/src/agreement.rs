//! Whether a validator's price is the others': each validator sees the market through sources of its own, and one whose
//! sources are wrong must not score miners by them.
//!
//! The measure is the median of all validators' prices, each counting by the stake behind it. Whoever is more than 0.3 %
//! away from it leaves the round out, as do the others when a majority of the stake is wrong: then nobody is paid for that
//! round, and nothing worse happens.

/// How far a price may be from the median, as a log-ratio: about 0.3 %.
pub const MOST_APART: f64 = 0.003;
/// Most validators that are heard.
pub const MOST: usize = 64;

/// What one validator saw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vote {
    /// The price, above 0.
    pub price: f64,
    /// The stake behind the validator, RAO.
    pub stake: u64,
}

/// What the others say of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody with stake says anything: one's own sources decide.
    Alone,
    /// It is theirs.
    Agrees,
    /// It isn't.
    Differs,
}

/// The price that half of the stake is not above and half is not below; between two such prices their mean. What is no
/// price, or has no stake behind it, isn't heard; `None` if nothing is left.
pub fn median(votes: &[Vote]) -> Option<f64> {
    let mut heard: Vec<Vote> =
        votes.iter().copied().filter(|vote| vote.stake > 0 && vote.price.is_finite() && vote.price > 0.0).collect();
    heard.sort_by(|a, b| a.price.total_cmp(&b.price));
    let all: u128 = heard.iter().map(|vote| u128::from(vote.stake)).sum();
    let mut below = 0u128;
    for (place, vote) in heard.iter().enumerate() {
        below += u128::from(vote.stake);
        if below * 2 == all {
            // Exactly half: the other half begins with the next.
            let next = heard.get(place + 1).map_or(vote.price, |next| next.price);
            return Some((vote.price + next) / 2.0);
        }
        if below * 2 > all {
            return Some(vote.price);
        }
    }
    None
}

/// What the others' votes (at most 64 count) say of one's own.
pub fn verdict(own: Vote, others: &[Vote]) -> Verdict {
    let others = others.get(..others.len().min(MOST)).unwrap_or_default();
    if median(others).is_none() {
        return Verdict::Alone;
    }
    let all: Vec<Vote> = others.iter().copied().chain([own]).collect();
    match median(&all) {
        Some(middle) if (own.price / middle).ln().abs() <= MOST_APART => Verdict::Agrees,
        _ => Verdict::Differs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vote(price: f64, stake: u64) -> Vote {
        Vote { price, stake }
    }

    #[test]
    fn stake_decides_and_not_the_number_of_keys() {
        assert_eq!(median(&[vote(100.0, 1), vote(101.0, 1), vote(102.0, 1)]), Some(101.0));
        assert_eq!(median(&[vote(100.0, 5), vote(101.0, 1), vote(102.0, 1)]), Some(100.0));
        assert_eq!(median(&[vote(100.0, 1), vote(200.0, 1)]), Some(150.0));
        assert_eq!(median(&[vote(3.0, 2), vote(1.0, 1), vote(2.0, 1)]), Some(2.5));
        assert_eq!(median(&[vote(1.0, u64::MAX), vote(2.0, u64::MAX), vote(3.0, u64::MAX)]), Some(2.0));
    }

    #[test]
    fn what_is_no_price_or_has_no_stake_is_not_heard() {
        assert_eq!(median(&[]), None);
        let odd = [vote(f64::NAN, 9), vote(-1.0, 9), vote(0.0, 9), vote(f64::INFINITY, 9), vote(5.0, 0)];
        assert_eq!(median(&odd), None);
        assert_eq!(verdict(vote(1.0, 1), &odd), Verdict::Alone);
        let heard: Vec<Vote> = odd.into_iter().chain([vote(7.0, 1)]).collect();
        assert_eq!(median(&heard), Some(7.0));
    }

    #[test]
    fn three_thousandths_away_is_too_far() {
        let others = [vote(1000.0, 3), vote(1000.0, 3), vote(990.0, 1)];
        assert_eq!(verdict(vote(1002.9, 2), &others), Verdict::Agrees);
        assert_eq!(verdict(vote(1003.1, 2), &others), Verdict::Differs);
        assert_eq!(verdict(vote(996.9, 2), &others), Verdict::Differs);
        assert_eq!(verdict(vote(f64::NAN, 2), &others), Verdict::Differs);
        // Who holds the majority of the stake is the median.
        assert_eq!(verdict(vote(500.0, 100), &others), Verdict::Agrees);
        assert_eq!(verdict(vote(500.0, 0), &others), Verdict::Differs, "no stake, no say");
    }

    proptest! {
        /// A minority of the stake, whatever it says, moves the median to no price that no honest validator saw.
        #[test]
        fn a_minority_of_the_stake_moves_nothing(
            honest in proptest::collection::vec((99.0..101.0f64, 10u64..20), 5..20),
            liars in proptest::collection::vec(1e-6..1e9f64, 0..5),
        ) {
            let honest: Vec<Vote> = honest.into_iter().map(|(price, stake)| vote(price, stake)).collect();
            let all: Vec<Vote> = honest.iter().copied().chain(liars.into_iter().map(|price| vote(price, 9))).collect();
            let found = median(&all).unwrap_or(f64::NAN);
            prop_assert!((99.0..=101.0).contains(&found), "{}", found);
        }
    }
}
