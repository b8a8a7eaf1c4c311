//! Creating subnets.

use super::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_primitives::{Hyperparameters, RetryIn};
use pallet_subnets::{Error, Event, LastCreation, Parameters};

#[test]
fn anybody_creates_a_subnet_by_locking_its_price() {
    ledger(|| {
        let netuid = create(50).expect("can be created");
        assert_eq!(netuid, NetUid(2), "the lowest number that is free");
        assert_eq!(Subnets::netuids(), [TEXT, netuid]);
        assert_eq!(Subnets::owner_account(netuid), Some(account(50)));
        assert_eq!(Parameters::<Runtime>::get(netuid), Hyperparameters::default());
        assert_eq!((free(50), locked(netuid), pot()), (RICH - 10 * TAO, 10 * TAO, 10 * TAO));
        let event = Event::SubnetCreated { netuid, owner: Some(account(50)), name: name("a subnet"), lock: 10 * TAO };
        System::assert_has_event(event.into());
    });
}

#[test]
fn the_price_doubles_with_each_creation_and_falls_until_it_is_the_least() {
    ledger(|| {
        assert_eq!(Subnets::lock_price(), 10 * TAO, "the first costs the least");
        assert_ok!(create(50));
        let created = System::block_number();
        assert_eq!(Subnets::lock_price(), 20 * TAO);
        run_to(created + 50);
        assert_eq!(Subnets::lock_price(), 15 * TAO, "half an interval later");
        run_to(created + 100);
        assert_eq!(Subnets::lock_price(), 10 * TAO, "an interval later");
        run_to(created + 200);
        assert_eq!(Subnets::lock_price(), 10 * TAO, "never below the least");
    });
}

#[test]
fn each_lock_is_the_price_of_its_day() {
    ledger(|| {
        let (first, second, third) = (create_next(50), create_next(51), create_next(52));
        // Ten blocks after a creation, a tenth of the last lock has come off the doubled price.
        assert_eq!([first, second, third].map(locked), [10 * TAO, 19 * TAO, 36_100_000_000]);
        assert_eq!(pot(), 65_100_000_000);
    });
}

#[test]
fn between_two_creations_lies_an_interval_and_who_comes_early_is_told_how_long() {
    ledger(|| {
        assert_ok!(create(50));
        let created = System::block_number();
        run_to(created + 3);
        assert_noop!(create(51), Error::<Runtime>::CreatedTooSoon(RetryIn::new(7)));
        run_to(created + 9);
        assert_noop!(create(51), Error::<Runtime>::CreatedTooSoon(RetryIn::new(1)));
        run_to(created + 10);
        assert_ok!(create(51));
    });
}

#[test]
fn a_batch_creates_no_more_than_one_subnet() {
    ledger(|| {
        let call: RuntimeCall = pallet_subnets::Call::create { name: name("twin") }.into();
        let batch = Utility::batch_all(signed(50), vec![call.clone(), call]);
        let refused = Error::<Runtime>::CreatedTooSoon(RetryIn::new(10));
        assert_eq!(batch.map_err(|failed| failed.error), Err(refused.into()));
    });
}

#[test]
fn who_cannot_pay_the_lock_creates_nothing() {
    ledger(|| {
        fund(&account(70), 10 * TAO);
        // An account that gave everything would vanish, and its nonce with it.
        assert_noop!(create(70), Error::<Runtime>::CannotPayLock);
        fund(&account(70), 1);
        assert_ok!(create(70));
        assert_noop!(create(71), Error::<Runtime>::CreatedTooSoon(RetryIn::new(10)));
        run_to(Subnets::next_creation());
        assert_noop!(create(71), Error::<Runtime>::CannotPayLock);
    });
}

#[test]
fn a_name_is_printable_text() {
    ledger(|| {
        for bytes in [&b""[..], b"\x1b[31mred", b"two\nlines", &[0xff, 0xfe]] {
            let name = bytes.to_vec().try_into().expect("short");
            assert_noop!(Subnets::create(signed(50), name), Error::<Runtime>::InvalidText);
        }
        assert_ok!(Subnets::create(signed(50), name("réseau")));
    });
}

#[test]
fn governance_creates_its_own_subnets_without_lock_or_waiting() {
    ledger(|| {
        assert_ok!(create(50));
        let price = Subnets::lock_price();
        let netuid = create_as(RuntimeOrigin::root()).expect("needn't wait");
        assert_eq!((Subnets::owner(netuid), locked(netuid)), (None, 0));
        assert_eq!(Subnets::lock_price(), price, "and the price for others stays");
    });
}

#[test]
fn only_governance_sets_the_terms_and_within_bounds() {
    ledger(|| {
        let terms = CreationTerms { min_lock: 40 * TAO, ..quick() };
        assert_noop!(Subnets::set_terms(signed(50), terms.clone()), DispatchError::BadOrigin);
        let broken = CreationTerms { lock_reduction_interval: 0, ..quick() };
        assert_noop!(Subnets::set_terms(RuntimeOrigin::root(), broken), Error::<Runtime>::InvalidTerms);
        assert_ok!(Subnets::set_terms(RuntimeOrigin::root(), terms));
        assert_eq!(Subnets::lock_price(), 40 * TAO);
    });
}

#[test]
fn there_is_room_for_128_subnets() {
    let no_waiting = |terms: &mut CreationTerms| {
        terms.creation_interval = 1;
        terms.lock_reduction_interval = 1;
        terms.immunity_period = 100_000;
    };
    ledger_with(no_waiting, || {
        while Subnets::netuids().len() < 128 {
            // After two blocks the price is the least again.
            run_to(System::block_number() + 2);
            assert_ok!(create(50));
        }
        assert_eq!(Subnets::netuids(), (1..=128).map(NetUid).collect::<Vec<_>>());
        assert_eq!(pot(), 127 * 10 * TAO);
        run_to(System::block_number() + 2);
        let (created, _) = LastCreation::<Runtime>::get().expect("created some");
        let first = pallet_subnets::Subnets::<Runtime>::get(NetUid(2)).expect("is there").created_at;
        let wait = first + 100_000 - System::block_number();
        assert!(created > first);
        assert_noop!(create(50), Error::<Runtime>::AllImmune(RetryIn::new(wait)));
    });
}
