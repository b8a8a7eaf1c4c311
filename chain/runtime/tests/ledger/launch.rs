//! Fair launch: from nothing to the first stake.

use crate::world::*;
use ganglion_runtime::*;

#[test]
fn nobody_owns_anything_at_genesis() {
    chain(
        |_| {},
        || {
            // The one TAO of block 1 belongs to nobody yet.
            assert_eq!(
                frame_system::Account::<Runtime>::iter_values().map(|account| account.data.free).sum::<u64>(),
                1_000_000_000
            );
            assert_eq!(Balances::free_balance(Emission::pot()), 1_000_000_000);
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
            run_to(62);
            assert!(earned(1) > 0);
            assert_eq!(earned(2), 0);
        },
    );
}
