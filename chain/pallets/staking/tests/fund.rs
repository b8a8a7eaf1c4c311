//! A fund loses nothing, whatever is done to it.

use ganglion_pallet_staking::{Fund, Shares};
use ganglion_tokenomics::emission::MAX_SUPPLY;
use proptest::prelude::*;
use sp_runtime::Perbill;

/// What somebody does to a fund. Holders are numbered.
#[derive(Clone, Copy, Debug)]
enum Act {
    Deposit(usize, u64),
    Withdraw(usize, u64),
    WithdrawAll(usize),
    Reward(u64),
    Slash(Perbill),
}

const HOLDERS: usize = 4;

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![1..10u64, 1..1_000_000_000_000u64, 1..MAX_SUPPLY]
}

fn part() -> impl Strategy<Value = Perbill> {
    prop_oneof![
        Just(Perbill::one()),
        Just(Perbill::from_parts(999_999_999)),
        (0..=1_000_000_000u32).prop_map(Perbill::from_parts)
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..HOLDERS, amount()).prop_map(|(who, amount)| Act::Deposit(who, amount)),
        2 => (0..HOLDERS, amount()).prop_map(|(who, amount)| Act::Withdraw(who, amount)),
        1 => (0..HOLDERS).prop_map(Act::WithdrawAll),
        2 => amount().prop_map(Act::Reward),
        2 => part().prop_map(Act::Slash),
    ]
}

/// A fund, its holders, and the TAO that went in and not out.
#[derive(Default)]
struct Scene {
    fund: Fund,
    held: [Shares; HOLDERS],
    inside: u64,
}

impl Scene {
    fn run(&mut self, act: Act) {
        match act {
            // More than exists can't be in a fund.
            Act::Deposit(_, amount) | Act::Reward(amount) if self.inside + amount > MAX_SUPPLY => {}
            Act::Deposit(who, amount) => {
                if self.fund.deposit(&mut self.held[who], amount).is_ok() {
                    self.inside += amount;
                }
            }
            Act::Reward(amount) => {
                if self.fund.reward(amount).is_ok() {
                    self.inside += amount;
                }
            }
            Act::Withdraw(who, amount) if amount > self.fund.worth(self.held[who]) => {}
            Act::Withdraw(who, amount) => {
                let paid = self.fund.withdraw(&mut self.held[who], amount).expect("is worth that");
                assert!(paid >= amount);
                self.inside -= paid;
            }
            Act::WithdrawAll(who) => {
                let worth = self.fund.worth(self.held[who]);
                let paid = self.fund.withdraw_all(&mut self.held[who]).expect("owns its shares");
                assert!(paid >= worth);
                assert_eq!(self.fund.worth(self.held[who]), 0);
                self.inside -= paid;
            }
            Act::Slash(part) => {
                let (value, taken) = (self.fund.value(), self.fund.slash(part));
                assert!(taken >= part.mul_floor(value) && taken <= value);
                self.inside -= taken;
            }
        }
    }

    fn check(&self) {
        assert_eq!(self.fund.value(), self.inside, "RAO appeared or vanished");
        let live: u128 = self.held.iter().map(|held| self.fund.live(*held)).sum();
        assert_eq!(live, self.fund.shares(), "shares are not the holders'");
        let worth: u64 = self.held.iter().map(|held| self.fund.worth(*held)).sum();
        assert!(worth <= self.fund.value(), "holders own more than there is");
        assert!(self.fund.shares() > 0 || self.fund.value() == 0, "value without an owner");
    }
}

proptest! {
    #[test]
    fn no_rao_appears_or_vanishes(acts in proptest::collection::vec(act(), 1..80)) {
        let mut scene = Scene::default();
        for act in acts {
            scene.run(act);
            scene.check();
        }
        for who in 0..HOLDERS {
            scene.run(Act::WithdrawAll(who));
        }
        assert_eq!(scene.fund.value(), 0, "something stayed behind");
    }

    #[test]
    fn whatever_slashes_came_before_a_deposit_is_counted(
        before in proptest::collection::vec((amount(), part()), 0..30),
        amount in amount(),
    ) {
        let mut scene = Scene::default();
        for (deposit, part) in before {
            scene.run(Act::Deposit(0, deposit));
            scene.run(Act::Slash(part));
            scene.check();
        }
        let left = MAX_SUPPLY - scene.inside;
        prop_assume!(left >= amount);
        let mut held = Shares::default();
        scene.fund.deposit(&mut held, amount).expect("slashes never break a fund");
        let worth = scene.fund.worth(held);
        prop_assert!(amount - worth <= 1 + amount / 1_000_000, "{worth} of {amount}");
    }

    #[test]
    fn a_slash_takes_the_same_part_from_everybody(
        deposits in proptest::collection::vec(1_000_000..1_000_000_000_000u64, HOLDERS),
        part in (0..990_000_000u32).prop_map(Perbill::from_parts),
    ) {
        let mut scene = Scene::default();
        for (who, deposit) in deposits.iter().enumerate() {
            scene.run(Act::Deposit(who, *deposit));
        }
        scene.run(Act::Slash(part));
        for (who, deposit) in deposits.iter().enumerate() {
            let left = deposit - part.mul_floor(*deposit);
            prop_assert!(scene.fund.worth(scene.held[who]).abs_diff(left) <= 2);
        }
    }
}

#[test]
fn shares_of_a_fund_that_was_slashed_to_nothing_are_worth_nothing_for_ever() {
    let (mut fund, mut old, mut new) = (Fund::default(), Shares::default(), Shares::default());
    fund.deposit(&mut old, 1_000).expect("fits");
    assert_eq!(fund.slash(Perbill::one()), 1_000);
    fund.deposit(&mut new, 500).expect("fits");
    assert_eq!((fund.worth(old), fund.worth(new)), (0, 500));
    assert_eq!(fund.withdraw_all(&mut old), Ok(0));
    fund.deposit(&mut old, 100).expect("fits");
    assert_eq!((fund.worth(old), fund.worth(new)), (100, 500));
}

#[test]
fn an_empty_fund_is_not_slashed() {
    let mut fund = Fund::default();
    assert_eq!(fund.slash(Perbill::one()), 0);
    assert_eq!(fund, Fund::default(), "no round is lost");
}
