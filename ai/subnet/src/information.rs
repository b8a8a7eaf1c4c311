//! The three numbers of each answer of a round.

use std::collections::{BTreeMap, BTreeSet};

use ganglion_primitives::NeuronId;

use crate::findings::Findings;
use crate::scoring::bits::{absolute, marginal, novelty, probability, Bits, Evidence, Opinion, BASELINE};
use crate::seed::Dice;

/// Nobody counts for less in the pool.
const LEAST_REPUTATION: f64 = 0.01;

/// How much information each answer carried. `known` says how good (0 to 1) a miner's answers were until now; `leaders`
/// names whoever is in a cluster of clones, with its leader: a cluster has one opinion. Who didn't answer has said
/// nothing.
///
/// What somebody adds to the others is known in every round in which others were asked: that is decided before anybody
/// answers, so no outcome and nobody's answer or silence chooses the rounds that count.
pub fn of_round(
    findings: &Findings,
    known: impl Fn(NeuronId) -> f64,
    leaders: &BTreeMap<u64, u64>,
    dice: &mut Dice,
) -> Vec<Bits> {
    let known: Vec<f64> = findings.miners.iter().map(|miner| known(miner.neuron)).collect();
    let public = public(findings);
    let evidence = |index: usize| findings.miners[index].score.evidence.unwrap_or(public);
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
    if parties(findings, leaders) > 1 {
        // Who was asked and adds nothing has a part of nothing: the silent, and clones of those who spoke.
        bits.iter_mut().for_each(|bits| bits.marginal = Some(0.0));
        for (index, gain) in voices.iter().zip(marginal(&opinions, &public, dice)) {
            bits[*index].marginal = Some(gain);
        }
    }
    bits.into_iter().map(Bits::short).collect()
}

/// What is known of the task's public baseline, which is the same for all: from any answer that it was measured with. An
/// answer that couldn't be measured, by whoever it is, must not move what the others are held against.
fn public(findings: &Findings) -> Evidence {
    let known = findings.miners.iter().filter(|miner| miner.answered).find_map(|miner| miner.score.evidence);
    Evidence { probability: None, baseline: known.map_or(BASELINE, |evidence| evidence.baseline) }
}

/// Who leads the cluster of a miner: itself, if it is in none.
fn leader(neuron: NeuronId, leaders: &BTreeMap<u64, u64>) -> u64 {
    leaders.get(&neuron.0).copied().unwrap_or(neuron.0)
}

/// How many miners were asked, a cluster being one.
fn parties(findings: &Findings, leaders: &BTreeMap<u64, u64>) -> usize {
    findings.miners.iter().map(|miner| leader(miner.neuron, leaders)).collect::<BTreeSet<u64>>().len()
}

/// One answer a cluster: its leader's, or that of the first member asked if the leader said nothing.
fn voices(findings: &Findings, leaders: &BTreeMap<u64, u64>) -> Vec<usize> {
    let mut of_cluster: BTreeMap<u64, usize> = BTreeMap::new();
    for (index, miner) in findings.miners.iter().enumerate().filter(|(_, miner)| miner.answered) {
        let leader = leader(miner.neuron, leaders);
        if leader == miner.neuron.0 {
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
        let found = bits(&Findings { miners, comparisons: vec![alike(0, 2, 0.0)], window: None }, &BTreeMap::new());
        assert_eq!((found[1].absolute, found[1].marginal, found[1].novelty), (0.0, Some(0.0), None));
        assert!(found[0].absolute > 3.0 && found[2].absolute < 0.0, "{found:?}");
        assert!(found[0].marginal > Some(1.0) && found[2].marginal < Some(0.0), "{found:?}");
        assert_eq!((found[0].novelty, found[2].novelty), (Some(4.0), Some(0.0)));
    }

    #[test]
    fn a_round_in_which_all_were_wrong_counts_and_the_silent_lose_nothing() {
        let miners = vec![finding(1, 0.0, true), finding(2, 0.0, false), finding(3, 0.0, true)];
        let found = bits(&Findings { miners, ..Findings::default() }, &BTreeMap::new());
        assert!(found[0].marginal < Some(-0.1) && found[2].marginal < Some(-0.1), "{found:?}");
        assert_eq!(found[1].marginal, Some(0.0));
    }

    #[test]
    fn whom_nobody_else_answers_beside_adds_all_that_it_says() {
        let of = |value: f64, answered: bool| {
            let miners = vec![finding(1, value, answered), finding(2, 0.0, false)];
            bits(&Findings { miners, ..Findings::default() }, &BTreeMap::new())
        };
        for value in [0.0, 1.0] {
            let found = of(value, true);
            let added = found[0].marginal.expect("others were asked");
            assert!((added - found[0].absolute).abs() < 1e-5 && (added > 0.0) == (value > 0.0), "{found:?}");
            assert_eq!(found[1].marginal, Some(0.0));
        }
        assert!(of(0.0, false).iter().all(|bits| bits.marginal == Some(0.0)), "nor does silence leave a round out");
    }

    /// Whoever answers first must not choose by nonsense what the others are held against.
    #[test]
    fn an_answer_that_cannot_be_measured_moves_no_baseline() {
        let spoken = |id| Finding {
            neuron: NeuronId(id),
            score: Score::new(0.5, &[]).with_probability(0.5, 0.5),
            answered: true,
        };
        let miners = vec![finding(1, 0.0, true), spoken(2), spoken(3)];
        let found = bits(&Findings { miners, ..Findings::default() }, &BTreeMap::new());
        // Who is known to be right nine times of ten leaves a tenth to the one other answer.
        let together = ((0.1f64 + 0.5 + 0.5) / 3.0 / 0.5).log2();
        let sum: f64 = found.iter().filter_map(|bits| bits.marginal).sum();
        assert!((sum - together).abs() < 1e-5, "{found:?}");
        assert_eq!((found[1].absolute, found[2].absolute), (0.0, 0.0));
    }

    #[test]
    fn a_clone_adds_nothing_and_takes_no_novelty() {
        let miners = vec![finding(1, 1.0, true), finding(2, 1.0, true), finding(3, 0.4, true)];
        let comparisons = vec![alike(0, 1, 1.0), alike(0, 2, 0.0), alike(1, 2, 0.0)];
        let found = bits(&Findings { miners, comparisons, window: None }, &BTreeMap::from([(1, 2), (2, 2)]));
        assert_eq!((found[0].marginal, found[0].novelty), (Some(0.0), Some(0.0)));
        assert!(found[1].marginal > Some(0.5));
        assert_eq!(found[1].novelty, Some(4.0));
    }

    #[test]
    fn alone_nobody_adds_to_anybody() {
        let found = bits(&Findings { miners: vec![finding(1, 1.0, true)], ..Findings::default() }, &BTreeMap::new());
        assert_eq!((found[0].marginal, found[0].novelty), (None, None));
        // Nor does a cluster to itself.
        let miners = vec![finding(1, 1.0, true), finding(2, 1.0, true)];
        let clones = BTreeMap::from([(1, 1), (2, 1)]);
        let found = bits(&Findings { miners, comparisons: vec![alike(0, 1, 1.0)], window: None }, &clones);
        assert!(found.iter().all(|bits| bits.marginal.is_none()), "{found:?}");
        assert!(bits(&Findings::default(), &BTreeMap::new()).is_empty());
    }
}
