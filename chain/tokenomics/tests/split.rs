//! The split among subnets: exact, fair to order, and true to the formula.

use ganglion_tokenomics::split::{equal, split, Curve, Split};
use proptest::{collection::vec, prelude::*};

const TAO: u64 = 1_000_000_000;

type Rows = Vec<Vec<(u16, u16)>>;

/// The formula of `protocol.md` §5.4 in floating point, dense.
fn model(subnets: usize, stakes: &[u64], rows: &Rows, curve: Curve) -> Option<Vec<f64>> {
    let total: f64 = stakes.iter().map(|stake| *stake as f64).sum();
    let (mut rank, mut trust) = (vec![0.0; subnets], vec![0.0; subnets]);
    for (stake, row) in stakes.iter().zip(rows) {
        let mut dense = vec![0.0; subnets];
        row.iter()
            .filter(|(j, _)| usize::from(*j) < subnets)
            .for_each(|(j, w)| dense[usize::from(*j)] += f64::from(*w));
        let sum: f64 = dense.iter().sum();
        for (j, weight) in dense.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            rank[j] += *stake as f64 / total * weight / sum;
            trust[j] += *stake as f64 / total;
        }
    }
    let kappa = f64::from(curve.kappa) / 65_535.0;
    let consensus = |trust: f64| 1.0 / (1.0 + (-f64::from(curve.rho) * (trust - kappa)).exp());
    let pulls: Vec<f64> = rank.iter().zip(&trust).map(|(rank, trust)| rank * consensus(*trust)).collect();
    let pull: f64 = pulls.iter().sum();
    (pull > 0.0).then(|| pulls.iter().map(|one| one / pull).collect())
}

fn sum(split: &Split) -> u128 {
    split.shares.iter().map(|share| u128::from(*share)).sum::<u128>() + u128::from(split.dust)
}

#[test]
fn equal_stake_on_a_diagonal() {
    // The original pays 99 999 999 here and burns the rest.
    let rows: Rows = (0..10).map(|i| vec![(i, 65_535)]).collect();
    let split = split(TAO, 10, &[1_000; 10], &rows, Curve::default());
    assert_eq!(split, Split { shares: vec![100_000_000; 10], dust: 0 });
}

#[test]
fn a_majority_outweighs_its_stake() {
    let split = split(TAO, 2, &[60, 40], &[vec![(0, 9)], vec![(1, 9)]], Curve::default());
    // 0.6·c(0.6) against 0.4·c(0.4): consensus 0.731 and 0.269.
    assert_eq!(split.shares, [803_044_110, 196_955_889]);
}

#[test]
fn without_votes_all_get_the_same() {
    let none: Rows = vec![vec![], vec![(0, 0)], vec![(7, 5)]];
    let even = Split { shares: vec![333_333_333; 3], dust: 1 };
    assert_eq!(split(TAO, 3, &[1, 2, 3], &none, Curve::default()), even);
    // Votes without stake behind them.
    assert_eq!(split(TAO, 3, &[0], &[vec![(0, 1)]], Curve::default()), even);
    assert_eq!(split(TAO, 3, &[0, 5], &[vec![(0, 1)], vec![]], Curve::default()), even);
    assert_eq!(split::<Vec<_>>(TAO, 3, &[], &[], Curve::default()), even);
    assert_eq!(equal(TAO, 3), even);
}

#[test]
fn without_subnets_all_is_dust() {
    let nothing = Split { shares: vec![], dust: TAO };
    assert_eq!(split(TAO, 0, &[1], &[vec![(0, 1)]], Curve::default()), nothing);
    assert_eq!(equal(TAO, 0), nothing);
}

#[test]
fn repeated_and_unknown_subnets() {
    let plain = split(TAO, 2, &[1, 1], &[vec![(0, 30), (1, 10)], vec![(1, 1)]], Curve::default());
    let odd = split(TAO, 2, &[1, 1], &[vec![(0, 10), (9, 500), (0, 20), (1, 10)], vec![(1, 1)]], Curve::default());
    assert_eq!(plain, odd);
}

#[test]
fn idle_stake_raises_the_bar() {
    // 40 of 50 is a majority, 40 of 400 is none; the order stays, the gap closes.
    let rows: Rows = vec![vec![(0, 1)], vec![(1, 1)], vec![]];
    let lively = split(TAO, 2, &[40, 10, 0], &rows, Curve::default());
    let sleepy = split(TAO, 2, &[40, 10, 350], &rows, Curve::default());
    assert!(lively.shares[0] > sleepy.shares[0] && sleepy.shares[0] > sleepy.shares[1]);
}

#[test]
fn hopeless_consensus_still_follows_rank() {
    let curve = Curve { rho: u16::MAX, kappa: u16::MAX };
    let split = split(TAO, 3, &[3, 1], &[vec![(0, 1)], vec![(1, 1)]], curve);
    assert_eq!(split.shares, [750_000_000, 250_000_000, 0]);
}

fn stakes() -> impl Strategy<Value = Vec<u64>> {
    vec((any::<u64>(), 0u32..64).prop_map(|(bits, shift)| bits >> shift), 0..12)
}

fn rows(subnets: u16) -> impl Strategy<Value = Rows> {
    vec(vec((0..subnets, any::<u16>()), 0..8), 0..12)
}

#[test]
fn the_least_stake_divides_as_finely_as_any() {
    // What a random run found while ranks had 32 bits below one RAO: a weight in thousands of little ones lost a RAO.
    let rows: Rows = vec![vec![(8, 17_887), (0, 50_741), (0, 43_073), (0, 11_358), (0, 24_319)]];
    let curve = Curve { rho: 0, kappa: 0 };
    let [least, much] = [1, 1 << 40].map(|stake| split(518_411_405, 15, &[stake], &rows, curve));
    assert_eq!(least, much);
}

proptest! {
    #[test]
    fn exact(emission: u64, subnets in 0usize..20, stakes in stakes(), rows in rows(24), rho: u16, kappa: u16) {
        let split = split(emission, subnets, &stakes, &rows, Curve { rho, kappa });
        prop_assert_eq!(split.shares.len(), subnets);
        prop_assert_eq!(sum(&split), u128::from(emission));
        prop_assert!(subnets == 0 || split.dust < subnets as u64);
    }

    #[test]
    fn agrees_with_the_formula(
        emission in 0..=TAO, subnets in 1usize..20, stakes in stakes(), rows in rows(20), rho in 0u16..=20, kappa: u16,
    ) {
        let curve = Curve { rho, kappa };
        let got = split(emission, subnets, &stakes, &rows, curve);
        if let Some(shares) = model(subnets, &stakes, &rows, curve) {
            for (got, expected) in got.shares.iter().zip(shares) {
                let expected = expected * emission as f64;
                // One RAO for rounding down, half a one for consensus: at its least, e^-20, 62 bits leave it 33.
                prop_assert!((*got as f64 - expected).abs() <= 1.5, "{got} {expected}");
            }
        } else {
            prop_assert_eq!(got, equal(emission, subnets));
        }
    }

    #[test]
    fn order_of_validators_does_not_matter(stakes in stakes(), rows in rows(6)) {
        let both = stakes.len().min(rows.len());
        let forwards = split(TAO, 6, &stakes[..both], &rows[..both], Curve::default());
        let (stakes, rows): (Vec<_>, Vec<_>) = stakes.into_iter().zip(rows).rev().unzip();
        prop_assert_eq!(forwards, split(TAO, 6, &stakes, &rows, Curve::default()));
    }

    #[test]
    fn names_of_subnets_do_not_matter(stakes in stakes(), rows in rows(6)) {
        let forwards = split(TAO, 6, &stakes, &rows, Curve::default());
        let mirrored: Rows = rows.iter().map(|row| row.iter().map(|(j, w)| (5 - j, *w)).collect()).collect();
        let mut backwards = split(TAO, 6, &stakes, &mirrored, Curve::default());
        backwards.shares.reverse();
        prop_assert_eq!(forwards, backwards);
    }

    #[test]
    fn only_proportions_of_a_row_count(stakes in stakes(), rows in vec(vec((0u16..6, 0u16..1_000), 0..8), 0..12), factor in 1u16..60) {
        let scaled: Rows = rows.iter().map(|row| row.iter().map(|(j, w)| (*j, w * factor)).collect()).collect();
        let (plain, scaled) =
            (split(TAO, 6, &stakes, &rows, Curve::default()), split(TAO, 6, &stakes, &scaled, Curve::default()));
        for (a, b) in plain.shares.iter().zip(&scaled.shares) {
            prop_assert!(a.abs_diff(*b) <= 1);
        }
    }

    #[test]
    fn nothing_for_what_nobody_wants(stakes in stakes(), rows in rows(5)) {
        let split = split(TAO, 6, &stakes, &rows, Curve::default());
        let wanted = stakes.iter().zip(&rows).any(|(stake, row)| *stake > 0 && row.iter().any(|(_, w)| *w > 0));
        prop_assert!(!wanted || split.shares[5] == 0);
    }
}
