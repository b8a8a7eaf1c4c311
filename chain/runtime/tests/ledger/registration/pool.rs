//! What the transaction pool takes.

use super::*;

#[test]
fn the_pool_refuses_what_the_ledger_would() {
    chain(
        |_| {},
        || {
            run_to(5);
            let nonce = work(TEXT, 4, &account(1), &account(2));
            let call = registration(4, nonce, 1, 2);
            assert_storage_noop!(assert!(validate(&call).is_ok_and(|valid| valid.longevity == 31)));
            assert_eq!(validate(&registration(4, nonce + 1, 1, 2)), refused(1));
            assert_ok!(RuntimeCall::from(call.clone()).dispatch(RuntimeOrigin::none()));
            assert_eq!(validate(&call), refused(2));
            let mut nowhere = worked(7, 8);
            if let pallet_neurons::Call::register { netuid, .. } = &mut nowhere {
                *netuid = NetUid(99);
            }
            assert_eq!(validate(&nowhere), refused(3));
            Rules::mutate(TEXT, |rules| {
                rules.max_neurons = 1;
                rules.max_validators = 1;
                rules.immunity_period = 0;
            });
            must_join(3, 4);
            assert_eq!(validate(&worked(1, 9)), refused(4), "the hotkey is another's");
        },
    );
}

#[test]
fn the_pool_keeps_work_that_has_no_place_in_this_block() {
    chain(
        |rules| rules.max_registrations_per_block = 1,
        || {
            must_join(1, 11);
            let call = worked(2, 12);
            assert_eq!(validate(&call), Err(InvalidTransaction::ExhaustsResources.into()));
            next_block();
            assert!(validate(&call).is_ok());
        },
    );
}

#[test]
fn a_closed_subnet_takes_neither_work_nor_burn_until_it_opens() {
    chain(
        |rules| rules.registration_open = false,
        || {
            fund(&account(12), 1_000 * TAO);
            let burn = || Neurons::burned_register(RuntimeOrigin::signed(account(12)), TEXT, account(2));
            let call = worked(1, 11);
            assert_eq!(validate(&call), refused(3));
            assert_noop!(join(1, 11), Error::<Runtime>::RegistrationClosed);
            assert_noop!(burn(), Error::<Runtime>::RegistrationClosed);
            govern(HyperparameterUpdate { registration_open: Some(true), ..Default::default() });
            assert!(validate(&call).is_ok());
            assert_ok!(RuntimeCall::from(call).dispatch(RuntimeOrigin::none()));
            assert_ok!(burn());
        },
    );
}
