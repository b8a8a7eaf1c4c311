//! The checks find what they are for.

use crate::ledger::*;
use frame_support::{
    traits::{
        fungible::Mutate,
        tokens::{Fortitude, Precision, Preservation},
    },
    BoundedVec,
};
use ganglion_pallet_subnets::{
    Dissolving, Identities, Netuids, Parameters, Subnet, SubnetIdentity, Subnets as Rows, Terms,
};
use ganglion_primitives::{ColdkeyId, Hyperparameters, NetUid, TAO};

const NEW: NetUid = NetUid(1);

/// What is found after `damage` to a ledger with one owned subnet.
fn found(damage: impl FnOnce()) -> Result<(), &'static str> {
    ledger().execute_with(|| {
        Subnets::create(RuntimeOrigin::signed(1), b"sound".to_vec().try_into().expect("short")).expect("created");
        assert_eq!(Subnets::check_invariants(), Ok(()));
        damage();
        Subnets::check_invariants()
    })
}

fn change(change: fn(&mut Subnet<Ledger>)) -> impl FnOnce() {
    move || Rows::<Ledger>::mutate(NEW, |subnet| change(subnet.as_mut().expect("is there")))
}

fn steal() {
    let (force, exact) = (Fortitude::Force, Precision::Exact);
    Balances::burn_from(&Subnets::pot(), 1, Preservation::Expendable, exact, force).expect("burns");
}

#[test]
fn a_list_that_names_other_subnets_than_there_are_is_found() {
    assert_eq!(found(|| Rows::<Ledger>::remove(NEW)), Err("a number in the list has no subnet"));
    assert_eq!(found(Netuids::<Ledger>::kill), Err("a subnet is not in the list"));
    let zero = || Netuids::<Ledger>::mutate(|netuids| netuids.try_insert(0, NetUid(0)).expect("room"));
    assert_eq!(found(zero), Err("there is a subnet 0"));
    let twice = || Netuids::<Ledger>::mutate(|netuids| netuids.try_push(NEW).expect("room"));
    assert_eq!(found(twice), Err("the list of subnets is not strictly ascending"));
}

#[test]
fn what_outlived_its_subnet_is_found() {
    let numbers = || Parameters::<Ledger>::insert(NetUid(9), Hyperparameters::default());
    assert_eq!(found(numbers), Err("hyperparameters outlived their subnet"));
    let identity = || Identities::<Ledger>::insert(NetUid(9), SubnetIdentity::default());
    assert_eq!(found(identity), Err("an identity outlived its subnet"));
    let dissolving = |netuids: Vec<NetUid>| Dissolving::<Ledger>::put(BoundedVec::truncate_from(netuids));
    assert_eq!(found(|| dissolving(vec![NEW])), Err("a number was given out before it was clean"));
    assert_eq!(found(|| dissolving(vec![NetUid(9); 2])), Err("a number is being cleaned twice"));
}

#[test]
fn a_broken_bound_is_found() {
    assert_eq!(found(|| Parameters::<Ledger>::remove(NEW)), Err("a subnet has no hyperparameters"));
    let tempo = || Parameters::<Ledger>::mutate(NEW, |numbers| numbers.tempo = 0);
    assert_eq!(found(tempo), Err("a hyperparameter is out of bounds"));
    let terms = || Terms::<Ledger>::mutate(|terms| terms.max_subnets = 0);
    assert_eq!(found(terms), Err("the terms of creation are out of bounds"));
}

#[test]
fn a_lock_that_is_missing_or_nobodys_is_found() {
    assert_eq!(found(steal), Err("the pot holds less than what is locked"));
    assert_eq!(found(change(|subnet| subnet.owner = None)), Err("a lock belongs to nobody"));
    let stranger = change(|subnet| subnet.owner = Some(ColdkeyId(77)));
    assert_eq!(found(stranger), Err("a subnet's owner has no account"));
}

#[test]
fn a_gift_to_the_pot_is_no_damage() {
    let gift = || {
        Balances::mint_into(&Subnets::pot(), TAO).expect("mints");
    };
    assert_eq!(found(gift), Ok(()));
}
