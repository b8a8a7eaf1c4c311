//! The shared conformance vectors, every row of them.

use ganglion_tokenomics::{
    adjustment::{adjust, moved, Bounds, Counts, Terms},
    emission::{block_emission, halvings, next_halving, MAX_SUPPLY},
    epoch_trigger::{blocks_until_epoch, is_epoch, next_epoch},
    lock_cost::{lock_cost, Lock},
};
use serde_json::Value;

fn rows<'a>(vectors: &'a Value, name: &str, count: usize) -> &'a [Value] {
    let rows = vectors[name].as_array().expect("a list");
    assert_eq!(rows.len(), count, "{name}");
    rows
}

/// A number, or its decimal text where JSON's numbers are too narrow.
fn number(row: &Value, name: &str) -> u64 {
    let value = &row[name];
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{name} in {row}"))
}

fn short(row: &Value, name: &str) -> u16 {
    number(row, name).try_into().expect("16 bits")
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn halving_points() {
    let vectors = parse(include_str!("vectors/halving.json"));
    assert_eq!(number(&vectors, "total_supply"), MAX_SUPPLY);
    for row in rows(&vectors, "asserted_points", 22) {
        assert_eq!(block_emission(number(row, "total_issuance")), number(row, "block_emission"), "{row}");
    }
}

#[test]
fn halving_thresholds() {
    let vectors = parse(include_str!("vectors/halving.json"));
    for row in rows(&vectors, "derived_thresholds", 30) {
        let first = number(row, "first_issuance");
        assert_eq!(u64::from(halvings(first)), number(row, "halving"));
        assert_eq!(block_emission(first), number(row, "emission_from_here"));
        assert_eq!(block_emission(first - 1), number(row, "emission_one_rao_before"));
        assert_eq!(next_halving(first - 1), first);
    }
}

#[test]
fn halving_convergence() {
    let vectors = parse(include_str!("vectors/halving.json"));
    let total = (0..100).fold(0, |total, _| total + block_emission(total) * 10_500_000);
    assert_eq!(total, number(&vectors["asserted_convergence"], "final_total"));
}

#[test]
fn adjustments() {
    let vectors = parse(include_str!("vectors/adjustment.json"));
    let (asserted, derived) = (rows(&vectors, "asserted", 7), rows(&vectors, "derived_default_alpha", 4));
    for row in asserted.iter().chain(derived) {
        let (current, alpha) = (number(row, "current"), number(row, "alpha"));
        let (registrations, target) = (short(row, "registrations"), short(row, "target"));
        let (min, max) = (number(row, "min"), number(row, "max"));
        assert_eq!(moved(current, registrations, target, alpha, min, max), number(row, "next"), "{row}");

        // The same through the whole rule: too many by work move the difficulty, too few by work move the burn.
        let bounds = Bounds { min_difficulty: min, max_difficulty: max, min_burn: min, max_burn: max, alpha, target };
        let counts = Counts { by_work: registrations, by_burn: 0 };
        let terms = adjust(Terms { difficulty: current, burn: current }, counts, &bounds);
        let next = number(row, "next");
        let expected = match (registrations, registrations > target) {
            (0, _) => Terms { difficulty: next, burn: next },
            (_, true) => Terms { difficulty: next, burn: current },
            (_, false) => Terms { difficulty: current, burn: next },
        };
        assert_eq!(terms, expected, "{row}");
    }
}

#[test]
fn lock_costs() {
    let vectors = parse(include_str!("vectors/lock_cost.json"));
    for row in rows(&vectors, "cases", 8) {
        let lock = Lock {
            last_cost: number(row, "last_lock"),
            min_cost: number(row, "min_lock"),
            last_block: number(row, "last_lock_block"),
            reduction_interval: number(row, "reduction_interval"),
        };
        assert_eq!(lock_cost(&lock, number(row, "current_block")), number(row, "cost"), "{row}");
    }
}

#[test]
fn epoch_triggers() {
    let vectors = parse(include_str!("vectors/epoch_trigger.json"));
    for row in rows(&vectors, "first_epoch_block", 6) {
        let (netuid, tempo, first) = (short(row, "netuid"), short(row, "tempo"), number(row, "block"));
        assert_eq!(next_epoch(netuid, tempo, 0), Some(first), "{row}");
        assert!((0..first).all(|block| !is_epoch(netuid, tempo, block)) && is_epoch(netuid, tempo, first));
    }
    for row in rows(&vectors, "derived", 6) {
        let (netuid, tempo, block) = (short(row, "netuid"), short(row, "tempo"), number(row, "block"));
        assert_eq!(blocks_until_epoch(netuid, tempo, block), number(row, "blocks_until"), "{row}");
    }
}
