//! Fair launch: from nothing to the first stake, and that nobody takes it alone.

use crate::world::*;
use ganglion_primitives::TAO;
use ganglion_runtime::*;
use pallet_emission::{Bonds, FirstJoined, IdleEpochs, Pending, Recycled};

/// Blocks from one epoch to the next here.
const PERIOD: u32 = 20;

#[test]
fn nobody_owns_anything_at_genesis() {
    chain(
        |_| {},
        || {
            // The one TAO of block 1 belongs to nobody yet.
            assert_eq!(
                frame_system::Account::<Runtime>::iter_values().map(|account| account.data.free).sum::<u64>(),
                TAO
            );
            assert_eq!(Balances::free_balance(Emission::pot()), TAO);
            assert_eq!(pallet_staking::TotalStake::<Runtime>::get(), 0);
        },
    );
}

#[test]
fn work_starts_the_network_and_stake_takes_over() {
    chain(
        |_| {},
        || {
            let (good, bad) = (must_join(1, 11), must_join(2, 12));
            must_join(3, 13);
            must_join(4, 14);
            // The first epoch gives permits, though nobody has stake.
            run_to(40);
            for validator in [3, 4] {
                set_weights(validator, &[(good, 300), (bad, 100)]).expect("has a permit by work");
            }
            run_to(62);
            assert!(earned(1) > 2 * earned(2), "the better miner earns more: {} {}", earned(1), earned(2));
            assert!(earned(3) > 0 && earned(4) > 0, "validators earn");
            let stake = Staking::stake_of(&account(13), &account(3));
            assert!(stake > 0 && stake <= earned(3), "pay is stake");
        },
    );
}

#[test]
fn who_never_set_weights_has_no_say() {
    chain(
        |_| {},
        || {
            let miners: Vec<_> = (1..=8).map(|miner| must_join(miner, miner + 100)).collect();
            next_block();
            must_join(20, 120);
            run_to(40);
            // One validator against eight silent neurons of equal standing: its word is the consensus.
            set_weights(20, &[(miners[0], 1)]).expect("has a permit by work");
            run_to(82);
            assert!(earned(1) > 0);
            assert_eq!(earned(2), 0);
        },
    );
}

/// RAO staked in all.
fn staked() -> u64 {
    pallet_staking::TotalStake::<Runtime>::get()
}

#[test]
fn nobody_takes_the_first_paying_epoch_alone() {
    chain(
        |_| {},
        || {
            // Two hurry; a third comes later, but within the two tempos that each newcomer gives all others.
            let miner = must_join(1, 11);
            must_join(2, 12);
            run_to(18);
            set_weights(2, &[(miner, 1)]).expect("has a permit by work");
            run_to(39);
            must_join(3, 13);
            assert_eq!(Emission::launches_at(TEXT), Some(39 + 2 * PERIOD));
            run_to(58);
            assert_eq!(staked(), 0, "the epoch of block 57 paid before the third could judge");
            set_weights(3, &[(miner, 1)]).expect("has a permit by now");
            run_to(78);
            assert_eq!(staked(), 0, "two tempos after the last newcomer aren't over");
            run_to(98);
            assert!(staked() > 0);
            // Who came first judged first, and still has no more than who came last.
            assert!(earned(2) > 0);
            assert_eq!(earned(2), earned(3));
            assert_eq!(Emission::launches_at(TEXT), None, "there is stake now");
        },
    );
}

#[test]
fn newcomers_cannot_put_the_start_off_for_ever() {
    chain(
        |_| {},
        || {
            let miner = must_join(1, 11);
            must_join(2, 12);
            let first = System::block_number();
            run_to(40);
            set_weights(2, &[(miner, 1)]).expect("has a permit by work");
            // Somebody joins all the time.
            let mut newcomer = 20;
            while staked() == 0 {
                assert!(System::block_number() <= first + 7 * PERIOD, "the start is put off");
                if System::block_number().is_multiple_of(15) {
                    newcomer += 1;
                    must_join(newcomer, newcomer + 100);
                }
                next_block();
            }
            assert!(System::block_number() > first + 6 * PERIOD - 1);
        },
    );
}

#[test]
fn pruning_the_first_neurons_puts_nothing_off() {
    chain(
        |rules| {
            (rules.max_neurons, rules.max_validators, rules.immunity_period) = (2, 2, 0);
        },
        || {
            must_join(1, 11);
            must_join(2, 12);
            run_to(20);
            let first = FirstJoined::<Runtime>::get(TEXT).expect("has had an epoch");
            for newcomer in 0..4 {
                run_to(30 + 20 * u32::from(newcomer));
                must_join(newcomer + 20, newcomer + 120);
            }
            assert!(Neurons::seat_of(TEXT, &account(1)).is_err(), "the first are gone");
            assert_eq!(FirstJoined::<Runtime>::get(TEXT), Some(first));
            assert_eq!(Emission::launches_at(TEXT), Some(first + 6 * PERIOD));
        },
    );
}

#[test]
fn emission_waits_for_the_launch_and_is_not_recycled() {
    chain(
        |rules| rules.tempo = 1,
        || {
            // More epochs than may pass without consensus, all of them in the launch.
            let patience =
                4 * <<Runtime as pallet_emission::Config>::MaxIdleEpochs as frame_support::traits::Get<u16>>::get();
            run_to(u32::from(patience));
            must_join(1, 11);
            next_block();
            assert_eq!(Pending::<Runtime>::get(TEXT), Balances::total_issuance());
            run_to(System::block_number() + 3);
            assert_eq!(IdleEpochs::<Runtime>::get(TEXT), 0);
            assert_eq!(Recycled::<Runtime>::get(), 0);
            run_to(System::block_number() + 4);
            assert!(IdleEpochs::<Runtime>::get(TEXT) > 0, "after the launch, silence is no consensus");
        },
    );
}

#[test]
fn no_bonds_grow_before_the_launch() {
    chain(
        |_| {},
        || {
            let miner = must_join(1, 11);
            must_join(2, 12);
            run_to(18);
            set_weights(2, &[(miner, 1)]).expect("has a permit by work");
            run_to(39);
            must_join(3, 13);
            run_to(60);
            assert_eq!(Bonds::<Runtime>::iter().count(), 0);
            run_to(98);
            assert!(Bonds::<Runtime>::iter().count() > 0);
        },
    );
}

#[test]
fn a_rao_neither_ends_the_launch_nor_takes_the_subnet_over() {
    chain(
        |_| {},
        || {
            let (good, bad) = (must_join(1, 11), must_join(2, 12));
            (3..=5).for_each(|validator| {
                must_join(validator, validator + 10);
            });
            let start = Emission::launches_at(TEXT).expect("nobody has stake");
            stake(15, 5, 1);
            assert_eq!(Emission::launches_at(TEXT), Some(start), "a RAO is no stake");
            run_to(40);
            for (validator, miner) in [(3, good), (4, good), (5, bad)] {
                set_weights(validator, &[(miner, 1)]).expect("has a permit by work");
            }
            run_to(start + PERIOD);
            assert!(earned(1) > 0, "the two that worked outvote the one with a RAO");
            assert_eq!(earned(2), 0);
            assert_eq!(Emission::launches_at(TEXT), None);
        },
    );
}

#[test]
fn a_launch_that_is_over_is_not_announced_though_nobody_has_stake() {
    chain(
        |_| {},
        || {
            must_join(1, 11);
            let start = Emission::launches_at(TEXT).expect("nobody has stake");
            run_to(start - 1);
            assert_eq!(Emission::launches_at(TEXT), Some(start));
            next_block();
            assert_eq!((Emission::launches_at(TEXT), staked()), (None, 0));
            run_to(start + 6 * PERIOD);
            assert_eq!((Emission::launches_at(TEXT), staked()), (None, 0));
        },
    );
}

#[test]
fn no_more_stakes_are_looked_at_than_the_launch_depends_on() {
    chain(
        |_| {},
        || {
            must_join(1, 11);
            must_join(2, 12);
            let (seats, start) = (Neurons::seats(TEXT), Emission::launches_at(TEXT));
            assert!(start.is_some());
            let no_more = || std::iter::from_fn(|| -> Option<u64> { panic!("nothing depends on further stakes") });
            let among = |stakes: &mut dyn Iterator<Item = u64>| Emission::launch_among(TEXT, &seats, stakes);
            assert_eq!(among(&mut [1_u64, 0].into_iter()), start, "a RAO is no stake");
            assert_eq!(among(&mut [TAO].into_iter().chain(no_more())), None);
            run_to(start.expect("is to come"));
            assert_eq!(among(&mut no_more()), None);
        },
    );
}

#[test]
fn where_somebody_has_stake_nothing_waits() {
    chain(
        |_| {},
        || {
            let miner = must_join(1, 11);
            must_join(2, 12);
            stake(12, 2, TAO);
            assert_eq!(Emission::launches_at(TEXT), None);
            run_to(18);
            set_weights(2, &[(miner, 1)]).expect("has a permit by stake");
            run_to(38);
            assert!(earned(1) > 0);
        },
    );
}
