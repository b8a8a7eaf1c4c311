//! From estimates to the weight vector that the chain takes.

use std::collections::BTreeMap;

use ganglion_primitives::NeuronId;

use crate::scores::{Book, ScorePolicy};
use crate::scoring::clones;
use crate::scoring::pay;
use crate::scoring::value::Yardstick;
use crate::view::View;

/// The weights of `present` miners: the lower confidence bound, adjusted by the information that the miner produces, to
/// the power of the policy's steepness; a cluster of clones earns what its leader would; scaled so that the best has
/// 65 535. Everybody who was ever asked is named, with 0 where nothing is earned (yet), since a subnet may demand a
/// least number of names; without a single positive weight the vector is empty.
pub fn weights(book: &Book, present: &[NeuronId], policy: &ScorePolicy) -> Vec<(NeuronId, u16)> {
    let (asked, shares) = earned(book, present, policy);
    divided(asked, &shares, book, policy)
}

/// The same as if every seat were a miner by itself: what clusters of clones earn is not divided yet. For vectors that are
/// kept, since more may be known of who is whose clone by the time they count; [`divide`] does the rest then.
pub fn undivided(book: &Book, present: &[NeuronId], policy: &ScorePolicy) -> Vec<(NeuronId, u16)> {
    let (asked, shares) = earned(book, present, policy);
    asked.into_iter().zip(pay::weights(&shares)).collect()
}

/// Lets each cluster of clones that is known now have what its leader has in `weights`.
pub fn divide(weights: &[(NeuronId, u16)], book: &Book, policy: &ScorePolicy) -> Vec<(NeuronId, u16)> {
    let share = |(id, weight): &(NeuronId, u16)| (*id, f64::from(*weight) / f64::from(u16::MAX));
    let (ids, shares): (Vec<NeuronId>, Vec<f64>) = weights.iter().map(share).unzip();
    divided(ids, &shares, book, policy)
}

/// `usual`, or what the first answers say where that is empty: before the subnet's launch, and after it by a policy that is
/// eager. By any other it stays empty then: what may be luck isn't paid.
pub fn or_first_answers(
    usual: Vec<(NeuronId, u16)>,
    book: &Book,
    view: &View,
    policy: &ScorePolicy,
) -> Vec<(NeuronId, u16)> {
    let early = policy.eager || view.subnet.launches_at.is_some();
    if early && usual.is_empty() {
        return weights(book, &view.ids(), &policy.first_answers());
    }
    usual
}

/// Everybody who was ever asked, and a share of the pay for each, the best having 1.
fn earned(book: &Book, present: &[NeuronId], policy: &ScorePolicy) -> (Vec<NeuronId>, Vec<f64>) {
    let asked: Vec<NeuronId> = present.iter().copied().filter(|neuron| book.estimate(*neuron).is_some()).collect();
    let yardstick = Yardstick::of(asked.iter().filter_map(|neuron| book.information(*neuron)));
    let worths: Vec<f64> = asked.iter().map(|neuron| worth(book, *neuron, &yardstick, policy)).collect();
    let shares = pay::shares(&worths, policy.steepness);
    (asked, shares)
}

fn divided(asked: Vec<NeuronId>, shares: &[f64], book: &Book, policy: &ScorePolicy) -> Vec<(NeuronId, u16)> {
    let mut pays: BTreeMap<u64, f64> = asked.iter().map(|neuron| neuron.0).zip(shares.iter().copied()).collect();
    if let Some(policy) = &policy.clones {
        clones::share_pay(&mut pays, book.pairs(), policy);
    }
    let shares: Vec<f64> = asked.iter().map(|neuron| pays.get(&neuron.0).copied().unwrap_or(0.0)).collect();
    asked.into_iter().zip(pay::weights(&shares)).collect()
}

/// What a miner is worth: nothing before it has given enough answers.
fn worth(book: &Book, neuron: NeuronId, yardstick: &Yardstick, policy: &ScorePolicy) -> f64 {
    let Some(estimate) = book.estimate(neuron).filter(|estimate| estimate.count >= policy.min_samples) else {
        return 0.0;
    };
    let value = book.information(neuron).and_then(|information| yardstick.value(information)).unwrap_or(1.0);
    let part = policy.information.clamp(0.0, 1.0);
    estimate.bound(policy) * (1.0 - part + part * value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Comparison, Finding, Findings};
    use crate::seed::Seed;
    use crate::subnet::Score;

    fn book(levels: &[(u64, f64, usize)]) -> Book {
        let mut book = Book::new(&[0; 32], 1);
        for (id, level, times) in levels {
            (0..*times).for_each(|_| book.enter(NeuronId(*id), *level, 1, &ScorePolicy::default()));
        }
        book
    }

    fn ids(numbers: &[u64]) -> Vec<NeuronId> {
        numbers.iter().map(|id| NeuronId(*id)).collect()
    }

    #[test]
    fn the_best_gets_the_maximum_and_order_follows_merit() {
        let policy = ScorePolicy::default();
        let found = weights(&book(&[(1, 0.9, 300), (2, 0.45, 300), (3, 0.3, 300)]), &ids(&[1, 2, 3]), &policy);
        assert_eq!(found[0], (NeuronId(1), u16::MAX));
        assert!(found[0].1 > found[1].1 && found[1].1 > found[2].1);
        // Half the worth is about an eighth of the pay; a little less, since doubt weighs more on the weaker.
        let ratio = f64::from(found[1].1) / f64::from(u16::MAX);
        assert!((0.08..0.125).contains(&ratio), "{ratio}");
    }

    #[test]
    fn newcomers_and_the_worthless_get_nothing_and_the_gone_are_not_named() {
        let policy = ScorePolicy { min_samples: 5, ..ScorePolicy::default() };
        let book = book(&[(1, 0.9, 50), (2, 0.9, 4), (3, 0.0, 50), (4, 0.9, 50)]);
        let found = weights(&book, &ids(&[1, 2, 3, 9]), &policy);
        assert_eq!(found, vec![(NeuronId(1), u16::MAX), (NeuronId(2), 0), (NeuronId(3), 0)]);
    }

    /// One round of miners that are right or wrong alike.
    fn round(book: &mut Book, values: &[f64], alike: &[(usize, usize)], policy: &ScorePolicy) {
        let finding = |(id, value): (usize, &f64)| Finding {
            neuron: NeuronId(id as u64),
            score: Score::new(*value, &[]),
            answered: true,
        };
        let miners = values.iter().enumerate().map(finding).collect();
        let compare = |(a, b): &(usize, usize)| Comparison { a: *a, b: *b, likeness: 1.0, telling: true, lead: 0.0 };
        let findings = Findings { miners, comparisons: alike.iter().map(compare).collect(), window: None };
        book.enter_round(&findings, 1, &mut Seed([1; 32]).dice(), policy);
    }

    #[test]
    fn clones_share_one_pay() {
        let policy = ScorePolicy { information: 0.0, ..ScorePolicy::default() };
        let apart = ScorePolicy { clones: None, ..policy.clone() };
        let mut book = Book::new(&[0; 32], 1);
        (0..300).for_each(|_| round(&mut book, &[0.6, 0.6, 0.6], &[(0, 2)], &policy));
        let of =
            |policy: &ScorePolicy| weights(&book, &ids(&[0, 1, 2]), policy).iter().map(|w| w.1).collect::<Vec<_>>();
        assert_eq!(of(&apart), [u16::MAX; 3]);
        assert_eq!(of(&policy), [58_982, u16::MAX, 6_554]);
    }

    /// The chain gets the mean of several tempos' vectors: one that was made before anybody knew who is whose clone must not
    /// go on paying all of them.
    #[test]
    fn who_is_found_to_be_a_clone_shares_what_earlier_vectors_gave_too() {
        let policy = ScorePolicy { information: 0.0, ..ScorePolicy::default() };
        let of = |weights: &[(NeuronId, u16)]| weights.iter().map(|weight| weight.1).collect::<Vec<u16>>();
        let (mut book, present) = (Book::new(&[0; 32], 1), ids(&[0, 1, 2]));
        (0..300).for_each(|_| round(&mut book, &[0.6, 0.6, 0.6], &[], &policy));
        let early = undivided(&book, &present, &policy);
        assert_eq!(of(&divide(&early, &book, &policy)), [u16::MAX; 3], "nobody knows it yet");
        (0..300).for_each(|_| round(&mut book, &[0.6, 0.6, 0.6], &[(0, 2)], &policy));
        assert_eq!(of(&undivided(&book, &present, &policy)), [u16::MAX; 3]);
        assert_eq!(of(&divide(&early, &book, &policy)), [58_982, u16::MAX, 6_554]);
        assert_eq!(divide(&early, &book, &policy), weights(&book, &present, &policy));
        assert!(divide(&[], &book, &policy).is_empty());
        assert_eq!(divide(&early, &book, &ScorePolicy { clones: None, ..policy }), early, "seats by themselves");
    }

    #[test]
    fn who_adds_information_earns_more() {
        let policy = ScorePolicy { steepness: 1.0, alpha: 0.01, ..ScorePolicy::default() };
        let mut book = Book::new(&[0; 32], 1);
        // As often right as the others, but when they are not; and the others were right last.
        for number in 0..400 {
            let together = f64::from(u8::from(number % 2 == 1));
            round(&mut book, &[together, together, together, 1.0 - together], &[], &policy);
        }
        let found = weights(&book, &ids(&[0, 1, 2, 3]), &policy);
        assert_eq!(found[3].1, u16::MAX);
        assert!(found[0].1 < 64_000, "{found:?}");
    }

    #[test]
    fn no_miners_no_weights() {
        assert!(weights(&book(&[]), &ids(&[1]), &ScorePolicy::default()).is_empty());
        assert!(weights(&book(&[(1, 0.0, 50)]), &ids(&[1]), &ScorePolicy::default()).is_empty());
    }
}
