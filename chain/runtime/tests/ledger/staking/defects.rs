//! Defects of the original that `protocol.md` §14 lists, and that this ledger must not have: those of staking.

use super::*;
use ganglion_primitives::RetryIn;
use ganglion_tokenomics::epoch_trigger;
use pallet_staking::{Nominations, Stakes, TotalStake};

#[test]
fn defect_6_nominators_share_what_miners_earn_and_the_take_is_charged_on_it() {
    paid(|| {
        stake(13, 1, 10 * TAO);
        let (own, nominated, before) = (worth(11, 1), worth(13, 1), earned(1));
        run_to(82);
        let incentive = earned(1) - before;
        assert!(incentive > 0);
        assert!(worth(13, 1).abs_diff(nominated) <= 1, "a nominator got a miner's pay");
        assert!((worth(11, 1) - own).abs_diff(incentive) <= 2, "the owner didn't get all of it");
    });
}

#[test]
fn defect_9_dust_of_payouts_is_destroyed() {
    paid(|| {
        for (coldkey, amount) in [(13, TAO / 7), (14, TAO / 3), (15, 3 * TAO + 1)] {
            stake(coldkey, 2, amount);
        }
        run_to(142);
        let held: Rao = [(11, 1), (12, 2), (13, 2), (14, 2), (15, 2)].into_iter().map(|(who, on)| worth(who, on)).sum();
        let total = TotalStake::<Runtime>::get();
        assert_eq!(Balances::free_balance(Staking::pot()), total, "all that was paid is there");
        // A RAO or so a position; it goes to whoever leaves last.
        assert!(held <= total && total - held <= 10, "{} RAO are nobody's", total - held);
    });
}

/// The first block of the text subnet's epoch after `block`.
fn next_epoch(tempo: u16, block: BlockNumber) -> BlockNumber {
    let next = epoch_trigger::next_epoch(TEXT.0, tempo, u64::from(block) + 1).expect("there is a tempo");
    next.try_into().expect("is near")
}

#[test]
fn defect_11_large_stakes_overflow_and_stake_of_this_interval_earns_nothing() {
    paid(|| {
        let large = 2_000_000 * TAO;
        stake(13, 2, large);
        run_to(next_epoch(19, 62) - 1);
        // A block before the epoch.
        stake(14, 2, large);
        let before = (worth(13, 2), worth(14, 2));
        next_block();
        let gains = (worth(13, 2) - before.0, worth(14, 2) - before.1);
        assert!(gains.0 > 0, "somebody with a large stake got nothing");
        assert!(gains.0.abs_diff(gains.1) <= 2, "equal stakes got {} and {}", gains.0, gains.1);
    });
}

#[test]
fn defect_12_other_than_the_requested_amount_is_staked() {
    paid(|| {
        let (coldkey, total) = (account(13), TotalStake::<Runtime>::get());
        fund(&coldkey, 5 * TAO);
        // All of it, which the original reduced by the existential deposit.
        assert_ok!(Staking::add_stake(signed(13), account(1), 5 * TAO));
        assert_eq!((Balances::free_balance(&coldkey), TotalStake::<Runtime>::get()), (0, total + 5 * TAO));
    });
}

#[test]
fn defect_13_small_amounts_paid_to_an_empty_account_vanish() {
    paid(|| {
        let issuance = Balances::total_issuance();
        assert_eq!(Balances::free_balance(account(11)), 0);
        assert_ok!(Staking::remove_stake(signed(11), account(1), 1));
        assert_eq!((Balances::free_balance(account(11)), Balances::total_issuance()), (1, issuance));
    });
}

/// How long an owner waits that has just changed its take, before it may raise it.
fn take_interval() -> RetryIn {
    RetryIn::new(<Runtime as pallet_staking::Config>::TakeInterval::get())
}

#[test]
fn defect_15_a_key_swap_loses_what_limits_count() {
    paid(|| {
        fund(&account(12), 2 * TAO);
        assert_ok!(Staking::set_take(signed(12), account(2), 1));
        assert_ok!(Neurons::swap_hotkey(signed(12), account(2), account(3)));
        assert_noop!(
            Staking::set_take(signed(12), account(3), 2),
            Error::<Runtime>::TakeRaisedTooSoon(take_interval())
        );
    });
}

#[test]
fn defect_21_a_wrapped_call_escapes_the_rules() {
    paid(|| {
        let set = |take| RuntimeCall::from(pallet_staking::Call::set_take { hotkey: account(2), take });
        let before = Staking::take_of(&account(2));
        let calls = vec![set(0), set(1)];
        let refused = Utility::batch_all(signed(12), calls).expect_err("a take that was lowered stays for an interval");
        assert_eq!(refused.error, Error::<Runtime>::TakeRaisedTooSoon(take_interval()).into());
        assert_eq!(Staking::take_of(&account(2)), before, "all or nothing");
        let (id, producer) = founder();
        fund(&producer, TAO);
        let origin = RuntimeOrigin::signed(producer.clone());
        assert_ok!(Staking::add_stake(origin.clone(), producer.clone(), TAO));
        let leave = pallet_staking::Call::remove_stake { hotkey: producer.clone(), amount: TAO };
        assert_ok!(Utility::batch(origin, vec![leave.into()]));
        assert_eq!((Staking::stake_on(id), Balances::free_balance(&producer)), (0, 0), "it waits for the window");
        assert_eq!(Staking::staked_by(&producer), TAO);
    });
}

#[test]
fn defect_23_a_failed_swap_is_half_done() {
    paid(|| {
        fund(&account(12), 2 * TAO);
        let swap = Neurons::swap_hotkey(signed(12), account(2), account(1));
        assert_noop!(swap, Error::<Runtime>::HotkeyTaken);
        let stranger = Neurons::swap_hotkey(signed(11), account(2), account(3));
        assert_noop!(stranger, Error::<Runtime>::NotOwner);
        assert!(worth(12, 2) > 0);
    });
}

/// How many rows that is, and that their number makes no difference, is in the pallet's own tests (`cost.rs`).
#[test]
fn defect_26_a_payout_touches_every_nominator() {
    paid(|| {
        (20..60).for_each(|coldkey| stake(coldkey, 2, TAO));
        let rows = || Nominations::<Runtime>::iter().collect::<Vec<_>>();
        let value = || Stakes::<Runtime>::iter().map(|(_, stake)| stake.value()).sum::<Rao>();
        let (rows_before, value_before, worth_before) = (rows(), value(), worth(20, 2));
        run_to(82);
        assert!(value() > value_before && worth(20, 2) > worth_before, "everybody was paid");
        assert_eq!(rows(), rows_before, "and nobody's row was touched");
    });
}
