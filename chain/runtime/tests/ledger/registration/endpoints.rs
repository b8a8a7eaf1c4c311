//! Where neurons listen.

use super::*;

#[test]
fn defect_20_endpoints_are_announced_by_neurons_of_the_subnet_and_must_be_reachable() {
    chain(
        |_| {},
        || {
            must_join(1, 2);
            let serve = |endpoint| Neurons::serve_axon(RuntimeOrigin::signed(account(1)), TEXT, endpoint);
            assert_eq!(serve(at("0.0.0.0:80")), Err(Error::<Runtime>::AddressUnreachable.into()));
            assert_eq!(serve(at("203.0.113.1:0")), Err(Error::<Runtime>::InvalidPort.into()));
            assert_eq!(
                serve(Endpoint { ip_type: 5, ..at("203.0.113.1:80") }),
                Err(Error::<Runtime>::InvalidIpType.into())
            );
            pallet_neurons::PrivateEndpoints::<Runtime>::put(false);
            assert_eq!(serve(at("127.0.0.1:80")), Err(Error::<Runtime>::AddressUnreachable.into()));
            assert_eq!(serve(at("192.168.1.1:80")), Err(Error::<Runtime>::AddressUnreachable.into()));
            let nowhere = Neurons::serve_axon(RuntimeOrigin::signed(account(1)), NetUid(99), at("203.0.113.1:80"));
            assert_eq!(nowhere, Err(pallet_subnets::Error::<Runtime>::UnknownSubnet.into()));
            let other = owned_subnet(50, 8);
            let elsewhere = Neurons::serve_axon(RuntimeOrigin::signed(account(1)), other, at("203.0.113.1:80"));
            assert_eq!(elsewhere, Err(Error::<Runtime>::NotRegistered.into()));
            assert_ok!(serve(at("203.0.113.1:80")));
        },
    );
}

#[test]
fn each_service_has_its_own_endpoint_and_limit() {
    chain(
        |rules| rules.serving_rate_limit = 5,
        || {
            let id = must_join(1, 2);
            let origin = || RuntimeOrigin::signed(account(1));
            let (axon, metrics) = (at("127.0.0.1:8091"), at("127.0.0.1:9091"));
            assert_ok!(Neurons::serve_axon(origin(), TEXT, axon));
            assert_ok!(Neurons::serve_prometheus(origin(), TEXT, metrics));
            System::assert_last_event(
                pallet_neurons::Event::PrometheusServed { netuid: TEXT, id, endpoint: metrics }.into(),
            );
            let (uid, _) = Neurons::seat_of(TEXT, &account(1)).expect("sits");
            assert_eq!(Neurons::axon(TEXT, uid).map(|(endpoint, _)| endpoint), Some(axon));
            assert_eq!(Neurons::axons(TEXT).into_iter().collect::<Vec<_>>(), [(uid, axon)]);
            assert_eq!(Neurons::exporters(TEXT).into_iter().collect::<Vec<_>>(), [(uid, metrics)]);
            next_block();
            let later = Error::<Runtime>::ServingTooFast(RetryIn::new(4));
            assert_noop!(Neurons::serve_axon(origin(), TEXT, axon), later);
            let later = Error::<Runtime>::ServingTooFast(RetryIn::new(4));
            assert_noop!(Neurons::serve_prometheus(origin(), TEXT, metrics), later);
            run_to(System::block_number() + 4);
            assert_ok!(Neurons::serve_prometheus(origin(), TEXT, axon));
        },
    );
}

#[test]
fn defect_21_a_batch_serves_no_faster() {
    chain(
        |rules| rules.serving_rate_limit = 5,
        || {
            must_join(1, 2);
            fund(&account(1), TAO);
            let serve =
                || RuntimeCall::from(pallet_neurons::Call::serve_axon { netuid: TEXT, endpoint: at("127.0.0.1:80") });
            let batch = pallet_utility::Call::batch_all { calls: vec![serve(), serve()] };
            let failed = submit(&account(1), batch).expect("pays for itself");
            assert_eq!(failed, Err(Error::<Runtime>::ServingTooFast(RetryIn::new(5)).into()));
        },
    );
}
