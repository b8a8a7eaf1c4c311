//! One TAO a block, to the RAO, whatever happens.

use crate::world::*;
use ganglion_primitives::TAO;
use ganglion_runtime::*;

#[test]
fn each_block_mints_one_tao() {
    chain(
        |_| {},
        || {
            for _ in 0..100 {
                next_block();
                assert_eq!(Balances::total_issuance(), u64::from(System::block_number()) * TAO);
            }
        },
    );
}

#[test]
fn emission_waits_while_there_is_no_neuron() {
    chain(
        |_| {},
        || {
            run_to(50);
            assert_eq!(pallet_emission::Unallocated::<Runtime>::get(), 50 * TAO);
            must_join(1, 2);
            next_block();
            assert_eq!(pallet_emission::Unallocated::<Runtime>::get(), 0);
            assert_eq!(pallet_emission::Pending::<Runtime>::get(TEXT), 51 * TAO);
        },
    );
}

#[test]
fn without_consensus_emission_is_recycled_in_the_end() {
    chain(
        |rules| rules.tempo = 1,
        || {
            must_join(1, 2);
            while pallet_emission::Recycled::<Runtime>::get() == 0 {
                assert!(System::block_number() < 200, "emission stays pending forever");
                next_block();
            }
            let emitted = pallet_emission::Emitted::<Runtime>::get();
            assert_eq!(Balances::total_issuance(), emitted - pallet_emission::Recycled::<Runtime>::get());
            assert_eq!(pallet_staking::TotalStake::<Runtime>::get(), 0, "nobody was paid for nothing");
        },
    );
}

#[test]
fn half_goes_to_miners_and_half_to_validators() {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            set_weights(2, &[(miner, 100)]).expect("the validator has a permit");
            run_to(62);
            let (miners, validators) = (earned(1), earned(2));
            assert!(miners > 0);
            assert!(miners.abs_diff(validators) <= 2, "{miners} and {validators}");
            let pending = pallet_emission::Pending::<Runtime>::get(TEXT);
            assert_eq!(miners + validators + pending, Balances::total_issuance());
        },
    );
}
