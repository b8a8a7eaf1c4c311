//! Fees out of stake.

use crate::world::*;
use frame_support::{assert_ok, traits::Imbalance};
use ganglion_pallet_staking::{Pay, TotalStake};

#[test]
fn who_has_only_stake_can_pay_a_fee_with_it() {
    run(|| {
        let hotkey = register(100, 200);
        assert_ok!(Staking::pay_from(&9, |payout| Ok(payout.credit(hotkey, Pay { incentive: TAO, dividends: 0 })?)));
        bind(hotkey);
        let issuance = Balances::total_issuance();
        let fee = Staking::pay_from_stake(&200, 1_000).expect("is worth that");
        assert_eq!(fee.peek(), 1_000);
        drop(fee);
        assert_eq!(Balances::total_issuance(), issuance - 1_000);
        assert_eq!((Staking::stake_of(&200, &100), TotalStake::<Ledger>::get()), (TAO - 1_000, TAO - 1_000));
        assert_eq!(Unstaked::get(), [], "a fee doesn't come back");
    });
}

#[test]
fn a_fee_is_paid_by_the_first_position_that_can() {
    run(|| {
        for (hotkey, amount) in [(100, TAO), (101, 3 * TAO), (102, 9 * TAO)] {
            register(hotkey, 1);
            assert_ok!(add(2, hotkey, amount));
        }
        drop(Staking::pay_from_stake(&2, 2 * TAO).expect("is worth that"));
        assert_eq!(Staking::positions(&2), [(100, false, TAO), (101, false, TAO), (102, false, 9 * TAO)]);
    });
}

#[test]
fn what_stake_is_not_worth_it_does_not_pay() {
    run(|| {
        register(100, 1);
        assert_ok!(add(2, 100, TAO));
        for (who, amount) in [(2, TAO + 1), (2, 0), (2, u64::MAX), (3, 1), (1, 1)] {
            assert!(Staking::pay_from_stake(&who, amount).is_err(), "{who} paid {amount}");
        }
        assert_eq!(Staking::stake_of(&2, &100), TAO);
        drop(Staking::pay_from_stake(&2, TAO).expect("is worth that"));
        assert_eq!(Staking::positions(&2), []);
    });
}
