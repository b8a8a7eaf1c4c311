//! Emission from the first block to the last, and what holds at every issuance.

use ganglion_tokenomics::emission::{block_emission, eras, halvings, next_halving, Era, FIRST_EMISSION, MAX_SUPPLY};
use proptest::prelude::*;

const SECONDS_A_BLOCK: f64 = 12.0;
const SECONDS_A_YEAR: f64 = 365.25 * 24.0 * 3600.0;

/// Years from the first block to each halving, the last of which ends emission. Computed with exact integers in Python.
const YEARS: [f64; 30] = [
    3.99, 7.99, 11.98, 15.97, 19.96, 23.96, 27.95, 31.94, 35.93, 39.93, 43.92, 47.91, 51.91, 55.9, 59.89, 63.88, 67.88,
    71.87, 75.86, 79.86, 83.85, 87.85, 91.85, 95.85, 99.88, 103.99, 108.24, 112.49, 117.44, 124.88,
];

fn year(block: u64) -> f64 {
    block as f64 * SECONDS_A_BLOCK / SECONDS_A_YEAR
}

#[test]
fn from_nothing_to_the_end() {
    let walk: Vec<Era> = eras(0, 0).collect();
    assert_eq!(walk.len(), 30);
    let (mut block, mut issuance) = (0, 0);
    for (number, (era, halving_year)) in walk.iter().zip(YEARS).enumerate() {
        assert_eq!((era.first_block, era.issuance), (block, issuance), "era {number} follows the one before");
        assert_eq!(era.halvings as usize, number);
        assert_eq!(era.emission, FIRST_EMISSION >> number);
        // The last block of the era is the one that reaches the threshold.
        let before_last = issuance + (era.blocks - 1) * era.emission;
        assert_eq!(block_emission(before_last), era.emission);
        block += era.blocks;
        issuance += era.blocks * era.emission;
        assert_ne!(block_emission(issuance), era.emission);
        assert!((year(block) - halving_year).abs() < 0.005, "halving {} in year {}", number + 1, year(block));
    }
    assert_eq!(block_emission(issuance), 0);
    assert_eq!(issuance, 20_999_999_980_442_226);
    assert!(issuance < MAX_SUPPLY);
    assert_eq!(block, 328_414_167);
}

#[test]
fn the_first_ten_eras_last_alike() {
    assert!(eras(0, 0).take(10).all(|era| era.blocks == 10_500_000));
}

#[test]
fn nothing_after_the_end() {
    for issuance in [20_999_999_980_442_226, MAX_SUPPLY - 1, MAX_SUPPLY, MAX_SUPPLY + 1, u64::MAX] {
        assert_eq!(block_emission(issuance), 0);
        assert_eq!(next_halving(issuance), MAX_SUPPLY);
        assert_eq!(eras(0, issuance).count(), 0);
    }
}

/// The definition with whole numbers: halving k has happened when issuance · 2^k ≥ MAX · (2^k − 1).
fn defined(issuance: u64) -> u32 {
    let passed = |k: &u32| u128::from(issuance) << k >= u128::from(MAX_SUPPLY) * ((1 << k) - 1);
    (0..=30).filter(passed).max().expect("0 has passed")
}

/// Issuances of every size, many of them near a threshold.
fn issuances() -> impl Strategy<Value = u64> {
    let near = (0u32..=31, -2_000_000_000i64..2_000_000_000)
        .prop_map(|(k, offset)| (MAX_SUPPLY - (MAX_SUPPLY >> k)).saturating_add_signed(offset));
    prop_oneof![0..=MAX_SUPPLY, near, any::<u64>()]
}

proptest! {
    #[test]
    fn halvings_as_defined(issuance in issuances()) {
        prop_assert_eq!(halvings(issuance), defined(issuance));
    }

    #[test]
    fn never_beyond_the_supply(issuance in 0..=MAX_SUPPLY) {
        prop_assert!(issuance + block_emission(issuance) <= MAX_SUPPLY);
    }

    #[test]
    fn falls_as_issuance_grows(a in issuances(), b in issuances()) {
        prop_assert!(block_emission(a.min(b)) >= block_emission(a.max(b)));
    }

    #[test]
    fn next_halving_is_the_first_change(issuance in issuances()) {
        let (now, next) = (block_emission(issuance), next_halving(issuance));
        if now == 0 {
            prop_assert_eq!(next, MAX_SUPPLY);
        } else {
            prop_assert!(next > issuance);
            prop_assert_eq!(block_emission(next - 1), now);
            prop_assert_eq!(block_emission(next), now / 2);
        }
    }

    #[test]
    fn every_walk_ends_below_the_supply(block: u64, issuance in issuances()) {
        let walk: Vec<Era> = eras(block, issuance).collect();
        prop_assert!(walk.len() <= 30);
        for era in walk {
            prop_assert!(era.issuance + era.blocks * era.emission < MAX_SUPPLY);
        }
    }
}
