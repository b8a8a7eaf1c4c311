//! What a seal must be.

use super::*;

#[test]
fn work_admits_without_any_balance() {
    chain(
        |_| {},
        || {
            must_join(1, 2);
            assert_eq!(Balances::free_balance(account(1)) + Balances::free_balance(account(2)), 0);
            assert_eq!(System::sufficients(&account(1)), 1, "the hotkey can sign");
        },
    );
}

#[test]
fn a_seal_is_bound_to_everything_it_names() {
    chain(
        |_| {},
        || {
            run_to(5);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            let join = |block, hotkey: u8, coldkey: u8| {
                Neurons::register(RuntimeOrigin::none(), TEXT, block, nonce, account(hotkey), account(coldkey))
            };
            assert_noop!(join(3, 1, 2), Error::<Runtime>::SealTooWeak);
            assert_noop!(join(4, 3, 2), Error::<Runtime>::SealTooWeak);
            assert_noop!(join(4, 1, 3), Error::<Runtime>::SealTooWeak);
            assert_noop!(join(6, 1, 2), Error::<Runtime>::SealBlockOutOfRange);
            assert_ok!(join(4, 1, 2));
            assert_noop!(join(4, 1, 2), Error::<Runtime>::AlreadyRegistered);
        },
    );
}

#[test]
fn defect_16_work_on_the_executing_block_is_refused() {
    chain(
        |_| {},
        || {
            run_to(5);
            // Its hash reads as zeros while it executes, so that this work could have been done long ago.
            let nonce = work(TEXT, 5, &account(1), &account(2));
            let ahead = Neurons::register(RuntimeOrigin::none(), TEXT, 5, nonce, account(1), account(2));
            assert_eq!(ahead, Err(Error::<Runtime>::SealBlockOutOfRange.into()));
        },
    );
}

#[test]
fn defect_16_a_seal_is_for_one_subnet() {
    chain(
        |_| {},
        || {
            let other = owned_subnet(50, 8);
            Rules::mutate(other, |rules| rules.min_difficulty = Rules::get(TEXT).min_difficulty);
            run_to(5);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            let elsewhere = Neurons::register(RuntimeOrigin::none(), other, 4, nonce, account(1), account(2));
            assert_eq!(elsewhere, Err(Error::<Runtime>::SealTooWeak.into()));
        },
    );
}

#[test]
fn a_seal_ages() {
    chain(
        |_| {},
        || {
            run_to(5);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            run_to(4 + 33);
            let late = Neurons::register(RuntimeOrigin::none(), TEXT, 4, nonce, account(1), account(2));
            assert_eq!(late, Err(Error::<Runtime>::SealBlockOutOfRange.into()));
        },
    );
}

#[test]
fn defect_16_a_seal_works_once_and_used_ones_are_forgotten_with_age() {
    chain(
        |rules| {
            rules.max_neurons = 1;
            rules.max_validators = 1;
            rules.immunity_period = 0;
        },
        || {
            run_to(5);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            let join = || Neurons::register(RuntimeOrigin::none(), TEXT, 4, nonce, account(1), account(2));
            assert_ok!(join());
            // Somebody takes the only seat; the old seal must not win it back.
            must_join(3, 4);
            assert_eq!(join(), Err(Error::<Runtime>::SealUsed.into()));
            run_to(4 + 33);
            must_join(5, 6);
            let kept = pallet_neurons::UsedSeals::<Runtime>::get(TEXT);
            assert_eq!(kept.iter().map(|(block, _)| *block).collect::<Vec<_>>(), [4 + 32]);
        },
    );
}

#[test]
fn a_used_seal_does_not_work_for_the_next_subnet_of_the_number() {
    chain(
        |_| {},
        || {
            run_to(5);
            let rules = Rules::get(TEXT);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            let join = || Neurons::register(RuntimeOrigin::none(), TEXT, 4, nonce, account(1), account(2));
            assert_ok!(join());
            assert_ok!(Subnets::dissolve(RuntimeOrigin::root(), TEXT));
            while !pallet_subnets::Dissolving::<Runtime>::get().is_empty() {
                next_block();
            }
            assert_eq!(created(RuntimeOrigin::root()), TEXT);
            Rules::insert(TEXT, rules);
            assert!(System::block_number() <= 4 + 32, "the seal lives");
            assert_eq!(join(), Err(Error::<Runtime>::SealUsed.into()));
            // Those past their lifetime go with the first registration.
            run_to(4 + 33);
            must_join(1, 2);
            assert_eq!(pallet_neurons::UsedSeals::<Runtime>::get(TEXT).len(), 1);
        },
    );
}
