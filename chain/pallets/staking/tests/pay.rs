//! How pay is divided between a hotkey's owner and its nominators.

use ganglion_pallet_staking::{Pay, Shares, Stake, MAX_TAKE};
use proptest::prelude::*;

const TAO: u64 = 1_000_000_000;

/// A hotkey with stake of its owner and of one nominator.
fn staked(own: u64, nominated: u64) -> (Stake, Shares) {
    let (mut stake, mut nominator) = (Stake::default(), Shares::default());
    if own > 0 {
        stake.fund.deposit(&mut stake.own, own).expect("fits");
    }
    if nominated > 0 {
        stake.fund.deposit(&mut nominator, nominated).expect("fits");
    }
    (stake, nominator)
}

proptest! {
    #[test]
    fn every_rao_of_pay_is_somebodys(
        own in 0..1_000 * TAO,
        nominated in prop_oneof![Just(0), TAO / 10..1_000 * TAO],
        incentive in 0..100 * TAO,
        dividends in 0..100 * TAO,
        take in 0..=MAX_TAKE,
    ) {
        let (mut stake, nominator) = staked(own, nominated);
        let before = stake.value();
        stake.pay(Pay { incentive, dividends }, take).expect("fits");
        prop_assert_eq!(stake.value(), before + incentive + dividends);
        let unowned = stake.value() - stake.fund.worth(stake.own) - stake.fund.worth(nominator);
        // Rounding, and the pool's virtual RAO, which all who pay in outweigh.
        prop_assert!(unowned <= 3 + dividends / (own + nominated).max(1), "{} RAO are nobody's", unowned);
    }

    #[test]
    fn nominators_get_their_part_of_dividends_without_take_and_nothing_of_incentive(
        own in TAO..1_000 * TAO,
        nominated in TAO..1_000 * TAO,
        incentive in 0..100 * TAO,
        dividends in 0..100 * TAO,
        take in 0..=MAX_TAKE,
    ) {
        let (mut stake, nominator) = staked(own, nominated);
        stake.pay(Pay { incentive, dividends }, take).expect("fits");
        let shared = u128::from(dividends) * u128::from(u16::MAX - take) / u128::from(u16::MAX);
        let expected = shared * u128::from(nominated) / u128::from(own + nominated);
        let gain = u128::from(stake.fund.worth(nominator)) - u128::from(nominated);
        prop_assert!(gain.abs_diff(expected) <= 200, "{} instead of {}", gain, expected);
    }
}

#[test]
fn a_payment_too_small_for_a_share_raises_all_shares() {
    let (mut stake, _) = staked(1, 0);
    let mut nominator = Shares::default();
    stake.fund.deposit(&mut nominator, 1).expect("fits");
    // A share becomes worth more than a RAO.
    stake.fund.reward(15_000_000 * TAO).expect("fits");
    let before = stake.value();
    stake.pay(Pay { incentive: 1, dividends: 0 }, 0).expect("is never refused");
    assert_eq!(stake.value(), before + 1);
}

#[test]
fn an_owner_alone_gets_all_of_its_pay_whatever_little_it_staked() {
    let (mut stake, _) = staked(1, 0);
    stake.pay(Pay { incentive: TAO, dividends: 99 * TAO }, MAX_TAKE).expect("fits");
    assert!(stake.fund.worth(stake.own) >= 100 * TAO);
}
