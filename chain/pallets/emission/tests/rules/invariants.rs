//! The checks find what they are for.

use crate::ledger::*;
use frame_support::traits::fungible::Mutate;
use ganglion_pallet_emission::{
    Bonds, DueEpochs, Emitted, FirstJoined, IdleEpochs, LastOutcome, NeuronOutcome, Outcomes, Pending, Permits,
    Permitted, Queue,
};
use ganglion_primitives::{NetUid, NeuronId};
use ganglion_tokenomics::emission::MAX_SUPPLY;
use pallet_weights::Row;

const SUBNET: NetUid = NetUid(1);

/// What is found after `damage` to a ledger whose emission nobody could take yet.
fn found(damage: impl FnOnce()) -> Result<(), &'static str> {
    ledger().execute_with(|| {
        assert_eq!(Emission::check_invariants(), Ok(()));
        damage();
        Emission::check_invariants()
    })
}

/// The last epoch gave a permit to `granted`, and what is listed is `listed`.
fn permit(granted: &[u64], listed: &[u64]) {
    let row = |id: &u64| NeuronOutcome { id: NeuronId(*id), permit: true, ..Default::default() };
    LastOutcome::<Ledger>::insert(SUBNET, Outcomes::truncate_from(granted.iter().map(row).collect()));
    let listed = listed.iter().copied().map(NeuronId).collect();
    Permitted::<Ledger>::insert(SUBNET, Permits::truncate_from(listed));
}

#[test]
fn money_that_does_not_add_up_is_found() {
    let promised = || Pending::<Ledger>::mutate(SUBNET, |pending| *pending += 1);
    assert_eq!(found(promised), Err("the emission pot doesn't hold what is pending"));
    let miscounted = || Emitted::<Ledger>::mutate(|emitted| *emitted += 1);
    assert_eq!(found(miscounted), Err("total issuance is not emitted minus recycled"));
    let too_much = || {
        Balances::mint_into(&account(1), MAX_SUPPLY).expect("64 bits hold it");
        Emitted::<Ledger>::mutate(|emitted| *emitted += MAX_SUPPLY);
    };
    assert_eq!(found(too_much), Err("more than 21 000 000 TAO exist"));
}

#[test]
fn a_subnet_that_is_not_where_it_should_be_is_found() {
    let gone = || IdleEpochs::<Ledger>::insert(NetUid(9), 1u16);
    assert_eq!(found(gone), Err("a subnet that is no more has emission"));
    let idle = || IdleEpochs::<Ledger>::insert(SUBNET, PATIENCE + 1);
    assert_eq!(found(idle), Err("a subnet is idle for longer than it may be"));
    let tomorrow = || FirstJoined::<Ledger>::insert(SUBNET, 99u64);
    assert_eq!(found(tomorrow), Err("a subnet's first neuron is yet to come"));
    let twice = || DueEpochs::<Ledger>::put(Queue::truncate_from(vec![SUBNET; 2]));
    assert_eq!(found(twice), Err("a subnet waits for two epochs"));
}

#[test]
fn permits_that_nobody_was_granted_are_found() {
    assert_eq!(found(|| permit(&[1, 2], &[1, 2])), Ok(()));
    assert_eq!(found(|| permit(&[1, 2], &[2, 1])), Err("permits are not sorted"));
    assert_eq!(found(|| permit(&[], &[1])), Err("other permits are listed than were granted"));
    assert_eq!(found(|| permit(&[1], &[2])), Err("a permit is not listed"));
}

#[test]
fn rows_of_a_neuron_that_is_not_there_or_twice_are_found() {
    let nobodys = || Bonds::<Ledger>::insert(SUBNET, NeuronId(99), Row::default());
    assert_eq!(found(nobodys), Err("bonds of a neuron that doesn't exist"));
    let twice = || {
        let row = NeuronOutcome::default();
        LastOutcome::<Ledger>::insert(SUBNET, Outcomes::truncate_from(vec![row; 2]));
    };
    assert_eq!(found(twice), Err("an outcome names a neuron twice"));
}
