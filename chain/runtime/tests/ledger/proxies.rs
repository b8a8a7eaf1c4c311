//! Proxies do what their kind says, however the call is wrapped.

use crate::world::*;
use frame_support::{assert_ok, traits::InstanceFilter};
use ganglion_primitives::TAO;
use ganglion_runtime::{proxies::ProxyType, *};

const KINDS: [ProxyType; 9] = [
    ProxyType::Any,
    ProxyType::NonTransfer,
    ProxyType::Staking,
    ProxyType::Registration,
    ProxyType::Governance,
    ProxyType::Weights,
    ProxyType::Producing,
    ProxyType::Access,
    ProxyType::Subnet,
];

fn transfer() -> RuntimeCall {
    pallet_balances::Call::transfer_allow_death { dest: account(66).into(), value: TAO }.into()
}

fn batch(call: RuntimeCall) -> RuntimeCall {
    pallet_utility::Call::batch_all { calls: vec![call] }.into()
}

/// Account 12 has 10 TAO, and account 66 is its proxy of `kind`. Says whether `call` reached its aim.
fn through(kind: ProxyType, call: RuntimeCall) -> bool {
    System::reset_events();
    fund(&account(12), 10 * TAO);
    assert_ok!(Proxy::add_proxy(RuntimeOrigin::signed(account(12)), account(66).into(), kind, 0));
    let delegate = RuntimeOrigin::signed(account(66));
    assert_ok!(Proxy::proxy(delegate, account(12).into(), None, Box::new(call)));
    assert_ok!(Proxy::remove_proxies(RuntimeOrigin::signed(account(12))));
    System::events().into_iter().any(|record| {
        matches!(record.event, RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result: Ok(()) }))
    })
}

#[test]
fn only_a_proxy_for_everything_transfers() {
    chain(
        |_| {},
        || {
            for kind in KINDS {
                let may = kind == ProxyType::Any;
                assert_eq!(through(kind, transfer()), may, "{kind:?}");
                assert_eq!(through(kind, batch(transfer())), may, "{kind:?} in a batch");
            }
        },
    );
}

#[test]
fn a_proxy_hands_out_no_more_than_it_has() {
    chain(
        |_| {},
        || {
            let add = |proxy_type| {
                RuntimeCall::from(pallet_proxy::Call::add_proxy { delegate: account(67).into(), proxy_type, delay: 0 })
            };
            for kind in KINDS.into_iter().filter(|kind| *kind != ProxyType::Any) {
                assert!(!through(kind, add(ProxyType::Any)), "{kind:?}");
                assert!(!through(kind, batch(add(ProxyType::Any))), "{kind:?} in a batch");
            }
        },
    );
}

#[test]
fn a_staking_proxy_stakes() {
    chain(
        |_| {},
        || {
            must_join(1, 11);
            let stake = RuntimeCall::from(pallet_staking::Call::add_stake { hotkey: account(1), amount: TAO });
            assert!(through(ProxyType::Staking, stake.clone()));
            assert!(!through(ProxyType::Governance, batch(stake)));
            assert_eq!(Staking::stake_of(&account(12), &account(1)), TAO);
        },
    );
}

#[test]
fn a_kind_that_includes_another_allows_all_that_the_other_does() {
    chain(
        |_| {},
        || {
            let calls: [RuntimeCall; 8] = [
                transfer(),
                batch(transfer()),
                pallet_staking::Call::add_stake { hotkey: account(1), amount: TAO }.into(),
                pallet_neurons::Call::burned_register { netuid: TEXT, hotkey: account(1) }.into(),
                pallet_weights::Call::commit_weights { netuid: TEXT, hash: hash(0) }.into(),
                pallet_validators::Call::chill { hotkey: account(1) }.into(),
                pallet_subnets::Call::dissolve { netuid: TEXT }.into(),
                pallet_access::Call::settle { channel: 0.into() }.into(),
            ];
            for kind in KINDS {
                for other in KINDS.into_iter().filter(|other| kind.is_superset(other)) {
                    for call in &calls {
                        assert!(!other.filter(call) || kind.filter(call), "{kind:?} includes {other:?}: {call:?}");
                    }
                }
            }
        },
    );
}
