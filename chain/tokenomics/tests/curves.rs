//! Prices and schedules: what holds for every input.

use ganglion_tokenomics::{
    adjustment::{adjust, is_due, moved, Bounds, Counts, Terms},
    epoch_trigger::{blocks_until_epoch, is_epoch, next_epoch},
    halves,
    lock_cost::{lock_cost, Lock},
};
use proptest::prelude::*;

/// A price or a block number of any size, small ones as often as large ones.
fn amounts() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0u32..64).prop_map(|(bits, shift)| bits >> shift)
}

fn bounds() -> impl Strategy<Value = Bounds> {
    (amounts(), amounts(), amounts(), amounts(), any::<u64>(), any::<u16>()).prop_map(|(a, b, c, d, alpha, target)| {
        Bounds {
            min_difficulty: a.min(b),
            max_difficulty: a.max(b),
            min_burn: c.min(d),
            max_burn: c.max(d),
            alpha,
            target,
        }
    })
}

#[test]
fn the_table_of_cases() {
    let bounds = Bounds { max_difficulty: u64::MAX, max_burn: u64::MAX, target: 4, ..Default::default() };
    let terms = Terms { difficulty: 8_000, burn: 8_000 };
    let next = |by_work, by_burn| adjust(terms, Counts { by_work, by_burn }, &bounds);
    let both = |difficulty, burn| Terms { difficulty, burn };
    // Above target.
    assert_eq!(next(6, 2), both(12_000, 8_000));
    assert_eq!(next(2, 6), both(8_000, 12_000));
    assert_eq!(next(4, 4), both(12_000, 12_000));
    // Below.
    assert_eq!(next(2, 0), both(8_000, 6_000));
    assert_eq!(next(0, 2), both(6_000, 8_000));
    assert_eq!(next(1, 1), both(6_000, 6_000));
    assert_eq!(next(0, 0), both(4_000, 4_000));
    // At it.
    assert_eq!(next(3, 1), terms);
    assert_eq!(next(1, 3), terms);
    assert_eq!(next(2, 2), terms);
}

#[test]
fn no_target_only_clamps() {
    let bounds = Bounds { min_difficulty: 10, max_difficulty: 20, min_burn: 1, max_burn: 2, alpha: 0, target: 0 };
    let counts = Counts { by_work: 9, by_burn: 9 };
    assert_eq!(adjust(Terms { difficulty: 15, burn: 9 }, counts, &bounds), Terms { difficulty: 15, burn: 2 });
    assert_eq!(moved(3, u16::MAX, 0, 0, 10, 20), 10);
}

#[test]
fn extremes_do_not_overflow() {
    assert_eq!(moved(u64::MAX, u16::MAX, 1, 0, 0, u64::MAX), u64::MAX);
    assert_eq!(moved(u64::MAX, u16::MAX, 1, u64::MAX, 0, u64::MAX), u64::MAX);
    assert_eq!(moved(u64::MAX, 0, u16::MAX, 0, 0, u64::MAX), u64::MAX / 2);
    assert_eq!(moved(0, u16::MAX, 1, 0, 0, u64::MAX), 0);
    // Contradicting bounds: the upper one wins.
    assert_eq!([5, 50, 500].map(|current| moved(current, 1, 1, 0, 100, 10)), [10; 3]);
}

#[test]
fn lock_cost_edges() {
    let huge = Lock { last_cost: u64::MAX, min_cost: 1, last_block: 1, reduction_interval: 1 };
    assert_eq!(lock_cost(&huge, 1), u64::MAX);
    assert_eq!(lock_cost(&huge, u64::MAX), 1);
    let unguarded = Lock { last_cost: 100, min_cost: 7, last_block: 10, reduction_interval: 0 };
    assert_eq!([10, 11, 12].map(|now| lock_cost(&unguarded, now)), [200, 100, 7]);
    // A block before the last creation is that creation's block.
    assert_eq!(lock_cost(&unguarded, 3), 200);
}

proptest! {
    #[test]
    fn terms_stay_within_bounds(
        terms in (amounts(), amounts()), counts in any::<(u16, u16)>(), bounds in bounds(),
    ) {
        let before = Terms {
            difficulty: terms.0.clamp(bounds.min_difficulty, bounds.max_difficulty),
            burn: terms.1.clamp(bounds.min_burn, bounds.max_burn),
        };
        let after = adjust(before, Counts { by_work: counts.0, by_burn: counts.1 }, &bounds);
        prop_assert!((bounds.min_difficulty..=bounds.max_difficulty).contains(&after.difficulty));
        prop_assert!((bounds.min_burn..=bounds.max_burn).contains(&after.burn));
    }

    #[test]
    fn demand_gives_the_direction(
        current in amounts(), registrations: u16, target in 1u16.., alpha: u64,
    ) {
        let next = moved(current, registrations, target, alpha, 0, u64::MAX);
        // Truncation can cost one unit at the target itself.
        if registrations >= target {
            prop_assert!(next >= current.saturating_sub(1));
        }
        if registrations <= target {
            prop_assert!(next <= current);
        }
        // One interval without anybody at most halves a price.
        prop_assert!(next >= (current / 2).saturating_sub(1));
    }

    /// The original keeps 18 bits of a fraction with 64: what that loses is less than the 2^17th part of a price.
    #[test]
    fn defect_27_what_an_adjustment_loses_is_nothing_beside_the_price(
        current in 1_000_000..1u64 << 40, registrations in 0..4_096u16, target in 1..4_096u16, alpha: u64,
    ) {
        let next = moved(current, registrations, target, alpha, 0, u64::MAX) as f64;
        let kept = alpha as f64 / u64::MAX as f64;
        let demand = (f64::from(registrations) + f64::from(target)) / (2.0 * f64::from(target));
        let exact = current as f64 * (kept + (1.0 - kept) * demand);
        let most = (current as f64).max(current as f64 * demand);
        prop_assert!((next - exact).abs() <= most / f64::from(1 << 17) + 2.0, "{next} instead of {exact}");
    }

    #[test]
    fn more_registrations_never_make_it_cheaper(
        current in amounts(), a: u16, b: u16, target: u16, alpha: u64, min in amounts(), max in amounts(),
    ) {
        let next = |registrations| moved(current, registrations, target, alpha, min, max);
        prop_assert!(next(a.min(b)) <= next(a.max(b)));
    }

    #[test]
    fn adjustments_are_due_after_an_interval(last in 0..u64::MAX / 2, interval in 0..u64::MAX / 2) {
        prop_assert!(is_due(last + interval, last, interval));
        prop_assert!(interval == 0 || !is_due(last + interval - 1, last, interval));
    }

    #[test]
    fn lock_cost_falls_from_double_to_the_minimum(
        last in amounts(), min in amounts(), block in amounts(), interval in amounts(), a in amounts(), b in amounts(),
    ) {
        let lock = Lock { last_cost: last, min_cost: min, last_block: block, reduction_interval: interval };
        let (early, late) = (lock_cost(&lock, a.min(b)), lock_cost(&lock, a.max(b)));
        prop_assert!(min <= late && late <= early && early <= last.saturating_mul(2).max(min));
    }

    #[test]
    fn epochs_come_once_a_period(netuid: u16, tempo in 1u16.., block in 0..u64::MAX - 200_000) {
        let period = u64::from(tempo) + 1;
        let wait = blocks_until_epoch(netuid, tempo, block);
        prop_assert!(wait < period);
        prop_assert_eq!(is_epoch(netuid, tempo, block), (block as u128 + netuid as u128 + 2).is_multiple_of(period as u128));
        prop_assert!(is_epoch(netuid, tempo, block + wait));
        prop_assert_eq!(blocks_until_epoch(netuid, tempo, block + wait + 1), period - 1);
        prop_assert_eq!(next_epoch(netuid, tempo, block), Some(block + wait));
    }

    #[test]
    fn no_tempo_no_epoch(netuid: u16, block: u64) {
        prop_assert_eq!(blocks_until_epoch(netuid, 0, block), u64::MAX);
        prop_assert!(!is_epoch(netuid, 0, block));
        prop_assert_eq!(next_epoch(netuid, 0, block), None);
    }

    #[test]
    fn any_block_number_works(netuid: u16, tempo: u16, block: u64) {
        let wait = blocks_until_epoch(netuid, tempo, block);
        prop_assert!(wait <= u64::from(tempo) || tempo == 0);
        prop_assert!(next_epoch(netuid, tempo, block).is_none_or(|next| next >= block));
    }

    #[test]
    fn halves_are_exact(emission in amounts(), cut: u16) {
        let parts = halves(emission, cut);
        let sum = u128::from(parts.owner) + u128::from(parts.miners) + u128::from(parts.validators);
        prop_assert_eq!(sum, u128::from(emission));
        prop_assert!(parts.miners - parts.validators <= 1);
        let owner = u128::from(emission) * u128::from(cut);
        prop_assert!(u128::from(parts.owner) * 65_535 <= owner);
        prop_assert!((u128::from(parts.owner) + 1) * 65_535 > owner);
    }
}
