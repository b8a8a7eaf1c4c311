//! In which order miners are asked: one pure function of what is known of them.
//!
//! First those that seem to work. Among these by score, which is the miner's share of the pay (where nobody is paid yet,
//! of the validators' newest weights), times two factors from 0 to 1:
//!
//! - speed, `4 s / (4 s + t)`, where `t` is its average answer time: who takes four seconds must be worth twice who answers
//!   at once. Who hasn't been measured counts as fast as the average of those who have. Of exact questions the time is that
//!   of exact answers, half a second counts as four do otherwise, and who hasn't been measured counts as answering at once:
//!   who computes is thousands of times faster than who writes, and should soon be found, among those that are paid for it.
//!   So the factor is a quarter at least there: who is paid far less doesn't come first for being quick, as quickest is who
//!   says anything;
//! - cheapness, `√(c / p)`, where `p` is its price and `c` the cheapest one's: who takes four times as much must be worth
//!   twice as much. Who asks for nothing counts as cheap.
//!
//! Equal scores go by time, the unmeasured first so that they get measured, then by uid. Those whose score is nothing go by uid
//! alone: nobody says yet that they are worth anything, and who is quickest among them would be who does least.

use crate::{directory::NEAR, sort::Sort};
use std::{cmp::Ordering, time::Duration};

/// An answer time that halves a score.
const PATIENCE: Duration = Duration::from_secs(4);
/// The same where the question is exact.
const EXACT_PATIENCE: Duration = Duration::from_millis(500);

/// What is known of a miner.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) uid: u16,
    /// Share of the miners' pay, in 1/65535.
    pub(crate) incentive: u16,
    /// Share of the validators' weights, in 1/65535.
    pub(crate) promised: u16,
    /// Its circuit breaker is open.
    pub(crate) paused: bool,
    /// Its port was closed at the last look.
    pub(crate) dead: bool,
    /// Average time for such a question, if it has been measured.
    pub(crate) latency: Option<Duration>,
    /// RAO for a usual request, if it wants any.
    pub(crate) price: Option<u64>,
}

/// Positions in `miners` and scores (0 to 1), whom to ask a question of this sort first in front.
pub(crate) fn order(miners: &[Facts], sort: Sort) -> Vec<(usize, f64)> {
    let market = Market::of(miners, sort);
    let mut ranked: Vec<(usize, &Facts, f64)> =
        miners.iter().enumerate().map(|(index, facts)| (index, facts, market.score(facts))).collect();
    ranked.sort_by(|(_, a, score_a), (_, b, score_b)| compare(a, *score_a, b, *score_b));
    ranked.into_iter().map(|(index, _, score)| (index, score)).collect()
}

fn compare(a: &Facts, score_a: f64, b: &Facts, score_b: f64) -> Ordering {
    (a.paused, a.dead)
        .cmp(&(b.paused, b.dead))
        .then(score_b.total_cmp(&score_a))
        .then(match score_a > 0.0 {
            true => a.latency.unwrap_or_default().cmp(&b.latency.unwrap_or_default()),
            false => Ordering::Equal,
        })
        .then(a.uid.cmp(&b.uid))
}

/// What miners are compared with.
struct Market {
    /// Whether anybody is paid.
    pays: bool,
    /// An answer time that halves a score, seconds.
    patience: f64,
    /// What is left of a score, however long the answers take.
    slowest: f64,
    /// The answer time of those who weren't measured, seconds.
    usual: f64,
    /// The lowest price, RAO; `None` if nobody wants any.
    cheapest: Option<u64>,
}

impl Market {
    fn of(miners: &[Facts], sort: Sort) -> Self {
        let measured: Vec<f64> =
            miners.iter().filter_map(|facts| facts.latency).map(|time| time.as_secs_f64()).collect();
        Self {
            pays: miners.iter().any(|facts| facts.incentive > 0),
            patience: match sort {
                Sort::Open => PATIENCE.as_secs_f64(),
                Sort::Exact => EXACT_PATIENCE.as_secs_f64(),
            },
            slowest: match sort {
                Sort::Open => 0.0,
                Sort::Exact => 1.0 / f64::from(NEAR),
            },
            usual: match sort {
                Sort::Open => measured.iter().sum::<f64>() / measured.len().max(1) as f64,
                Sort::Exact => 0.0,
            },
            cheapest: miners.iter().filter_map(|facts| facts.price).filter(|price| *price > 0).min(),
        }
    }

    fn score(&self, facts: &Facts) -> f64 {
        let share = if self.pays { facts.incentive } else { facts.promised };
        let time = facts.latency.map_or(self.usual, |time| time.as_secs_f64());
        let speed = (self.patience / (self.patience + time)).max(self.slowest);
        let cheapness = match (self.cheapest, facts.price) {
            (Some(cheapest), Some(price)) if price > cheapest => (cheapest as f64 / price as f64).sqrt(),
            _ => 1.0,
        };
        f64::from(share) / f64::from(u16::MAX) * speed * cheapness
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn miner(uid: u16, incentive: u16) -> Facts {
        Facts { uid, incentive, ..Facts::default() }
    }

    fn uids(miners: &[Facts]) -> Vec<u16> {
        uids_for(Sort::Open, miners)
    }

    fn uids_for(sort: Sort, miners: &[Facts]) -> Vec<u16> {
        order(miners, sort).into_iter().map(|(index, _)| miners[index].uid).collect()
    }

    fn timed(facts: Facts, millis: u64) -> Facts {
        Facts { latency: Some(Duration::from_millis(millis)), ..facts }
    }

    #[test]
    fn pay_counts_most_and_those_that_work_come_first() {
        let all = [miner(1, 10), miner(2, 90), Facts { dead: true, ..miner(3, 100) }, miner(4, 50)];
        assert_eq!(uids(&all), [2, 4, 1, 3]);
        let paused = Facts { paused: true, ..miner(5, 9_000) };
        assert_eq!(uids(&[paused, all[2], all[0]]), [1, 3, 5], "a paused one is the last resort");
        assert_eq!(uids(&[]), [0_u16; 0]);
    }

    #[test]
    fn scores_are_told() {
        let priced = |facts, price| Facts { price: Some(price), ..facts };
        let half = priced(timed(miner(1, u16::MAX), 4_000), 100);
        let quarter = priced(timed(miner(2, u16::MAX), 4_000), 400);
        assert_eq!(order(&[quarter, half], Sort::Open), [(1, 0.5), (0, 0.25)]);
    }

    #[test]
    fn a_slow_one_must_be_worth_more() {
        assert_eq!(uids(&[timed(miner(1, 1000), 8_000), timed(miner(2, 400), 10)]), [2, 1]);
        assert_eq!(uids(&[timed(miner(1, 1000), 2_000), timed(miner(2, 400), 10)]), [1, 2]);
        assert_eq!(uids(&[timed(miner(1, 500), 80), timed(miner(2, 500), 20)]), [2, 1]);
        // Unmeasured ones are taken for usual, and looked at first among equals.
        assert_eq!(uids(&[timed(miner(1, 500), 80), miner(2, 500)]), [2, 1]);
        assert_eq!(uids(&[timed(miner(1, 501), 8_000), miner(2, 500)]), [1, 2]);
        assert_eq!(uids(&[Facts { latency: Some(Duration::MAX), ..miner(1, 9) }, timed(miner(2, 1), 1)]), [2, 1]);
    }

    /// Shares and times of a young `ganglion up`, in which chance has paid those best who write.
    #[test]
    fn an_exact_question_goes_to_who_computes_if_that_is_paid() {
        let (warm, writes, computes, babbles) =
            (miner(1, 26_723), miner(2, 22_412), miner(3, 16_399), timed(miner(4, 0), 1));
        let all = [timed(warm, 1_020), timed(writes, 520), timed(computes, 20), babbles];
        assert_eq!(uids_for(Sort::Exact, &all), [3, 2, 1, 4], "nobody is asked for being quick alone");
        assert_eq!(uids(&all), [1, 2, 3, 4]);
        let unknown = [timed(warm, 2_000), timed(writes, 1_000), computes, babbles];
        assert_eq!(uids_for(Sort::Exact, &unknown), [3, 2, 1, 4], "who wasn't measured is soon");
        assert_eq!(uids_for(Sort::Exact, &[warm, writes, computes, babbles]), [1, 2, 3, 4], "pay says most at first");
        // Eight seconds of one who is paid four times as much, and a little more than that.
        let best = timed(miner(1, 40_000), 8_000);
        assert_eq!(uids_for(Sort::Exact, &[best, timed(miner(2, 10_100), 1)]), [2, 1]);
        assert_eq!(uids_for(Sort::Exact, &[best, timed(miner(2, 9_900), 1)]), [1, 2], "paid far less");
    }

    #[test]
    fn a_dear_one_must_be_worth_more() {
        let priced = |facts, price| Facts { price: Some(price), ..facts };
        assert_eq!(uids(&[priced(miner(1, 1000), 400), priced(miner(2, 600), 100)]), [2, 1]);
        assert_eq!(uids(&[priced(miner(1, 1000), 200), priced(miner(2, 600), 100)]), [1, 2]);
        assert_eq!(uids(&[priced(miner(1, 500), 100), miner(2, 500)]), [1, 2], "who wants nothing is as cheap");
        assert_eq!(uids(&[priced(miner(1, 500), u64::MAX), priced(miner(2, 1), 0), priced(miner(3, 1), 1)]), [2, 3, 1]);
    }

    #[test]
    fn without_pay_the_validators_weights_count() {
        let promised = |uid, promised| Facts { promised, ..miner(uid, 0) };
        assert_eq!(uids(&[promised(1, 0), promised(2, 9), promised(3, 65_000)]), [3, 2, 1]);
        assert_eq!(uids(&[promised(1, 65_535), Facts { incentive: 1, ..promised(2, 0) }]), [2, 1], "pay says more");
        assert_eq!(uids(&[timed(miner(1, 0), 5), miner(2, 0), miner(3, 0)]), [1, 2, 3], "of strangers who came first");
    }
}
