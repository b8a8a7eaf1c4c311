//! Ending subnets, and what is left of them.

use super::*;
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use pallet_subnets::{Dissolving, Error, Event, CLEAR_LIMIT};

#[test]
fn an_owner_who_dissolves_a_subnet_gets_the_lock_back() {
    ledger(|| {
        let netuid = create_next(50);
        assert_ok!(dissolve(50, netuid));
        assert_eq!((free(50), pot()), (RICH, 0));
        assert_eq!(Subnets::netuids(), [TEXT]);
        assert_noop!(dissolve(50, netuid), Error::<Runtime>::UnknownSubnet);
    });
}

#[test]
fn governance_dissolves_any_subnet_and_the_lock_is_still_the_owners() {
    ledger(|| {
        let netuid = create_next(50);
        assert_ok!(Subnets::dissolve(RuntimeOrigin::root(), netuid));
        assert_eq!(free(50), RICH);
        assert_ok!(Subnets::dissolve(RuntimeOrigin::root(), TEXT));
        assert_eq!(Subnets::netuids(), []);
        run_until_clean();
    });
}

#[test]
fn the_lock_follows_the_owner_through_a_coldkey_swap() {
    ledger(|| {
        let netuid = create_next(50);
        assert_ok!(Staking::rekey_coldkey(&account(50), &account(70)));
        assert_eq!(Subnets::owner_account(netuid), Some(account(70)));
        assert_noop!(dissolve(50, netuid), Error::<Runtime>::NotOwner);
        assert_ok!(dissolve(70, netuid));
        assert_eq!((free(50), free(70)), (RICH - 10 * TAO, 10 * TAO));
    });
}

#[test]
fn a_subnet_is_cleaned_over_several_blocks_and_its_number_waits_for_it() {
    ledger(|| {
        let netuid = create_next(50);
        open_wide(netuid);
        let neurons = CLEAR_LIMIT * 2 + 44;
        for number in 0..neurons {
            if number % 250 == 249 {
                next_block();
            }
            buy_seat(netuid, number);
        }
        run_to(Subnets::next_creation());
        assert_ok!(dissolve(50, netuid));
        let dissolved = System::block_number();
        assert!(Subnets::hyperparameters(netuid).is_err(), "its rules are gone at once");
        run_to(dissolved + 2);
        assert_eq!(Dissolving::<Runtime>::get().to_vec(), [netuid]);
        let other = create(51).expect("can be created");
        assert_ne!(other, netuid, "a number that isn't clean is not given out");
        run_until_clean();
        let blocks = System::block_number() - dissolved;
        assert!(blocks >= 3, "{neurons} neurons were removed in {blocks} blocks");
        assert_eq!(create_next(52), netuid, "a clean number is");
        for number in 0..neurons {
            let id = Staking::hotkey_id(&hotkey(number)).expect("keeps its identity");
            assert!(!Neurons::has_seat(id));
        }
    });
}

#[test]
fn cleaning_takes_only_what_the_block_has_left() {
    ledger(|| {
        let netuid = create_next(50);
        open_wide(netuid);
        (0..20).for_each(|number| buy_seat(netuid, number));
        assert_ok!(dissolve(50, netuid));
        let now = System::block_number();
        let seats = || pallet_neurons::Count::<Runtime>::get(netuid);
        for milliseconds in [0, 1, 2, 5] {
            let left = Weight::from_parts(milliseconds * 1_000_000_000, u64::MAX);
            let before = seats();
            let used = Subnets::on_idle(now, left);
            assert!(used.all_lte(left), "{used} of {left}");
            assert!(before - seats() < 20);
        }
        assert!((1..20).contains(&seats()), "{} of 20 seats are left", seats());
        Subnets::on_idle(now, Weight::MAX);
        assert_eq!(seats(), 0);
        System::assert_has_event(Event::SubnetCleared { netuid }.into());
    });
}

#[test]
fn subnets_are_cleaned_in_the_order_in_which_they_went() {
    ledger(|| {
        let (first, second) = (create_next(50), create_next(51));
        assert_ok!(dissolve(51, second));
        assert_ok!(dissolve(50, first));
        assert_eq!(Dissolving::<Runtime>::get().to_vec(), [second, first]);
        next_block();
        assert_eq!(Dissolving::<Runtime>::get().to_vec(), [first]);
        next_block();
        assert!(Dissolving::<Runtime>::get().is_empty());
    });
}

#[test]
fn what_was_pending_for_a_dissolved_subnet_is_not_lost() {
    ledger(|| {
        let netuid = create_next(50);
        buy_seat(netuid, 1);
        run_to(System::block_number() + 5);
        assert!(pallet_emission::Pending::<Runtime>::get(netuid) > 0);
        assert_ok!(dissolve(50, netuid));
        // The books are balanced after every block: see `books`.
        run_until_clean();
        assert_eq!(pallet_emission::Pending::<Runtime>::get(netuid), 0);
    });
}
