//! How much information an answer carries, in bits: three numbers that mean the same in every subnet.
//!
//! - **Absolute**: by how much the answer makes the hidden target likelier than a public baseline does, log₂ p / p₀. In
//!   expectation it is the information that the answer has about the target, less what it is wrong about itself; honest
//!   probabilities maximise it.
//! - **Marginal**: what the answer adds to the others', as its Shapley value in the pool of all. Who is known for a copy
//!   adds nothing; until then it shares with the one it copies. Every round counts, also where all together did worse than
//!   the baseline; see [`marginal`].
//! - **Novelty**: how much longer the answer is when the others' are known already; counted only where it is good, since
//!   noise is new too.
//!
//! A subnet whose answers are probabilities says p and p₀ itself ([`Evidence`]). For all others a score is read as that
//! of a channel: with accuracy `a` the miner names the target, else one of the 1/p₀ − 1 other answers. `a` is what was
//! known of the miner *before* the task, so nobody gains by claiming to be sure.

use serde::{Deserialize, Serialize};

use crate::seed::Dice;

/// No probability counts as less: one confident mistake must not outweigh everything.
pub const FLOOR: f64 = 1e-4;
/// The baseline's chance where the subnet doesn't say: one in sixteen, so that a right answer is worth four bits.
pub const BASELINE: f64 = 1.0 / 16.0;
/// Most bits of novelty.
pub const MOST_NOVELTY: f64 = 4.0;
/// A score from which on an answer's novelty counts.
pub const QUALITY_GATE: f64 = 0.5;
/// Orders in which the pool is put together.
const ORDERS: usize = 64;

/// What a subnet measured about the hidden target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The probability that the answer gave to the target; `None` if answers aren't probabilities.
    pub probability: Option<f64>,
    /// The probability that the public baseline gives to it, or its chance of a right answer.
    pub baseline: f64,
}

impl Default for Evidence {
    fn default() -> Self {
        Self { probability: None, baseline: BASELINE }
    }
}

/// The three numbers of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bits {
    /// Gain over the baseline.
    pub absolute: f64,
    /// Gain of all by this one, below 0 where all would have done better without it; `None` if nobody else was asked.
    pub marginal: Option<f64>,
    /// What nobody else had said, 0 to 4; `None` if nobody else answered.
    pub novelty: Option<f64>,
}

impl Bits {
    /// With short decimals, so that receipts read back exactly as they were signed.
    pub fn short(self) -> Self {
        let short = crate::subnet::short;
        Self { absolute: short(self.absolute), marginal: self.marginal.map(short), novelty: self.novelty.map(short) }
    }
}

/// An answer as the pool sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opinion {
    /// The probability that it gave to the target.
    pub probability: f64,
    /// How much its miner counts, above 0.
    pub reputation: f64,
}

fn baseline(evidence: &Evidence) -> f64 {
    match evidence.baseline.is_finite() {
        true => evidence.baseline.clamp(FLOOR, 0.99),
        false => BASELINE,
    }
}

/// Accuracy as far as it can be claimed: never below the baseline's, never certain.
fn accuracy(known: f64, baseline: f64) -> f64 {
    if known.is_finite() {
        known.clamp(baseline, 1.0 - FLOOR)
    } else {
        baseline
    }
}

/// The probability that an answer of this score (0 to 1) gave to the target, by a miner whose accuracy was `known`.
pub fn probability(evidence: &Evidence, score: f64, known: f64) -> f64 {
    if let Some(probability) = evidence.probability.filter(|p| p.is_finite()) {
        return probability.clamp(FLOOR, 1.0);
    }
    let p0 = baseline(evidence);
    let a = accuracy(known, p0);
    let wrong = (1.0 - a) * p0 / (1.0 - p0);
    (score * a + (1.0 - score) * wrong).clamp(FLOOR, 1.0)
}

/// The absolute gain of an answer, in bits.
pub fn absolute(evidence: &Evidence, score: f64, known: f64) -> f64 {
    let p0 = baseline(evidence);
    if evidence.probability.is_some_and(f64::is_finite) {
        return (probability(evidence, score, known) / p0).log2();
    }
    let a = accuracy(known, p0);
    score * (a / p0).log2() + (1.0 - score) * ((1.0 - a) / (1.0 - p0)).log2()
}

/// The marginal gain of each opinion, in bits: its Shapley value in the game whose worth is that of the pooled
/// opinions, log₂ (Σ rᵢ pᵢ / Σ rᵢ) / p₀. From 64 random orders, with running sums. Together they are the worth of all,
/// which is below 0 where all together gave the target less than the baseline does.
///
/// There are no rounds that don't count, though the usual guard is to leave out those about which all together hardly know
/// anything. Whether all did well follows from what happened and from what each of them said:
/// a mean over such rounds alone would remember what somebody gains by being right with the others and forget what it
/// loses by being wrong with them, and pay boldness and padding. Nor is there anything to leave out: where all say what
/// everybody knows, each gain is 0. By concavity the worth of all is no less than the mean of their absolute gains,
/// weighted by reputation; so over many rounds miners who are as good as they say have something to share out.
///
/// Like the absolute gain it is highest in expectation for who says what it believes, if the others do and believe the
/// same. Beside others who are wrong in one direction, who leans the other way can add more.
pub fn marginal(opinions: &[Opinion], evidence: &Evidence, dice: &mut Dice) -> Vec<f64> {
    let p0 = baseline(evidence);
    let mut gains = vec![0.0; opinions.len()];
    let mut order: Vec<usize> = (0..opinions.len()).collect();
    for _ in 0..ORDERS {
        dice.shuffle(&mut order);
        let (mut weighed, mut weights, mut before) = (0.0, 0.0, 0.0);
        for index in &order {
            let opinion = &opinions[*index];
            weighed += opinion.reputation * opinion.probability;
            weights += opinion.reputation;
            // Who counts for nothing changes nothing.
            let now = if weights > 0.0 { (weighed / weights / p0).log2() } else { before };
            gains[*index] += now - before;
            before = now;
        }
    }
    gains.iter_mut().for_each(|gain| *gain /= ORDERS as f64);
    gains
}

/// The novelty of an answer of this score beside answers that are alike to it by `likenesses` (0 to 1): the code length
/// −log₂ of the nearest, from 0 to 4 bits. `None` without others.
pub fn novelty(score: f64, likenesses: impl IntoIterator<Item = f64>) -> Option<f64> {
    let nearest = likenesses.into_iter().filter(|likeness| likeness.is_finite()).reduce(f64::max)?;
    if score < QUALITY_GATE {
        return Some(0.0);
    }
    Some((-nearest.clamp(0.0, 1.0).max(MOST_NOVELTY.exp2().recip()).log2()).clamp(0.0, MOST_NOVELTY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use proptest::prelude::*;

    fn chance(baseline: f64) -> Evidence {
        Evidence { probability: None, baseline }
    }

    /// What the opinions know together, in bits.
    fn pool(opinions: &[Opinion]) -> f64 {
        let weights: f64 = opinions.iter().map(|opinion| opinion.reputation).sum();
        let weighed: f64 = opinions.iter().map(|opinion| opinion.reputation * opinion.probability).sum();
        (weighed / weights / BASELINE).log2()
    }

    fn opinions() -> impl Strategy<Value = Vec<Opinion>> {
        let one = (FLOOR..1.0f64, 0.01..1.0f64);
        proptest::collection::vec(one.prop_map(|(probability, reputation)| Opinion { probability, reputation }), 1..12)
    }

    #[test]
    fn a_right_answer_of_somebody_known_to_be_right_is_worth_the_choices() {
        assert!((absolute(&chance(1.0 / 8.0), 1.0, 1.0) - 3.0).abs() < 0.001);
        let measured = Evidence { probability: Some(0.5), baseline: 1.0 / 8.0 };
        assert!((absolute(&measured, 0.0, 0.0) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn what_all_get_wrong_costs_each_of_them_and_what_everybody_knows_nothing() {
        let gains = |probability: f64| {
            let opinions = [Opinion { probability, reputation: 1.0 }; 3];
            marginal(&opinions, &Evidence::default(), &mut Seed([1; 32]).dice())
        };
        let wrong = gains(0.01);
        assert!(wrong.iter().all(|gain| *gain < 0.0), "{wrong:?}");
        assert!((wrong.iter().sum::<f64>() - (0.01 / BASELINE).log2()).abs() < 1e-9, "{wrong:?}");
        assert!(gains(BASELINE).iter().all(|gain| gain.abs() < 1e-9));
        assert!(marginal(&[], &Evidence::default(), &mut Seed([1; 32]).dice()).is_empty());
    }

    #[test]
    fn who_counts_for_nothing_adds_nothing() {
        let opinions = [(0.9, 0.0), (0.5, 1.0)].map(|(probability, reputation)| Opinion { probability, reputation });
        let gains = marginal(&opinions, &Evidence::default(), &mut Seed([1; 32]).dice());
        assert!(gains[0].abs() < 1e-9 && (gains[1] - 3.0).abs() < 1e-9, "{gains:?}");
    }

    /// Who is known for a copy has no voice, so no part; but that must be known.
    #[test]
    fn a_copy_that_nobody_knows_of_shares_with_the_one_it_copies() {
        let opinions = [Opinion { probability: 0.5, reputation: 1.0 }; 2];
        let gains = marginal(&opinions, &Evidence::default(), &mut Seed([1; 32]).dice());
        // Of three bits, whichever of the two comes first in an order has all.
        assert!((gains[0] + gains[1] - 3.0).abs() < 1e-9, "{gains:?}");
        assert!(gains.iter().all(|gain| *gain > 0.75), "{gains:?}");
    }

    #[test]
    fn novelty_is_for_good_answers_only() {
        assert_eq!(novelty(1.0, [0.0, 0.0]), Some(4.0));
        assert_eq!(novelty(1.0, [0.25, 0.1]), Some(2.0));
        assert_eq!(novelty(1.0, [0.1, 1.0]), Some(0.0));
        assert_eq!(novelty(0.1, [0.0]), Some(0.0));
        assert_eq!(novelty(1.0, []), None);
    }

    #[test]
    fn strange_numbers_are_survived() {
        for odd in [f64::NAN, f64::INFINITY, -1.0, 0.0, 2.0] {
            for evidence in [chance(odd), Evidence { probability: Some(odd), baseline: odd }] {
                assert!(absolute(&evidence, 0.5, odd).is_finite(), "{evidence:?}");
                assert!((FLOOR..=1.0).contains(&probability(&evidence, 0.5, odd)), "{evidence:?}");
            }
        }
    }

    proptest! {
        /// Its expectation is a divergence from the baseline, which is never negative.
        #[test]
        fn who_is_as_good_as_known_gains(baseline in 0.001..0.9f64, accuracy in 0.0..1.0f64) {
            let (evidence, a) = (chance(baseline), accuracy.max(baseline).min(1.0 - FLOOR));
            let expected = a * absolute(&evidence, 1.0, accuracy) + (1.0 - a) * absolute(&evidence, 0.0, accuracy);
            prop_assert!(expected >= -1e-9, "{}", expected);
        }

        #[test]
        fn a_guesser_gains_nothing(baseline in 0.001..0.9f64, score in 0.0..1.0f64) {
            prop_assert!(absolute(&chance(baseline), score, baseline).abs() < 1e-9);
            prop_assert!(absolute(&chance(baseline), score, 0.0).abs() < 1e-9);
        }

        #[test]
        fn better_answers_carry_more(known in 0.0..1.0f64, score in 0.0..1.0f64, more in 0.0..1.0f64) {
            let (evidence, better) = (Evidence::default(), score + (1.0 - score) * more);
            prop_assert!(absolute(&evidence, better, known) >= absolute(&evidence, score, known) - 1e-12);
            prop_assert!(probability(&evidence, better, known) >= probability(&evidence, score, known) - 1e-12);
        }

        #[test]
        fn the_parts_are_the_whole(opinions in opinions(), seed in any::<u8>()) {
            let gains = marginal(&opinions, &Evidence::default(), &mut Seed([seed; 32]).dice());
            prop_assert!((gains.iter().sum::<f64>() - pool(&opinions)).abs() < 1e-9);
        }

        /// Why there is something to share out where anybody knows anything.
        #[test]
        fn all_together_know_no_less_than_their_mean(opinions in opinions()) {
            let weights: f64 = opinions.iter().map(|opinion| opinion.reputation).sum();
            let own = |opinion: &Opinion| opinion.reputation * (opinion.probability / BASELINE).log2();
            let mean = opinions.iter().map(own).sum::<f64>() / weights;
            prop_assert!(pool(&opinions) >= mean - 1e-9);
        }

        #[test]
        fn knowing_more_adds_more(opinions in opinions(), which in any::<prop::sample::Index>()) {
            let evidence = Evidence::default();
            let index = which.index(opinions.len());
            let mut better = opinions.clone();
            better[index].probability = (better[index].probability * 2.0).min(1.0);
            let gain = |opinions: &[Opinion]| marginal(opinions, &evidence, &mut Seed([9; 32]).dice())[index];
            prop_assert!(gain(&better) >= gain(&opinions) - 1e-9);
        }

        #[test]
        fn novelty_is_bounded_and_falls_with_likeness(a in 0.0..1.0f64, b in 0.0..1.0f64) {
            let of = |likeness: f64| novelty(1.0, [likeness]).unwrap_or(-1.0);
            prop_assert!((0.0..=MOST_NOVELTY).contains(&of(a)));
            prop_assert!(a < b || of(a) <= of(b));
        }
    }
}
