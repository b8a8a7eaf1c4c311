//! The checks find what they are for.

use crate::ledger::*;
use frame_support::assert_ok;
use ganglion_pallet_neurons::{
    ColdkeySwap, ColdkeySwaps, Count, Endpoints, JoiningPrices, NextId, SeatCount, SeatOf, Seats, SwapTargets, Uids,
    UsedSeals,
};
use ganglion_primitives::{ColdkeyId, Endpoint, HotkeyId, NetUid, NeuronId, Uid};
use pallet_subnets::MAX_NEURONS;

const SUBNET: NetUid = NetUid(1);
const OTHER: NetUid = NetUid(2);
/// Account 101: it sits on seat 0 of [`SUBNET`] as neuron 0, and has an axon.
const FIRST: HotkeyId = HotkeyId(0);
/// Account 1, who will be account 50.
const LEAVING: ColdkeyId = ColdkeyId(1);

/// What is found after `damage` to a ledger with every kind of row: two neurons in one subnet, one in another.
fn found(damage: impl FnOnce()) -> Result<(), &'static str> {
    ledger().execute_with(|| {
        let signed = |number| RuntimeOrigin::signed(account(number));
        assert_ok!(work(1, 101, 101));
        assert_ok!(work(1, 102, 101));
        assert_ok!(Neurons::burned_register(signed(1), OTHER, account(103)));
        let endpoint = Endpoint::new("127.0.0.1:8091".parse().expect("an address"), 1);
        assert_ok!(Neurons::serve_axon(signed(101), SUBNET, endpoint));
        assert_ok!(Neurons::announce_coldkey_swap(signed(1), account(50)));
        assert_eq!(SeatOf::<Ledger>::get(NeuronId(0)), Some((SUBNET, Uid(0))));
        assert_eq!(Uids::<Ledger>::get(SUBNET, FIRST), Some((Uid(0), NeuronId(0))));
        assert_eq!(Neurons::check_invariants(), Ok(()));
        damage();
        Neurons::check_invariants()
    })
}

fn swap() -> ColdkeySwap<u64> {
    ColdkeySwaps::<Ledger>::get(LEAVING).expect("was announced")
}

#[test]
fn a_count_that_is_not_that_of_the_seats_is_found() {
    let count = |count: u16| move || Count::<Ledger>::insert(SUBNET, count);
    assert_eq!(found(count(0)), Err("a count of nothing is kept"));
    assert_eq!(found(count(MAX_NEURONS + 1)), Err("a subnet has too many neurons"));
    let gap = Err("a page of seats has a gap or an end that the count denies");
    assert_eq!(found(count(1)), gap);
    assert_eq!(found(count(3)), gap);
    let beyond = || Seats::<Ledger>::insert(SUBNET, 1u8, Seats::<Ledger>::get(SUBNET, 0u8));
    assert_eq!(found(beyond), Err("there are seats that no count covers"));
}

#[test]
fn a_seat_that_its_neuron_does_not_lead_to_is_found() {
    let another = Err("a seat's hotkey leads to another neuron");
    assert_eq!(found(|| Uids::<Ledger>::remove(SUBNET, FIRST)), another);
    assert_eq!(found(|| Uids::<Ledger>::insert(SUBNET, FIRST, (Uid(1), NeuronId(0)))), another);
    assert_eq!(found(|| Uids::<Ledger>::insert(SUBNET, FIRST, (Uid(0), NeuronId(1)))), another);
    assert_eq!(found(|| SeatOf::<Ledger>::remove(NeuronId(0))), Err("a seat's id leads elsewhere"));
    assert_eq!(found(|| NextId::<Ledger>::put(NeuronId(0))), Err("an id was used before it was given out"));
    let tomorrow = || Seats::<Ledger>::mutate(SUBNET, 0u8, |page| page[0].registered_at = 99);
    assert_eq!(found(tomorrow), Err("a neuron joined in the future"));
}

#[test]
fn what_leads_to_anothers_seat_is_found() {
    let uid = || Uids::<Ledger>::insert(OTHER, FIRST, (Uid(0), NeuronId(0)));
    assert_eq!(found(uid), Err("a hotkey leads to a seat that isn't its own"));
    let id = || SeatOf::<Ledger>::insert(NeuronId(77), (SUBNET, Uid(0)));
    assert_eq!(found(id), Err("an id leads to a seat that isn't its own"));
}

#[test]
fn a_hotkey_that_is_miscounted_or_nobodys_is_found() {
    let count = |hotkey: HotkeyId, seats: u16| move || SeatCount::<Ledger>::insert(hotkey, seats);
    assert_eq!(found(count(HotkeyId(77), 1)), Err("a hotkey without a seat has a count of seats"));
    assert_eq!(found(count(FIRST, 2)), Err("a hotkey's seats are miscounted"));
    assert_eq!(found(|| pallet_staking::Hotkeys::<Ledger>::remove(FIRST)), Err("a neuron has no owner"));
}

#[test]
fn prices_of_no_subnet_are_found() {
    let nowhere = || {
        let prices = Neurons::prices(SUBNET);
        JoiningPrices::<Ledger>::mutate(|all| all.try_insert(NetUid(9), prices)).expect("room");
    };
    assert_eq!(found(nowhere), Err("a subnet that is no more has seats or prices"));
}

#[test]
fn seals_used_twice_or_before_their_time_are_found() {
    let twice = || {
        UsedSeals::<Ledger>::mutate(SUBNET, |seals| {
            let again = seals[0];
            seals.try_push(again).expect("room");
        });
    };
    assert_eq!(found(twice), Err("a seal was used twice"));
    let ahead = || UsedSeals::<Ledger>::mutate(SUBNET, |seals| seals[0].0 = 99);
    assert_eq!(found(ahead), Err("a seal was used before the block that it is bound to was there"));
}

#[test]
fn an_endpoint_out_of_place_is_found() {
    let nothing = || Endpoints::<Ledger>::mutate(SUBNET, 3u8, |_| ());
    assert_eq!(found(nothing), Err("a page without endpoints is kept"));
    let elsewhere = || Endpoints::<Ledger>::insert(SUBNET, 1u8, Endpoints::<Ledger>::take(SUBNET, 0u8));
    assert_eq!(found(elsewhere), Err("an endpoint is on another's page"));
    let nobodys = || {
        Endpoints::<Ledger>::mutate(SUBNET, 0u8, |page| {
            let announced = page.get(&Uid(0)).cloned().expect("serves");
            page.try_insert(Uid(9), announced).expect("room");
        });
    };
    assert_eq!(found(nobodys), Err("an endpoint outlived its neuron"));
}

#[test]
fn a_swap_that_leads_nowhere_is_found() {
    let unknown = || ColdkeySwaps::<Ledger>::insert(ColdkeyId(99), swap());
    assert_eq!(found(unknown), Err("a swap of a coldkey that doesn't exist"));
    let another = || SwapTargets::<Ledger>::insert(account(50), ColdkeyId(99));
    assert_eq!(found(another), Err("a swap's target waits for another"));
    let mortal = || {
        System::dec_sufficients(&account(50));
    };
    assert_eq!(found(mortal), Err("a swap's target can't decline it: it has no account"));
    let unannounced = || SwapTargets::<Ledger>::insert(account(51), LEAVING);
    assert_eq!(found(unannounced), Err("a key awaits a swap that nobody announced"));
}
