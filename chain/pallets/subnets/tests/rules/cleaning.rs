//! Cleaning up, as far as a block has room.

use crate::ledger::*;
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use ganglion_pallet_subnets::{CreationTerms, Dissolving, Error, Event, WeightInfo, CLEAR_LIMIT};
use ganglion_primitives::{NetUid, TAO};
use proptest::prelude::*;

fn terms() -> CreationTerms {
    CreationTerms { min_lock: TAO, creation_interval: 0, lock_reduction_interval: 1, ..Default::default() }
}

/// A subnet that was dissolved and under whose number others keep `rows` rows.
fn dissolved(rows: u32) -> NetUid {
    let before = Subnets::netuids();
    Subnets::create(RuntimeOrigin::signed(1), b"short-lived".to_vec().try_into().expect("short")).expect("created");
    let netuid = Subnets::netuids().into_iter().find(|netuid| !before.contains(netuid)).expect("a new one");
    Rows::mutate(|all| all.insert(netuid, rows));
    assert_ok!(Subnets::dissolve(RuntimeOrigin::signed(1), netuid));
    System::set_block_number(System::block_number() + 2);
    netuid
}

/// Ends a block that has `left` to spare.
fn idle(left: Weight) -> Weight {
    let used = Subnets::on_idle(System::block_number(), left);
    assert!(used.all_lte(left), "{used} of {left}");
    used
}

fn is_dissolving(netuid: NetUid) -> bool {
    Dissolving::<Ledger>::get().contains(&netuid)
}

#[test]
fn a_block_removes_a_bounded_number_of_rows_however_much_room_it_has() {
    start(vec![], terms()).execute_with(|| {
        let netuid = dissolved(CLEAR_LIMIT * 2 + 1);
        for left in [CLEAR_LIMIT + 1, 1, 0] {
            assert!(is_dissolving(netuid));
            idle(Weight::MAX);
            assert_eq!(Rows::get()[&netuid], left);
        }
        assert!(!is_dissolving(netuid));
        System::assert_last_event(Event::SubnetCleared { netuid }.into());
    });
}

#[test]
fn a_full_block_removes_nothing() {
    start(vec![], terms()).execute_with(|| {
        let netuid = dissolved(3);
        let base = <() as WeightInfo>::clear(0);
        for left in [Weight::zero(), base, base.saturating_add(Weight::from_parts(1, 0))] {
            idle(left);
            assert_eq!(Rows::get()[&netuid], 3);
        }
        idle(<() as WeightInfo>::clear(1));
        assert_eq!(Rows::get()[&netuid], 2);
    });
}

#[test]
fn cleaning_ends_in_the_block_after_the_last_row_if_that_filled_the_limit() {
    start(vec![], terms()).execute_with(|| {
        let netuid = dissolved(CLEAR_LIMIT);
        idle(Weight::MAX);
        assert!(is_dissolving(netuid), "whether more is left, nobody knows yet");
        idle(Weight::MAX);
        assert!(!is_dissolving(netuid));
    });
}

#[test]
fn when_nothing_is_dissolving_a_block_pays_for_one_look() {
    ledger().execute_with(|| {
        assert!(idle(Weight::MAX).all_lte(<Ledger as frame_system::Config>::DbWeight::get().reads(1)));
    });
}

#[test]
fn what_cannot_be_cleaned_up_later_is_not_dissolved_now() {
    start(vec![], terms()).execute_with(|| {
        (0..128).for_each(|_| {
            dissolved(1);
        });
        Subnets::create(RuntimeOrigin::signed(1), b"one more".to_vec().try_into().expect("short")).expect("created");
        let last = NetUid(129);
        assert_eq!(Subnets::netuids(), [last]);
        assert_noop!(Subnets::dissolve(RuntimeOrigin::signed(1), last), Error::<Ledger>::CleaningUp);
        idle(Weight::MAX);
        assert_ok!(Subnets::dissolve(RuntimeOrigin::signed(1), last));
        Subnets::check_invariants().expect("hold");
    });
}

proptest! {
    #[test]
    fn in_any_room_cleaning_stays_within_it_and_ends(rows in 0..1_000_u32, rooms in proptest::collection::vec(0..400_u32, 1..8)) {
        start(vec![], terms()).execute_with(|| {
            let netuid = dissolved(rows);
            let mut blocks = 0;
            for room in rooms.iter().cycle().chain([&CLEAR_LIMIT]).take(5_000) {
                if !is_dissolving(netuid) {
                    break;
                }
                let before = Rows::get()[&netuid];
                idle(<() as WeightInfo>::clear(*room));
                prop_assert_eq!(before - Rows::get()[&netuid], before.min(*room).min(CLEAR_LIMIT));
                blocks += 1;
            }
            prop_assert_eq!(is_dissolving(netuid), rooms.iter().all(|room| *room == 0), "after {} blocks", blocks);
            Ok(())
        })?;
    }
}
