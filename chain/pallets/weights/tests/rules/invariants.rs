//! The checks find what they are for.

use crate::ledger::*;
use frame_support::assert_ok;
use ganglion_pallet_weights::{Commitment, Commitments, Opinion, Row, Weights as Rows};
use ganglion_primitives::{NetUid, NeuronId};

/// Hotkey 2, which has a permit and weights on others.
const JUDGE: NeuronId = NeuronId(1);
/// A neuron that never was.
const NOBODY: NeuronId = NeuronId(99);

/// What is found after `damage` to a ledger with one neuron's weights.
fn found(damage: impl FnOnce()) -> Result<(), &'static str> {
    ledger().execute_with(|| {
        let weights = vec![(NeuronId(0), 1), (NeuronId(2), 1)];
        assert_ok!(Weights::set_weights(RuntimeOrigin::signed(account(2)), SUBNET, weights, 0));
        assert!(Rows::<Ledger>::contains_key(SUBNET, JUDGE));
        assert_eq!(Weights::check_invariants(), Ok(()));
        damage();
        Weights::check_invariants()
    })
}

fn opinion() -> Opinion<u64> {
    Rows::<Ledger>::get(SUBNET, JUDGE).expect("was set")
}

/// The judge's row is another.
fn weigh(row: Vec<(NeuronId, u16)>) -> impl FnOnce() {
    move || Rows::<Ledger>::insert(SUBNET, JUDGE, Opinion { row: Row::truncate_from(row), ..opinion() })
}

/// `id` has committed to something.
fn commit(id: NeuronId, reveal_from: u64, reveal_until: u64) -> impl FnOnce() {
    let commitment = Commitment { hash: Default::default(), hotkey: account(2), reveal_from, reveal_until };
    move || Commitments::<Ledger>::insert(SUBNET, id, commitment)
}

#[test]
fn weights_of_nobody_or_of_tomorrow_are_found() {
    let unknown = || Rows::<Ledger>::insert(SUBNET, NOBODY, opinion());
    assert_eq!(found(unknown), Err("weights of a neuron that doesn't exist"));
    let elsewhere = || Rows::<Ledger>::insert(NetUid(2), JUDGE, opinion());
    assert_eq!(found(elsewhere), Err("weights of a neuron that doesn't exist"));
    let tomorrow = || Rows::<Ledger>::insert(SUBNET, JUDGE, Opinion { last_update: 9_999, ..opinion() });
    assert_eq!(found(tomorrow), Err("weights were set in the future"));
}

#[test]
fn a_row_that_no_check_would_have_passed_is_found() {
    let max = u16::MAX;
    assert_eq!(found(weigh(vec![(NeuronId(0), max), (NeuronId(0), 1)])), Err("a row names a neuron twice"));
    assert_eq!(found(weigh(vec![(NOBODY, max)])), Err("a row names a neuron that never was"));
    assert_eq!(found(weigh(vec![(NeuronId(0), max - 1)])), Err("a row isn't scaled to its largest weight"));
    assert_eq!(found(weigh(vec![])), Err("a row isn't scaled to its largest weight"));
}

#[test]
fn a_commitment_of_nobody_or_for_never_is_found() {
    assert_eq!(found(commit(NOBODY, 20, 30)), Err("a commitment of a neuron that doesn't exist"));
    assert_eq!(found(commit(JUDGE, 20, 20)), Err("a commitment that can never be revealed"));
    assert_eq!(found(commit(JUDGE, 20, 21)), Ok(()));
}
