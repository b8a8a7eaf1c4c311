//! What holds for every epoch. `PROPTEST_CASES` sets the number of cases (256 by default).

mod common;

use common::model::model;
use common::scene::{scene, wild_scene, Row, Scene};
use ganglion_yuma::{epoch, Binding, BondUpdate, NoConsensus, Options, Outcome, Unstaked, I32F32};
use proptest::prelude::*;

const ONE: i64 = I32F32::ONE.to_bits();

fn options() -> impl Strategy<Value = Options> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(pending, equal, named)| Options {
        no_consensus: if pending { NoConsensus::KeepPending } else { NoConsensus::StakeFallback },
        unstaked: if equal { Unstaked::EqualStake } else { Unstaked::Nothing },
        binding: if named { Binding::NeuronId } else { Binding::UidByBlock },
    })
}

fn total(values: &[I32F32]) -> i64 {
    values.iter().map(|value| value.to_bits()).sum()
}

/// Truncation loses less than 2⁻³² a neuron.
fn is_one_or_nought(values: &[I32F32]) -> bool {
    let total = total(values);
    total == 0 || (ONE - values.len() as i64 <= total && total <= ONE)
}

/// Every promise about amounts.
fn accounts_balance(outcome: &Outcome, emission: u64) -> Result<(), TestCaseError> {
    let sum = |amounts: &[u64]| amounts.iter().map(|amount| u128::from(*amount)).sum::<u128>();
    prop_assert_eq!(sum(&outcome.server_amounts), u128::from(outcome.server_total));
    prop_assert_eq!(sum(&outcome.validator_amounts), u128::from(outcome.validator_total));
    let paid = u128::from(outcome.server_total) + u128::from(outcome.validator_total);
    prop_assert_eq!(paid + u128::from(outcome.carried), u128::from(emission));
    prop_assert!(sum(&outcome.emission) <= u128::from(emission));
    Ok(())
}

proptest! {
    #[test]
    fn agrees_with_the_plain_model(scene in scene(12)) {
        let input = scene.input();
        let outcome = epoch(&input, &Options::reference()).unwrap();
        let expected = model(&input, &outcome.stake);
        prop_assert_eq!(&outcome.prerank, &expected.prerank);
        prop_assert_eq!(&outcome.consensus, &expected.consensus);
        prop_assert_eq!(&outcome.validator_trust, &expected.validator_trust);
        prop_assert_eq!(&outcome.incentive, &expected.incentive);
        prop_assert_eq!(&outcome.trust, &expected.trust);
        prop_assert_eq!(&outcome.dividends, &expected.dividends);
        for (uid, bonds) in (0u16..).zip(&expected.bonds) {
            if let BondUpdate::Write(row) = outcome.bonds.update(uid) {
                let expected: Row = (0u16..).zip(bonds.iter().copied()).filter(|(_, value)| *value > 0).collect();
                prop_assert_eq!(row, expected.as_slice());
            }
        }
    }

    #[test]
    fn sums_are_one_or_nought(scene in scene(24), options in options()) {
        let outcome = epoch(&scene.input(), &options).unwrap();
        for (name, values) in [
            ("stake", &outcome.stake),
            ("active stake", &outcome.active_stake),
            ("incentive", &outcome.incentive),
            ("dividends", &outcome.dividends),
        ] {
            prop_assert!(is_one_or_nought(values), "{} adds up to {}", name, total(values));
        }
        prop_assert_eq!(outcome.consensus_reached, total(&outcome.incentive) > 0);
        prop_assert!(outcome.consensus.iter().chain(&outcome.trust).all(|value| value.to_bits() <= ONE));
        prop_assert!(outcome.validator_trust.iter().all(|value| value.to_bits() <= ONE));
        prop_assert_eq!(outcome.permits.iter().filter(|permit| **permit).count(),
            scene.len().min(usize::from(scene.parameters.max_validators)));
    }

    #[test]
    fn seats_do_not_matter(
        (scene, seat) in scene(16).prop_flat_map(|scene| {
            let seats: Vec<usize> = (0..scene.len()).collect();
            (Just(scene), Just(seats).prop_shuffle())
        }),
        options in options(),
    ) {
        let before = epoch(&scene.input(), &options).unwrap();
        let after = epoch(&scene.seated(&seat).input(), &options).unwrap();
        // Permits alone look at uids, and only to part equals.
        let limit = usize::from(scene.parameters.max_validators);
        let mut order = before.stake.clone();
        order.sort();
        let losers = scene.len().saturating_sub(limit);
        let tied = losers > 0 && losers < scene.len() && order[losers - 1] == order[losers];
        for (from, to) in seat.iter().copied().enumerate() {
            prop_assert_eq!(before.active[from], after.active[to]);
            prop_assert_eq!(before.consensus[from], after.consensus[to]);
            prop_assert_eq!(before.incentive[from], after.incentive[to]);
            prop_assert_eq!(before.trust[from], after.trust[to]);
            prop_assert_eq!(before.validator_trust[from], after.validator_trust[to]);
            prop_assert_eq!(before.dividends[from], after.dividends[to]);
            prop_assert_eq!(before.pruning[from], after.pruning[to]);
            prop_assert_eq!(before.server_amounts[from], after.server_amounts[to]);
            prop_assert_eq!(before.validator_amounts[from], after.validator_amounts[to]);
            if !tied {
                prop_assert_eq!(before.permits[from], after.permits[to]);
                let row = |outcome: &Outcome, uid: usize| match outcome.bonds.update(uid as u16) {
                    BondUpdate::Write(row) => row.to_vec(),
                    _ => Vec::new(),
                };
                let mut moved: Row =
                    row(&before, from).iter().map(|(j, value)| (seat[usize::from(*j)] as u16, *value)).collect();
                moved.sort_unstable();
                prop_assert_eq!(moved, row(&after, to));
            }
        }
    }

    #[test]
    fn only_the_ratio_of_stakes_matters(scene in scene(16), factor in 2..50u64, options in options()) {
        let mut richer = scene.clone();
        richer.stakes.iter_mut().for_each(|stake| *stake *= factor);
        // Stake shares are floors of the exact ratio, so there is not even a rounding difference.
        prop_assert_eq!(epoch(&scene.input(), &options).unwrap(), epoch(&richer.input(), &options).unwrap());
    }

    #[test]
    fn amounts_and_dust_are_the_emission(scene in scene(24), options in options()) {
        let outcome = epoch(&scene.input(), &options).unwrap();
        accounts_balance(&outcome, scene.emission)?;
        if !outcome.consensus_reached && options.no_consensus == NoConsensus::KeepPending {
            prop_assert_eq!(outcome.carried, scene.emission);
        }
        if outcome.consensus_reached && options.no_consensus == NoConsensus::KeepPending {
            // Half each, up to the rounding of shares and of whole RAO.
            let slack = (scene.emission >> 28) + 2 * scene.len() as u64 + 2;
            let half = scene.emission / 2;
            prop_assert!(outcome.server_total.abs_diff(half) <= slack);
            prop_assert!(outcome.validator_total == 0 || outcome.validator_total.abs_diff(half) <= slack);
        }
    }

    #[test]
    fn no_input_panics(scene in wild_scene(20), options in options()) {
        let outcome = epoch(&scene.input(), &options).unwrap();
        accounts_balance(&outcome, scene.emission)?;
        prop_assert!(is_one_or_nought(&outcome.incentive) && is_one_or_nought(&outcome.dividends));
    }

    /// The heart of it: the consensus for a neuron never exceeds what the greediest outsider grants, however a
    /// minority below kappa votes.
    #[test]
    fn a_minority_cannot_lift_a_consensus(scene in scene(14), first in 0..14usize) {
        let options = Options { binding: Binding::NeuronId, ..Options::reference() };
        let outcome = epoch(&scene.input(), &options).unwrap();
        let insider = minority(&scene, &outcome, first);
        for j in 0..scene.len() {
            let granted = (0..scene.len())
                .filter(|i| !insider[*i] && *i != j && outcome.active_stake[*i] > I32F32::ZERO)
                .map(|i| share(&scene, i, j))
                .max()
                .unwrap_or(0);
            prop_assert!(outcome.consensus[j].to_bits() <= granted);
        }
    }

    /// Whom nobody else values earns nothing by voting for itself, or for its friends.
    #[test]
    fn self_votes_of_a_minority_earn_nothing(scene in scene(14), first in 0..14usize) {
        let mut scene = scene;
        let n = scene.len();
        for options in [Options::default(), Options { unstaked: Unstaked::EqualStake, ..Options::reference() }] {
            // Who is active, and with how much stake, does not depend on weights.
            let insider = minority(&scene, &epoch(&scene.input(), &options).unwrap(), first);
            for (i, row) in scene.weights.iter_mut().enumerate() {
                if insider[i] {
                    *row = (0..n).filter(|j| insider[*j]).map(|j| (j as u16, u16::MAX)).collect();
                } else {
                    row.retain(|(j, _)| !insider[usize::from(*j)]);
                }
            }
            let outcome = epoch(&scene.input(), &options).unwrap();
            for i in (0..n).filter(|i| insider[*i]) {
                prop_assert_eq!(outcome.incentive[i], I32F32::ZERO);
                prop_assert_eq!(outcome.server_amounts[i], 0);
            }
        }
    }

    /// Where the others agree that a minority deserves the share w, self-votes bring it at most
    /// w / (w + (1 − m)(1 − w)), m being its stake: withheld votes shrink the others, they don't raise its consensus.
    #[test]
    fn gains_from_selfishness_are_bounded(
        votes in proptest::collection::vec(1..=u16::MAX, 3..12),
        honest in 60..100u64,
        selfish in 1..40u64,
    ) {
        // Uid 0 is selfish, uid 1 speaks for the others, uid 2 and up are plain miners. All weigh uid 0 and the miners.
        let n = votes.len() + 1;
        let opinion: Row =
            (0..n as u16).filter(|j| *j != 1).zip(votes.iter().copied()).collect();
        let mut stakes = vec![0; n];
        (stakes[0], stakes[1]) = (selfish, honest);
        let mut permits = vec![false; n];
        (permits[0], permits[1]) = (true, true);
        let mut weights = vec![Row::new(); n];
        // A vote for oneself is ignored outright, so the best it can do is to withhold its votes from the rest:
        // it votes for a seat that nobody else values.
        (weights[0], weights[1]) = (vec![(1, u16::MAX)], opinion.clone());
        let mut scene = Scene {
            now: 1,
            stakes,
            last_update: vec![1; n],
            registered_at: vec![0; n],
            permits,
            weights,
            bonds: vec![Row::new(); n],
            emission: 1_000_000_000,
            parameters: Default::default(),
        };
        let greedy = epoch(&scene.input(), &Options::default()).unwrap();
        let granted = share(&scene, 1, 0) as f64 / ONE as f64;
        let m = selfish as f64 / (selfish + honest) as f64;
        let bound = granted / (granted + (1.0 - m) * (1.0 - granted));
        let earned = |outcome: &Outcome| outcome.incentive[0].to_bits() as f64 / ONE as f64;
        prop_assert!(earned(&greedy) <= bound + 1e-6);
        // And the same minority earns no more by naming its own seat.
        scene.weights[0] = vec![(0, u16::MAX)];
        let vain = epoch(&scene.input(), &Options::default()).unwrap();
        prop_assert_eq!(vain.incentive, greedy.incentive);
    }
}

/// A coalition below kappa: starting at one neuron, everybody who still fits.
fn minority(scene: &Scene, outcome: &Outcome, first: usize) -> Vec<bool> {
    let n = scene.len();
    let kappa = I32F32::from_proportion_u16(scene.parameters.kappa).to_bits();
    let mut insider = vec![false; n];
    // At (nearly) 1, rounding can leave kappa above all stake there is: then the least generous voter decides alone.
    if kappa >= ONE - n as i64 {
        return insider;
    }
    let mut held = 0;
    for i in (0..n).map(|k| (first + k) % n) {
        // Normalising once more can add one part a neuron.
        let stake = outcome.active_stake[i].to_bits();
        if held + stake + (n as i64) < kappa {
            held += stake;
            insider[i] = true;
        }
    }
    insider
}

/// Raw bits of the share of its weights that `i` gives `j`.
fn share(scene: &Scene, i: usize, j: usize) -> i64 {
    if !scene.permits[i] {
        return 0;
    }
    let others = scene.weights[i].iter().filter(|(to, _)| usize::from(*to) != i);
    let sum: i64 = others.clone().map(|(_, value)| i64::from(*value)).sum();
    let given: i64 = others.filter(|(to, _)| usize::from(*to) == j).map(|(_, value)| i64::from(*value)).sum();
    if sum == 0 {
        0
    } else {
        (given << 32) / sum
    }
}
