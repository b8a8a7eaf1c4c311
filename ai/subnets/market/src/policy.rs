//! From scores to pay.

use ganglion_subnet::scoring::clones::ClonePolicy;
use ganglion_subnet::ScorePolicy;

use crate::judge::BASE;

/// Rounds after which it is clear who are clones.
const COMPARED: u64 = 50;
/// The part of these rounds in which clones' forecasts are the same: a mean distance below 0.02 σ.
const SAME: f64 = 0.8;
/// The part of the field that a newcomer begins above.
const WORST: f64 = 0.1;
/// By how much less than the baseline's score, from 0 to 1, local networks pay for.
const LENIENCE: f64 = 0.05;

/// For markets of the world's clock: differences of skill are a hundredth of the loss, so that hundreds of rounds are
/// remembered (half of a round's weight is gone after 864 others: three days of rounds every five minutes), nobody is paid
/// before fifty, and nothing is paid for what everybody knows. Half of a miner's worth depends on its information in bits:
/// its own, what it adds to the others, and what nobody else says, in the parts that all subnets have
/// ([`value`](ganglion_subnet::scoring::value)). Newcomers begin among the worst tenth. See [`clones`] for who counts as one.
///
/// The design pays half of the weight by information and half by the marginal value φ, each by itself. On hourly bitcoin (by a
/// program in another language) that would pay who says only what everybody knows 8 %, since beside forecasts that are too
/// sure even that adds something. Here φ is a part of what a gain is multiplied by, and who gains nothing is paid nothing.
///
/// The design's confidence bound counts only windows that don't overlap, of each time ahead by itself. Here a round has one
/// score for all its times ahead and counts as one, though a hundred rounds five minutes apart have most of their
/// 8 h 20 min in common: the bound lies closer to the mean than by the design, and luck over the longer times is paid sooner.
pub fn policy() -> ScorePolicy {
    ScorePolicy {
        alpha: 1.0 - 0.5f64.powf(1.0 / 864.0),
        min_samples: 50,
        newcomer: WORST,
        clones: Some(clones()),
        baseline: BASE,
        steepness: 2.0,
        information: 0.5,
        ..ScorePolicy::default()
    }
}

/// Two miners are one if four fifths of their last fifty forecasts about the same were the same.
///
/// That losses go up and down together says less than one may think, so it isn't asked: on hourly bitcoin, beside two miners
/// who say that nothing will change, the losses of two honest forecasters with different memories (0.94 and 0.97), less the
/// round's mean, reach a correlation of 0.98 over a hundred rounds.
pub fn clones() -> ClonePolicy {
    let alpha = 2.0 / (COMPARED as f64 + 1.0);
    ClonePolicy { likeness: SAME, z: 0.0, alpha, min_comparisons: COMPARED, ..ClonePolicy::default() }
}

/// For local networks, where a minute is a long time: a hundred rounds are remembered, and seats are paid by themselves,
/// since a demonstration's miners may be the same model. A little less than what everybody knows is paid, too: to tell
/// a gain of a hundredth from luck takes hundreds of rounds, and until then nobody would earn anything. In forty worlds made
/// as the beacon makes them (by a program in another language), exponentially weighted volatility was worth something after
/// ten rounds, which are the fewest, to fourteen; with the strict baseline in half of such worlds not within three hundred.
pub fn local() -> ScorePolicy {
    ScorePolicy { alpha: 0.02, min_samples: 10, clones: None, vectors: 1, baseline: BASE - LENIENCE, ..policy() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::NeuronId;
    use ganglion_subnet::scoring::clones::Pairs;
    use ganglion_subnet::weights::weights;
    use ganglion_subnet::Book;

    /// Whether two miners are one whose forecasts differ in every `each`th of so many rounds.
    fn found(rounds: u64, each: u64) -> bool {
        let mut pairs = Pairs::default();
        for round in 1..=rounds {
            let likeness = if round.is_multiple_of(each) { 0.0 } else { 1.0 };
            pairs.note(1, 2, likeness, 0.0, &clones());
        }
        !pairs.clusters(&clones()).is_empty()
    }

    #[test]
    fn clones_are_the_same_in_four_of_five_of_fifty_rounds() {
        assert!(found(50, 51) && found(50, 7) && found(200, 7));
        assert!(!found(49, 51), "too few rounds");
        assert!(!found(50, 4) && !found(200, 4), "three of four");
        assert!(clones().followers < 1.0 && policy().clones == Some(clones()));
    }

    /// Whoever comes first doesn't begin below what is paid: else twenty-one rounds would be needed here.
    #[test]
    fn a_little_gain_is_paid_after_the_fewest_rounds() {
        let (policy, miner) = (local(), NeuronId(1));
        let mut book = Book::new(&[0; 32], 8);
        let mut rounds = 0u64;
        while !book.estimate(miner).is_some_and(|found| found.count >= policy.min_samples && found.bound(&policy) > 0.0)
        {
            let score = if rounds.is_multiple_of(2) { 0.6 } else { 0.42 };
            book.enter(miner, score, 1, &policy);
            rounds += 1;
            assert!(rounds < 100, "never");
        }
        assert_eq!(rounds, policy.min_samples);
        assert!(weights(&book, &[miner], &policy).iter().any(|(_, weight)| *weight > 0));
    }

    #[test]
    fn half_is_forgotten_in_three_days() {
        assert!(((1.0 - policy().alpha).powi(864) - 0.5).abs() < 1e-9);
        assert_eq!((policy().baseline, local().baseline), (0.5, 0.45));
    }
}
