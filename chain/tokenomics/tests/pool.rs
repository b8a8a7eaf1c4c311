//! Share pools: no RAO appears or vanishes, and nobody gains by coming and going.

use ganglion_tokenomics::pool::{Pool, PoolError};
use proptest::{collection::vec, prelude::*};

const TAO: u64 = 1_000_000_000;

/// What happens to a pool, by one of four holders.
#[derive(Clone, Debug)]
enum Step {
    Deposit(usize, u64),
    WithdrawAmount(usize, u64),
    WithdrawPart(usize, u8),
    WithdrawAll(usize),
    Reward(u64),
    Slash(u64),
    Sweep,
}

fn amounts() -> impl Strategy<Value = u64> {
    prop_oneof![0..100u64, 0..100 * TAO, 0..21_000_000 * TAO, any::<u64>()]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0usize..4, amounts()).prop_map(|(who, amount)| Step::Deposit(who, amount)),
        2 => (0usize..4, amounts()).prop_map(|(who, amount)| Step::WithdrawAmount(who, amount)),
        2 => (0usize..4, any::<u8>()).prop_map(|(who, part)| Step::WithdrawPart(who, part)),
        1 => (0usize..4).prop_map(Step::WithdrawAll),
        3 => amounts().prop_map(Step::Reward),
        1 => amounts().prop_map(Step::Slash),
        1 => Just(Step::Sweep),
    ];
    vec(step, 0..40)
}

/// A pool, its holders, and every RAO that went in or came out.
#[derive(Clone, Debug, Default)]
struct World {
    pool: Pool,
    positions: [u128; 4],
    went_in: u128,
    came_out: u128,
}

impl World {
    fn withdraw(&mut self, who: usize, shares: u128) {
        let (before, worth) = (self.pool, self.pool.value_of(shares));
        match self.pool.withdraw(shares) {
            Ok(paid) => {
                assert_eq!(paid, worth);
                self.positions[who] -= shares;
                self.came_out += u128::from(paid);
            }
            Err(error) => {
                assert_eq!(error, PoolError::ZeroAmount);
                assert_eq!(self.pool, before);
            }
        }
    }

    fn act(&mut self, step: &Step) {
        let before = self.pool;
        match *step {
            Step::Deposit(who, amount) => match self.pool.deposit(amount) {
                Ok(shares) => {
                    assert_eq!(before.shares_for(amount), Ok(shares));
                    self.positions[who] += shares;
                    self.went_in += u128::from(amount);
                }
                Err(_) => assert_eq!(self.pool, before),
            },
            Step::WithdrawAmount(who, amount) => {
                if let Ok(shares) = self.pool.shares_worth(amount) {
                    assert!(self.pool.value_of(shares) >= amount);
                    self.withdraw(who, shares.min(self.positions[who]));
                }
            }
            Step::WithdrawPart(who, part) => self.withdraw(who, self.positions[who] / 256 * u128::from(part)),
            Step::WithdrawAll(who) => self.withdraw(who, self.positions[who]),
            Step::Reward(amount) => match self.pool.reward(amount) {
                Ok(()) => self.went_in += u128::from(amount),
                Err(_) => assert_eq!(self.pool, before),
            },
            Step::Slash(amount) => self.came_out += u128::from(self.pool.slash(amount)),
            Step::Sweep => self.came_out += u128::from(self.pool.sweep()),
        }
    }
}

fn world(steps: &[Step]) -> World {
    let mut world = World::default();
    steps.iter().for_each(|step| world.act(step));
    world
}

/// Whether a share of `a` is priced at most as one of `b`: (value + 1) / (shares + 2³²), multiplied out.
fn price_at_most(a: &Pool, b: &Pool) -> bool {
    let value = |pool: &Pool| u128::from(pool.value()) + 1;
    let shares = |pool: &Pool| pool.shares() + (1 << 32);
    wide(value(a), shares(b)) <= wide(value(b), shares(a))
}

/// The product of a value of at most 2⁶⁴ and 128 bits, high part first.
fn wide(value: u128, shares: u128) -> (u128, u128) {
    let low = value * (shares & u128::from(u64::MAX));
    (value * (shares >> 64) + (low >> 64), low & u128::from(u64::MAX))
}

#[test]
fn a_worked_example() {
    let mut pool = Pool::default();
    let alice = pool.deposit(60 * TAO).unwrap();
    let bob = pool.deposit(40 * TAO).unwrap();
    assert_eq!([alice, bob].map(|shares| pool.value_of(shares)), [60 * TAO, 40 * TAO]);
    pool.reward(10 * TAO).unwrap();
    // The virtual RAO took its part in 10¹¹, and rounding did.
    assert_eq!([alice, bob].map(|shares| pool.value_of(shares)), [66 * TAO - 1, 44 * TAO - 1]);
    let carol = pool.deposit(11 * TAO).unwrap();
    assert_eq!(pool.slash(121 * TAO / 2), 60 * TAO + TAO / 2);
    let left = [alice, bob, carol].map(|shares| pool.withdraw(shares).unwrap());
    assert!(left.into_iter().zip([33 * TAO, 22 * TAO, 11 * TAO / 2]).all(|(got, fair)| fair - got <= 2), "{left:?}");
    assert_eq!(pool.shares(), 0);
    let dust = pool.sweep();
    assert_eq!(left.iter().sum::<u64>() + dust, 121 * TAO / 2);
    assert_eq!(pool, Pool::default());
}

#[test]
fn errors() {
    let mut pool = Pool::default();
    assert_eq!(pool.reward(1), Err(PoolError::NoShares));
    assert_eq!(pool.deposit(0), Err(PoolError::ZeroAmount));
    assert_eq!(pool.withdraw(0), Err(PoolError::ZeroAmount));
    assert_eq!(pool.withdraw(1), Err(PoolError::NotEnoughShares));
    assert_eq!(pool.shares_worth(0), Err(PoolError::ZeroAmount));
    assert_eq!(pool.shares_worth(1), Err(PoolError::NotEnoughValue));
    pool.deposit(5).unwrap();
    assert_eq!(pool.deposit(u64::MAX), Err(PoolError::Overflow));
    assert_eq!(pool.reward(u64::MAX), Err(PoolError::Overflow));
    assert_eq!(pool.shares_worth(6), Err(PoolError::NotEnoughValue));
    assert_eq!(pool.value(), 5);
    // One share worth 4 billion RAO.
    assert_eq!(Pool::from_parts(u64::MAX, 1).shares_for(1), Err(PoolError::TooSmall));
    assert_eq!(Pool::from_parts(0, u128::MAX).deposit(1), Err(PoolError::Overflow));
}

#[test]
fn the_last_share_is_no_lever() {
    // A first holder leaves one share and lets rewards make it dear.
    let mut pool = Pool::default();
    let attacker = pool.deposit(TAO).unwrap();
    pool.withdraw(attacker - 1).unwrap();
    pool.reward(1_000 * TAO).unwrap();
    let victim = pool.deposit(1_500 * TAO).unwrap();
    assert!(pool.value_of(1) < TAO / 1_000);
    assert!(1_500 * TAO - pool.value_of(victim) < TAO / 1_000);
}

#[test]
fn a_pool_slashed_to_nothing_takes_new_deposits() {
    let mut pool = Pool::default();
    let old = pool.deposit(5 * TAO).unwrap();
    assert_eq!(pool.slash(u64::MAX), 5 * TAO);
    let new = pool.deposit(TAO).unwrap();
    assert!(pool.value_of(new) >= TAO - 1);
    assert!(pool.value_of(old) <= 1);
}

proptest! {
    #[test]
    fn no_rao_appears_or_vanishes(steps in steps()) {
        let world = world(&steps);
        prop_assert_eq!(world.went_in, world.came_out + u128::from(world.pool.value()));
        prop_assert_eq!(world.pool.shares(), world.positions.iter().sum::<u128>());
    }

    #[test]
    fn holders_never_own_more_than_the_pool(steps in steps()) {
        let World { pool, positions, .. } = world(&steps);
        let owned: u128 = positions.iter().map(|shares| u128::from(pool.value_of(*shares))).sum();
        prop_assert!(owned <= u128::from(pool.value()));
    }

    #[test]
    fn in_and_out_never_gains(steps in steps(), amount in amounts()) {
        let mut pool = world(&steps).pool;
        if let Ok(shares) = pool.deposit(amount) {
            prop_assert!(pool.value_of(shares) <= amount);
            prop_assert!(pool.withdraw(shares).unwrap() <= amount);
        }
    }

    #[test]
    fn in_and_out_by_parts_never_gains(steps in steps(), ins in vec(amounts(), 1..6), outs in vec(any::<u8>(), 0..6)) {
        let mut pool = world(&steps).pool;
        let (mut shares, mut paid, mut got) = (0u128, 0u128, 0u128);
        for amount in ins {
            if let Ok(bought) = pool.deposit(amount) {
                shares += bought;
                paid += u128::from(amount);
            }
        }
        for part in outs.into_iter().map(u128::from) {
            if let Ok(out) = pool.withdraw(shares / 256 * part) {
                shares -= shares / 256 * part;
                got += u128::from(out);
            }
        }
        if shares > 0 {
            got += u128::from(pool.withdraw(shares).unwrap());
        }
        prop_assert!(got <= paid);
    }

    #[test]
    fn coming_and_going_never_lowers_what_others_own(steps in steps(), step in steps()) {
        let mut world = world(&steps);
        for step in step {
            let harmless = matches!(
                step,
                Step::Deposit(..) | Step::WithdrawAmount(..) | Step::WithdrawPart(..) | Step::WithdrawAll(..)
            );
            if harmless {
                let before = world.pool;
                world.act(&step);
                prop_assert!(price_at_most(&before, &world.pool), "{before:?} {:?}", world.pool);
            }
        }
    }

    #[test]
    fn a_deposit_is_worth_what_was_paid(value in 0..21_000_000 * TAO, base in 1..21_000_000 * TAO, amount in 1..TAO * 1_000_000) {
        // Any price a chain can reach by rewards: up to all of the supply on one RAO of stake.
        let mut pool = Pool::default();
        pool.deposit(base).unwrap();
        pool.reward(value).unwrap();
        if let Ok(shares) = pool.deposit(amount) {
            let missing = amount - pool.value_of(shares);
            prop_assert!(missing <= 2 + ((value / base) >> 32), "{missing}");
        }
    }

    #[test]
    fn rewards_follow_stake(a in 1..1_000_000 * TAO, b in 1..1_000_000 * TAO, reward in 0..1_000_000 * TAO) {
        let mut pool = Pool::default();
        let (shares_a, shares_b) = (pool.deposit(a).unwrap(), pool.deposit(b).unwrap());
        pool.reward(reward).unwrap();
        let fair = |stake: u64| u128::from(reward) * u128::from(stake) / u128::from(a + b + 1);
        for (stake, shares) in [(a, shares_a), (b, shares_b)] {
            let gained = u128::from(pool.value_of(shares) - stake);
            prop_assert!(gained.abs_diff(fair(stake)) <= 1, "{gained} {}", fair(stake));
        }
    }

    #[test]
    fn total_on_any_pool(value: u64, shares: u128, amount: u64, some: u128) {
        // Also on states that no history reaches.
        let mut pool = Pool::from_parts(value, shares);
        let _ = pool.shares_for(amount);
        let _ = pool.shares_worth(amount);
        prop_assert!(pool.value_of(some) <= value);
        let _ = pool.deposit(amount);
        let _ = pool.withdraw(some);
        let _ = pool.reward(amount);
        let _ = pool.slash(amount);
        let _ = pool.sweep();
    }
}
