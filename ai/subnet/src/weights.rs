//! From estimates to the weight vector that the chain takes.

use ganglion_primitives::NeuronId;

use crate::scores::{Book, ScorePolicy};

/// The weights of `present` miners: the lower confidence bound to the power of the policy's steepness, scaled so that
/// the best has 65 535. Everybody who was ever asked is named, with 0 where nothing is earned (yet), since a subnet
/// may demand a least number of names; without a single positive weight the vector is empty.
pub fn weights(book: &Book, present: &[NeuronId], policy: &ScorePolicy) -> Vec<(NeuronId, u16)> {
    let worth: Vec<(NeuronId, f64)> = present
        .iter()
        .filter_map(|neuron| {
            let estimate = book.estimate(*neuron)?;
            let proven = estimate.count >= policy.min_samples;
            Some((*neuron, if proven { estimate.bound(policy) } else { 0.0 }))
        })
        .collect();
    let best = worth.iter().map(|(_, bound)| *bound).fold(0.0, f64::max);
    if best <= 0.0 {
        return Vec::new();
    }
    let share = |bound: f64| ((bound / best).powf(policy.steepness) * f64::from(u16::MAX)).round();
    worth.into_iter().map(|(neuron, bound)| (neuron, share(bound).clamp(0.0, f64::from(u16::MAX)) as u16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn no_miners_no_weights() {
        assert!(weights(&book(&[]), &ids(&[1]), &ScorePolicy::default()).is_empty());
        assert!(weights(&book(&[(1, 0.0, 50)]), &ids(&[1]), &ScorePolicy::default()).is_empty());
    }
}
