//! Which of the epochs that are due a block runs, and which wait.

use crate::ledger::*;
use frame_support::weights::Weight;
use ganglion_pallet_emission::{DueEpochs, Event, Permits, Permitted, WeightInfo};
use ganglion_primitives::{NetUid, NeuronId};
use pallet_subnets::Parameters;

/// A little less than `count` epochs of one neuron take: rows of stake come on top.
fn epochs(count: u64) -> Weight {
    <() as WeightInfo>::epoch(1).saturating_mul(count)
}

/// Three subnets of one neuron each. The epochs of 1 and 3 are due in block 3, which is next; those of 1 and 2 in block 5;
/// none in blocks 4 and 6.
fn with_budget(budget: Weight, scenario: impl FnOnce()) {
    ledger().execute_with(|| {
        (1..=3u16).for_each(|netuid| work(netuid, netuid as u8 + 20, 20).expect("there is room"));
        Budget::set(budget);
        assert_eq!(System::block_number(), 2);
        scenario();
        assert_eq!(Emission::check_invariants(), Ok(()));
    });
}

/// The subnets whose epoch the next block runs, and those that wait after it.
fn run_block() -> (Vec<u16>, Vec<u16>) {
    next_block();
    let ran = System::events().into_iter().filter_map(|record| subnet_of(record.event)).collect();
    (ran, DueEpochs::<Ledger>::get().into_iter().map(|netuid| netuid.0).collect())
}

/// The subnet whose epoch `event` tells of.
fn subnet_of(event: RuntimeEvent) -> Option<u16> {
    let RuntimeEvent::Emission(event) = event else { return None };
    match event {
        Event::EpochPaid { netuid, .. } | Event::NoConsensus { netuid, .. } | Event::Launching { netuid, .. } => {
            Some(netuid.0)
        }
        _ => None,
    }
}

#[test]
fn epochs_that_fit_the_budget_share_a_block() {
    with_budget(epochs(3), || assert_eq!(run_block(), (vec![1, 3], vec![])));
}

#[test]
fn an_epoch_beyond_the_budget_waits_for_the_next_block() {
    let less_than_two = epochs(2).saturating_sub(Weight::from_parts(1, 0));
    with_budget(less_than_two, || {
        assert_eq!(run_block(), (vec![1], vec![3]));
        assert_eq!(run_block(), (vec![3], vec![]));
    });
}

#[test]
fn an_epoch_that_alone_exceeds_the_budget_still_runs() {
    with_budget(Weight::from_parts(1, 0), || {
        assert_eq!(run_block(), (vec![1], vec![3]));
        assert_eq!(run_block(), (vec![3], vec![]));
        assert_eq!(run_block(), (vec![1], vec![2]));
        assert_eq!(run_block(), (vec![2], vec![]));
    });
}

#[test]
fn an_epoch_of_more_validators_than_there_may_be_by_now_is_not_taken_for_a_small_one() {
    // Two small epochs and a millisecond: enough for their rows of stake, not for a hundred validators' opinions.
    let two_small = epochs(2).saturating_add(Weight::from_parts(1_000_000_000, 0));
    with_budget(two_small, || assert_eq!(run_block(), (vec![1, 3], vec![])));
    with_budget(two_small, || {
        let validators = (1_000..1_100).map(NeuronId).collect();
        Permitted::<Ledger>::insert(NetUid(3), Permits::truncate_from(validators));
        Parameters::<Ledger>::mutate(NetUid(3), |rules| rules.max_validators = 1);
        assert_eq!(run_block(), (vec![1], vec![3]));
        assert_eq!(run_block(), (vec![3], vec![]));
    });
}
