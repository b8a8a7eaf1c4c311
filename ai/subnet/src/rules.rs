//! What a subnet's rules ask of every weight vector: names enough, and none that takes too much.

use std::collections::BTreeSet;

use ganglion_primitives::NeuronId;
use ganglion_yuma::limit::lower_to;

use crate::view::View;

/// The vector as the subnet takes it: the largest weights are lowered to what one may take of the whole
/// (`max_weight_limit`), and neurons that nobody was asked about are named, with 0, until there are as many names as it
/// demands (`min_allowed_weights`). Without that the chain would refuse every vector in which one miner is far better than
/// all others. `None` if too few have a weight for that limit: no lowering helps then. An empty vector stays empty.
pub fn fit(weights: Vec<(NeuronId, u16)>, view: &View) -> Option<Vec<(NeuronId, u16)>> {
    if weights.is_empty() {
        return Some(weights);
    }
    let rules = &view.subnet.hyperparameters;
    let values: Vec<u16> = weights.iter().map(|(_, value)| *value).collect();
    let lowered = lower_to(&values, rules.max_weight_limit)?;
    let named: BTreeSet<u64> = weights.iter().map(|(id, _)| id.0).collect();
    // As the chain counts: no more than there are neurons.
    let least = usize::from(rules.min_allowed_weights).min(view.neurons.len());
    let unnamed = view.ids().into_iter().filter(|id| !named.contains(&id.0)).map(|id| (id, 0));
    let missing = least.saturating_sub(weights.len());
    Some(weights.iter().map(|(id, _)| *id).zip(lowered).chain(unnamed.take(missing)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Block;
    use crate::view::Neuron;
    use ganglion_keys::PublicKey;
    use ganglion_primitives::{Hyperparameters, SubnetInfo};
    use ganglion_yuma::math::check_max_limited;
    use proptest::prelude::*;

    /// A subnet of that many neurons with these rules.
    fn view(neurons: u16, max_weight_limit: u16, min_allowed_weights: u16) -> View {
        let neuron = |uid: u16| Neuron {
            uid,
            id: NeuronId(u64::from(uid)),
            hotkey: PublicKey([0; 32]),
            endpoint: None,
            prometheus: None,
            permit: true,
            registered_at: 1,
            stake: 0,
            last_update: None,
            incentive: 0.0,
            dividends: 0.0,
        };
        let hyperparameters = Hyperparameters { max_weight_limit, min_allowed_weights, ..Hyperparameters::default() };
        let subnet = SubnetInfo { hyperparameters, ..SubnetInfo::default() };
        let block = Block { number: 1, hash: [0; 32] };
        View { block, subnet, next_epoch: 20, neurons: (0..neurons).map(neuron).collect() }
    }

    fn vector(weights: &[(u64, u16)]) -> Vec<(NeuronId, u16)> {
        weights.iter().map(|(id, weight)| (NeuronId(*id), *weight)).collect()
    }

    #[test]
    fn without_rules_nothing_changes() {
        let weights = vector(&[(3, u16::MAX), (1, 7), (2, 0)]);
        assert_eq!(fit(weights.clone(), &view(5, u16::MAX, 1)), Some(weights));
        assert_eq!(fit(Vec::new(), &view(5, 10_000, 5)), Some(Vec::new()), "there is nothing to say yet");
    }

    #[test]
    fn the_best_gives_way_and_the_unasked_are_named() {
        // Half at most: the best comes down to the sum of the others.
        let found = fit(vector(&[(4, u16::MAX), (1, 3_000), (2, 1_000)]), &view(6, 32_768, 5));
        let found = found.expect("it can be lowered");
        assert_eq!(found[0], (NeuronId(4), u16::MAX));
        assert!(u32::from(found[1].1) + u32::from(found[2].1) >= 65_534, "{found:?}");
        assert_eq!(found[3..], vector(&[(0, 0), (3, 0)]));
        // No more names than there are neurons.
        assert_eq!(fit(vector(&[(1, u16::MAX)]), &view(2, u16::MAX, 9)), Some(vector(&[(1, u16::MAX), (0, 0)])));
    }

    #[test]
    fn too_few_miners_fit_no_limit() {
        assert_eq!(fit(vector(&[(0, u16::MAX), (1, 0)]), &view(2, 40_000, 1)), None);
    }

    proptest! {
        #[test]
        fn what_comes_out_is_what_the_chain_takes(
            values in proptest::collection::vec(0u16.., 1..40),
            more in 0u16..20,
            limit in 1u16..,
            least in 0u16..80,
        ) {
            let view = view(values.len() as u16 + more, limit, least);
            let weights: Vec<_> = (0..).map(NeuronId).zip(values).collect();
            if let Some(found) = fit(weights.clone(), &view) {
                let values: Vec<u16> = found.iter().map(|(_, value)| *value).collect();
                prop_assert!(check_max_limited(&values, limit));
                prop_assert!(found.len() >= usize::from(least).min(view.neurons.len()));
                let names: BTreeSet<u64> = found.iter().map(|(id, _)| id.0).collect();
                prop_assert_eq!(names.len(), found.len());
                prop_assert!(weights.iter().zip(&found).all(|(old, new)| old.0 == new.0 && (old.1 == 0) == (new.1 == 0)));
            }
        }
    }
}
