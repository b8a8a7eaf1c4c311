//! Which subnet gives way when all places are taken.

use super::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_primitives::RetryIn;
use pallet_subnets::{Error, Event};

/// Text, which is governance's, and two more.
fn three_places(terms: &mut CreationTerms) {
    terms.max_subnets = 3;
}

#[test]
fn the_subnet_with_the_least_emission_gives_way_and_its_owner_gets_the_lock_back() {
    ledger_with(three_places, || {
        let (older, younger) = (create_next(50), create_next(51));
        let lock = locked(younger);
        buy_seat(older, 1);
        run_to(System::block_number() + 60);
        assert!(pallet_emission::Pallet::<Runtime>::last_share(older) > 0, "a subnet with a miner earns");
        assert_eq!(Subnets::weakest().ok(), Some(younger), "although it is younger");
        let before = free(51);
        let newcomer = create(52).expect("replaces the weakest");
        assert_eq!(free(51), before + lock);
        assert_eq!(Subnets::netuids(), [TEXT, older, newcomer]);
        assert_ne!(newcomer, younger, "whose number isn't clean yet");
        let dissolved = Event::SubnetDissolved { netuid: younger, owner: Some(account(51)), refund: lock };
        System::assert_has_event(dissolved.into());
        assert_eq!(pot(), locked(older) + locked(newcomer));
    });
}

#[test]
fn among_equals_the_smallest_lock_gives_way_then_the_oldest() {
    ledger_with(three_places, || {
        // The older subnet costs 1 000 TAO, the younger one 10.
        let dear = CreationTerms { min_lock: 1_000 * TAO, lock_reduction_interval: 1, max_subnets: 3, ..quick() };
        assert_ok!(Subnets::set_terms(RuntimeOrigin::root(), dear.clone()));
        let expensive = create_next(50);
        assert_ok!(Subnets::set_terms(RuntimeOrigin::root(), CreationTerms { min_lock: 10 * TAO, ..dear }));
        let cheap = create_next(51);
        run_to(System::block_number() + 60);
        assert_eq!((locked(expensive), locked(cheap)), (1_000 * TAO, 10 * TAO));
        assert_eq!(Subnets::weakest().ok(), Some(cheap));
        let as_cheap = create_next(52);
        let last = create_next(53);
        assert!(!Subnets::exists(expensive), "when the last came, nobody else was past immunity");
        run_to(System::block_number() + 60);
        assert_eq!((locked(as_cheap), locked(last)), (10 * TAO, 10 * TAO));
        assert_eq!(Subnets::weakest().ok(), Some(as_cheap), "the older of two equals");
    });
}

#[test]
fn a_subnet_in_immunity_is_never_replaced() {
    ledger_with(three_places, || {
        let first = create_next(50);
        let created = System::block_number();
        create_next(51);
        run_to(created + 49);
        assert_noop!(create(52), Error::<Runtime>::AllImmune(RetryIn::new(1)));
        run_to(created + 50);
        assert_ok!(create(52));
        assert!(!Subnets::exists(first), "it was the only one past its immunity");
    });
}

#[test]
fn no_newcomer_replaces_a_subnet_of_governance() {
    let one_place = |terms: &mut CreationTerms| terms.max_subnets = 1;
    ledger_with(one_place, || {
        run_to(100);
        assert_noop!(create(50), Error::<Runtime>::NoRoom);
        // Governance can give its place away.
        assert_ok!(Subnets::dissolve(RuntimeOrigin::root(), TEXT));
        assert_ok!(create(50));
        assert!(!Subnets::exists(TEXT));
    });
}

#[test]
fn whoever_replaces_their_own_subnet_pays_the_difference() {
    let two_places = |terms: &mut CreationTerms| terms.max_subnets = 2;
    ledger_with(two_places, || {
        fund(&account(70), 10 * TAO + 1);
        create_next(70);
        run_to(System::block_number() + 300);
        assert_eq!((free(70), Subnets::lock_price()), (1, 10 * TAO));
        assert_ok!(create(70));
        assert_eq!((free(70), pot()), (1, 10 * TAO));
    });
}
