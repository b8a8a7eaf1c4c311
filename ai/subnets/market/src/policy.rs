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
/// The confidence bound counts only what windows don't have in common, as the design's: mean − sd / √n_eff, where n_eff is 1/V of
/// [`windows`](ganglion_subnet::scoring::windows). A round has one score for all its times ahead, and its window is the longest of
/// them. Of rounds five minutes apart over the usual four times that leaves a hundredth: of the 2 492 that are remembered, 26.
/// Whatever the four have in common, rounds that come evenly say as much as 25 at least: dealt out into a hundred hands, each of
/// windows side by side, those of a hand have nothing in common, and the mean of the hands errs by no more than they do (the
/// triangle inequality). By themselves the times overlap by 1, 6, 36 and 100. Were their scores independent and as wide as each
/// other, the mean of the four would overlap by their mean, 36; were they sums over their windows' moves, by 48 (the squared sum of
/// √k over the sum of the correlations √(k/k')); losses are neither. Who wants the times told apart asks about them apart
/// ([`Exchange::apart`](crate::Exchange::apart)). Fifty rounds are fifty of any kind.
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
/// since a demonstration's miners may be the same model. A little less than what everybody knows is paid, too, and doubt
/// counts half: to tell a gain of a hundredth from luck takes hundreds of windows, and until then nobody would earn anything.
///
/// In sixty worlds made as the beacon makes them (by a program in another language), asked about as `ganglion up` does, with
/// blocks of a second, exponentially weighted volatility was worth something 34 s after the first round was scored, and in
/// nine of ten worlds within 46 s; a quarter as wide, as a bold miner's, within 48 and 110 s. From two minutes on, to ten, it is
/// worth something in 98 of 100 rounds, the bold one in 86. With all of the doubt the four times would be 58, 88, 111 and 242 s,
/// and the bold one worth nothing in every third round later on.
pub fn local() -> ScorePolicy {
    let strict = policy();
    let baseline = BASE - LENIENCE;
    ScorePolicy { alpha: 0.02, z: 0.5, min_samples: 10, clones: None, vectors: 1, baseline, eager: true, ..strict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::NeuronId;
    use ganglion_subnet::findings::{Finding, Findings};
    use ganglion_subnet::scoring::clones::Pairs;
    use ganglion_subnet::weights::weights;
    use ganglion_subnet::{Book, Score, Seed, Window};

    const MINER: NeuronId = NeuronId(1);

    /// Enters rounds with these scores and windows. The first after which they are worth something, and whether they were from
    /// then on to the end.
    fn paid(rounds: impl Iterator<Item = (f64, Option<Window>)>, policy: &ScorePolicy) -> Option<(u64, bool)> {
        let (mut book, mut dice) = (Book::new(&[0; 32], 8), Seed([1; 32]).dice());
        let mut found = None;
        for (score, window) in rounds {
            let finding = Finding { neuron: MINER, score: Score::new(score, &[]), answered: true };
            let findings = Findings { miners: vec![finding], window, ..Findings::default() };
            book.enter_round(&findings, 1, &mut dice, policy);
            let estimate = book.estimate(MINER).expect("entered");
            let worth = estimate.count >= policy.min_samples && estimate.bound(policy) > 0.0;
            found = match found {
                None if worth => Some((estimate.count, true)),
                Some((first, always)) => Some((first, always && worth)),
                None => None,
            };
        }
        found
    }

    /// The window of a round of a live market: every five minutes one that looks up to 8 h 20 min ahead.
    fn live(round: u32) -> Window {
        let from = 1_000_000 + 300 * u64::from(round);
        Window { series: 30_000, from, until: from + 30_000 }
    }

    /// Scores that go up and down by 0.04 around the level of each hundred rounds, which is a window's length.
    fn nights(levels: &[f64]) -> impl Iterator<Item = (f64, u32)> + '_ {
        let level = move |round: u32| levels[(round / 100) as usize % levels.len()];
        let of = move |round: u32| (level(round) + if round.is_multiple_of(2) { -0.04 } else { 0.04 }, round);
        (0..3_000).map(of)
    }

    /// A night on which all went well, and another on which all of it was lost again.
    #[test]
    fn luck_over_one_window_is_not_paid() {
        let luck = || nights(&[0.54, 0.46]);
        let independent = paid(luck().map(|(score, _)| (score, None)), &policy());
        assert_eq!(independent.map(|(first, _)| first), Some(50), "if a night's rounds were a hundred nights");
        assert_eq!(paid(luck().map(|(score, round)| (score, Some(live(round)))), &policy()), None);
    }

    /// Who gains an eighth of σ on average, whatever the night, is paid within two days, and from then on.
    #[test]
    fn honest_forecasts_over_overlapping_windows_are_paid() {
        let honest = nights(&[0.505, 0.56]).map(|(score, round)| (score, Some(live(round))));
        let (first, always) = paid(honest, &policy()).expect("paid");
        assert!(always && (200..576).contains(&first), "{first}");
    }

    /// A round every other step, about each of the usual times ahead in turn, as it falls due.
    #[test]
    fn local_networks_pay_after_the_fewest_rounds_of_times_asked_apart() {
        let mut rounds: Vec<Window> = (0..300u64)
            .map(|round| {
                let (length, from) = ([1, 6, 36, 100][round as usize % 4] * 300, (1_000 + 2 * round) * 300);
                Window { series: length, from, until: from + length }
            })
            .collect();
        rounds.sort_by_key(|window| window.until);
        let scores = [0.6, 0.42].into_iter().cycle();
        let found = paid(scores.zip(rounds.into_iter().map(Some)), &local());
        assert_eq!(found, Some((local().min_samples, true)));
    }

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

    /// Whoever comes first doesn't begin below what is paid: else thirteen rounds would be needed here.
    #[test]
    fn a_little_gain_is_paid_after_the_fewest_rounds() {
        let (policy, miner) = (local(), MINER);
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
