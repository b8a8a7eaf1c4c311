//! Conformance: the original's epochs, field by field and bit by bit.

mod common;

use common::vectors::{load, Case};
use ganglion_yuma::{epoch, BondUpdate, Options, Outcome, Workspace, I32F32};

fn u16s(outcome: &Outcome, field: impl Fn(&Outcome) -> &Vec<I32F32>) -> Vec<u16> {
    field(outcome).iter().map(|value| value.to_proportion_u16()).collect()
}

/// Every field of one step.
fn check(case: &Case, outcome: &Outcome) {
    let name = &case.name;
    let expected = &case.expected;
    assert_eq!(outcome.active, expected.active, "{name}: active");
    assert_eq!(outcome.permits, expected.validator_permit, "{name}: permits");
    assert_eq!(u16s(outcome, |o| &o.stake), expected.stake_weight, "{name}: stake");
    assert_eq!(u16s(outcome, |o| &o.incentive), expected.rank, "{name}: rank");
    assert_eq!(u16s(outcome, |o| &o.trust), expected.trust, "{name}: trust");
    assert_eq!(u16s(outcome, |o| &o.validator_trust), expected.validator_trust, "{name}: validator trust");
    assert_eq!(u16s(outcome, |o| &o.consensus), expected.consensus, "{name}: consensus");
    assert_eq!(u16s(outcome, |o| &o.incentive), expected.incentive, "{name}: incentive");
    assert_eq!(u16s(outcome, |o| &o.dividends), expected.dividends, "{name}: dividends");
    assert_eq!(outcome.server_amounts, expected.server_emission, "{name}: server amounts");
    assert_eq!(outcome.validator_amounts, expected.validator_emission, "{name}: validator amounts");
    assert_eq!(outcome.pruning, expected.pruning_score, "{name}: pruning");
    if let Some(emission) = &expected.emission {
        assert_eq!(&outcome.emission, emission, "{name}: emission");
    }
    for uid in 0..outcome.len() {
        let uid = u16::try_from(uid).unwrap();
        let stored = expected.bonds_sparse.get(&uid.to_string());
        match outcome.bonds.update(uid) {
            BondUpdate::Write(row) => assert_eq!(Some(row), stored.map(Vec::as_slice), "{name}: bonds of {uid}"),
            BondUpdate::Clear => assert!(stored.is_none_or(Vec::is_empty), "{name}: bonds of {uid} are gone"),
            BondUpdate::Keep => {
                let before = &case.bonds[usize::from(uid)];
                assert!(stored.is_none_or(|row| row == before), "{name}: bonds of {uid} stay")
            }
        }
    }
    for (field, values) in [
        ("stake", &outcome.stake),
        ("act", &outcome.active_stake),
        ("pre", &outcome.prerank),
        ("cons", &outcome.consensus),
        ("vtrust", &outcome.validator_trust),
        ("ranks", &outcome.incentive),
        ("trust", &outcome.trust),
        ("div", &outcome.dividends),
        ("nc", &outcome.combined),
    ] {
        if let Some(bits) = expected.raw_i32f32_bits.get(field) {
            let found: Vec<i64> = values.iter().map(|value| value.to_bits()).collect();
            assert_eq!(&found, bits, "{name}: raw {field}");
        }
    }
    let paid = outcome.server_total + outcome.validator_total;
    assert_eq!(paid + outcome.carried, case.emission, "{name}: carried");
}

#[test]
fn epochs_of_the_original_tests() {
    let cases = load(include_str!("vectors/epoch.json"));
    assert_eq!(cases.len(), 17);
    for case in &cases {
        assert_eq!(case.expected.raw_i32f32_bits.len(), 9, "{}", case.name);
        check(case, &epoch(&case.input(), &Options::reference()).unwrap());
    }
}

#[test]
fn random_epochs_in_the_original_arithmetic() {
    let cases = load(include_str!("vectors/epoch_random.json"));
    assert_eq!(cases.len(), 4);
    // One workspace for all: nothing of one epoch may be left for the next.
    let mut workspace = Workspace::new();
    for case in cases.iter().chain(cases.iter().rev()) {
        check(case, &workspace.run(&case.input(), &Options::reference()).unwrap());
    }
}
