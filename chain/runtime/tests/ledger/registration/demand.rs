//! What joining costs, and how many may.

use super::*;

#[test]
fn an_interval_admits_three_times_the_target_and_says_when_the_next_begins() {
    chain(
        |rules| rules.target_registrations = 1,
        || {
            for number in 1..=3 {
                must_join(number, number);
            }
            let wait = Neurons::prices(TEXT).adjust_at - System::block_number();
            let full = Error::<Runtime>::TooManyRegistrationsThisInterval(RetryIn::new(wait));
            assert_eq!(join(4, 4), Err(full.into()));
            assert_eq!(validate(&worked(4, 4)), refused(5));
            let difficulty = Neurons::prices(TEXT).difficulty;
            run_to(System::block_number() + wait);
            assert!(Neurons::prices(TEXT).difficulty > difficulty, "demand moved the price");
            must_join(4, 4);
        },
    );
}

#[test]
fn burning_leaves_a_place_to_workers() {
    chain(
        |rules| rules.target_registrations = 1,
        || {
            fund(&account(50), 1_000 * TAO);
            let burn = |hotkey| Neurons::burned_register(RuntimeOrigin::signed(account(50)), TEXT, account(hotkey));
            assert_ok!(burn(1));
            assert_ok!(burn(2));
            let wait = Neurons::prices(TEXT).adjust_at - System::block_number();
            let full = Error::<Runtime>::TooManyRegistrationsThisInterval(RetryIn::new(wait));
            assert_noop!(burn(3), full);
            must_join(4, 4);
            // Then the interval is full for everybody.
            let full = Error::<Runtime>::TooManyRegistrationsThisInterval(RetryIn::new(wait));
            assert_eq!(join(5, 5), Err(full.into()));
        },
    );
}

#[test]
fn a_block_admits_only_so_many() {
    chain(
        |rules| rules.max_registrations_per_block = 2,
        || {
            must_join(1, 1);
            must_join(2, 2);
            assert_eq!(join(3, 3), Err(Error::<Runtime>::TooManyRegistrationsThisBlock.into()));
            next_block();
            must_join(3, 3);
        },
    );
}

#[test]
fn defect_17_no_target_divides_by_zero() {
    chain(
        |_| {},
        || {
            let zero = HyperparameterUpdate { target_registrations: Some(0), ..Default::default() };
            assert!(Subnets::set_hyperparameters(RuntimeOrigin::root(), TEXT, Box::new(zero)).is_err());
            // Even if such a number were stored, the block that adjusts by it would survive.
            let due = Neurons::prices(TEXT).adjust_at;
            Rules::mutate(TEXT, |rules| rules.target_registrations = 0);
            <Neurons as OnInitialize<_>>::on_initialize(due);
            assert!(Neurons::prices(TEXT).adjust_at > due);
            Rules::mutate(TEXT, |rules| rules.target_registrations = 1);
        },
    );
}

#[test]
fn bounds_of_prices_hold_at_once() {
    chain(
        |_| {},
        || {
            govern(HyperparameterUpdate { min_burn: Some(TAO), min_difficulty: Some(50_000), ..Default::default() });
            let prices = Neurons::prices(TEXT);
            assert_eq!((prices.burn, prices.difficulty), (TAO, 50_000));
        },
    );
}

#[test]
fn defect_13_what_is_burned_is_counted_to_the_rao() {
    chain(
        |rules| rules.min_burn = TAO,
        || {
            let payer = account(2);
            let join = || Neurons::burned_register(RuntimeOrigin::signed(payer.clone()), TEXT, account(1));
            fund(&payer, TAO);
            assert_noop!(join(), Error::<Runtime>::CannotPayBurn);
            fund(&payer, 1);
            let (before, recycled) = (Balances::total_issuance(), pallet_emission::Recycled::<Runtime>::get());
            assert_ok!(join());
            assert_eq!(Balances::free_balance(&payer), 1, "the last RAO keeps the account and its nonce");
            assert_eq!(Balances::total_issuance(), before - TAO);
            assert_eq!(pallet_emission::Recycled::<Runtime>::get(), recycled + TAO);
        },
    );
}

#[test]
fn defect_26_a_block_without_an_adjustment_touches_no_price() {
    chain(
        |_| {},
        || {
            for _ in 0..20 {
                created(RuntimeOrigin::root());
            }
            next_block();
            let before = pallet_neurons::JoiningPrices::<Runtime>::get();
            let idle = <Neurons as OnInitialize<_>>::on_initialize(System::block_number() + 1);
            assert_eq!(pallet_neurons::JoiningPrices::<Runtime>::get(), before);
            let due = before.values().map(|prices| prices.adjust_at).max().expect("there are subnets");
            let busy = <Neurons as OnInitialize<_>>::on_initialize(due);
            assert!(idle.ref_time() < busy.ref_time(), "the weight follows what was due");
        },
    );
}
