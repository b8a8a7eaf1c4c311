//! The three numbers of each answer of a round.

use std::collections::BTreeMap;

use ganglion_primitives::NeuronId;

use crate::findings::Findings;
use crate::scoring::bits::{absolute, marginal, novelty, probability, Bits, Evidence, Opinion};
use crate::seed::Dice;

/// Nobody counts for less in the pool.
const LEAST_REPUTATION: f64 = 0.01;

/// How much information each answer carried. `known` says how good (0 to 1) a miner's answers were until now; `leaders`
/// names whoever is in a cluster of clones, with its leader: a cluster has one opinion. Who didn't answer has said
/// nothing.
pub fn of_round(
    findings: &Findings,
    known: impl Fn(NeuronId) -> f64,
    leaders: &BTreeMap<u64, u64>,
    dice: &mut Dice,
) -> Vec<Bits> {
    let known: Vec<f64> = findings.miners.iter().map(|miner| known(miner.neuron)).collect();
    let evidence = |index: usize| findings.miners[index].score.evidence.unwrap_or_default();
    let mut bits: Vec<Bits> = vec![Bits::default(); findings.miners.len()];
    for (index, miner) in findings.miners.iter().enumerate().filter(|(_, miner)| miner.answered) {
        bits[index].absolute = absolute(&evidence(index), miner.score.value, known[index]);
        bits[index].novelty = novelty(miner.score.value, others(findings, index, leaders));
    }
    let voices = voices(findings, leaders);
    let opinions: Vec<Opinion> = voices
        .iter()
        .map(|index| Opinion {
            probability: probability(&evidence(*index), findings.miners[*index].score.value, known[*index]),
            reputation: known[*index].max(LEAST_REPUTATION),
        })
        .collect();
    let target: Evidence = voices.first().map(|index| evidence(*index)).unwrap_or_default();
    if let Some(gains) = marginal(&opinions, &target, dice).filter(|_| voices.len() > 1) {
        // Who was asked and adds nothing has a part of nothing: the silent, and clones of those who spoke.
        bits.iter_mut().for_each(|bits| bits.marginal = Some(0.0));
        for (index, gain) in voices.iter().zip(gains) {
            bits[*index].marginal = Some(gain);
        }
    }
    bits.into_iter().map(Bits::short).collect()
}

/// One answer a cluster: its leader's, or that of the first member asked if the leader said nothing.
fn voices(findings: &Findings, leaders: &BTreeMap<u64, u64>) -> Vec<usize> {
    let mut of_cluster: BTreeMap<u64, usize> = BTreeMap::new();
    for (index, miner) in findings.miners.iter().enumerate().filter(|(_, miner)| miner.answered) {
        let id = miner.neuron.0;
        let leader = leaders.get(&id).copied().unwrap_or(id);
        if leader == id {
            of_cluster.insert(leader, index);
        } else {
            of_cluster.entry(leader).or_insert(index);
        }
    }
    let mut voices: Vec<usize> = of_cluster.into_values().collect();
    voices.sort_unstable();
    voices
}

/// How alike the others' answers are to that at `index`. A leader isn't less new for those who copy it.
fn others<'a>(findings: &'a Findings, index: usize, leaders: &'a BTreeMap<u64, u64>) -> impl Iterator<Item = f64> + 'a {
    let id = findings.miners[index].neuron.0;
    let leads = leaders.get(&id) == Some(&id);
    findings.likenesses_of(index).filter_map(move |(other, likeness)| {
        let copies = leads && leaders.get(&findings.miners[other].neuron.0) == Some(&id);
        (!copies).then_some(likeness)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Comparison, Finding};
    use crate::seed::Seed;
    use crate::subnet::Score;

    fn finding(id: u64, value: f64, answered: bool) -> Finding {
        Finding { neuron: NeuronId(id), score: Score::new(value, &[]), answered }
    }

    fn alike(a: usize, b: usize, likeness: f64) -> Comparison {
        Comparison { a, b, likeness, telling: true, lead: 0.0 }
    }

    fn bits(findings: &Findings, leaders: &BTreeMap<u64, u64>) -> Vec<Bits> {
        of_round(findings, |_| 0.9, leaders, &mut Seed([1; 32]).dice())
    }

    #[test]
    fn the_silent_have_said_nothing() {
        let miners = vec![finding(1, 1.0, true), finding(2, 0.0, false), finding(3, 0.0, true)];
        let found = bits(&Findings { miners, comparisons: vec![alike(0, 2, 0.0)] }, &BTreeMap::new());
        assert_eq!((found[1].absolute, found[1].marginal, found[1].novelty), (0.0, Some(0.0), None));
        assert!(found[0].absolute > 3.0 && found[2].absolute < 0.0, "{found:?}");
        assert!(found[0].marginal > Some(1.0) && found[2].marginal < Some(0.0), "{found:?}");
        assert_eq!((found[0].novelty, found[2].novelty), (Some(4.0), Some(0.0)));
    }

    #[test]
    fn a_clone_adds_nothing_and_takes_no_novelty() {
        let miners = vec![finding(1, 1.0, true), finding(2, 1.0, true), finding(3, 0.4, true)];
        let comparisons = vec![alike(0, 1, 1.0), alike(0, 2, 0.0), alike(1, 2, 0.0)];
        let found = bits(&Findings { miners, comparisons }, &BTreeMap::from([(1, 2), (2, 2)]));
        assert_eq!((found[0].marginal, found[0].novelty), (Some(0.0), Some(0.0)));
        assert!(found[1].marginal > Some(0.5));
        assert_eq!(found[1].novelty, Some(4.0));
    }

    #[test]
    fn alone_nobody_adds_to_anybody() {
        let found = bits(&Findings { miners: vec![finding(1, 1.0, true)], comparisons: Vec::new() }, &BTreeMap::new());
        assert_eq!((found[0].marginal, found[0].novelty), (None, None));
        assert!(bits(&Findings::default(), &BTreeMap::new()).is_empty());
    }
}
