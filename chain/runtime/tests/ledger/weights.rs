//! Setting, committing and revealing weights.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_primitives::{NetUid, NeuronId, RetryIn, TAO};
use ganglion_runtime::*;
use pallet_subnets::{HyperparameterUpdate, Hyperparameters};
use pallet_weights::{commit_hash, Error, Event};
use sp_runtime::DispatchResult;

const SALT: [u8; 16] = [7; 16];

fn two_with_permits(scenario: impl FnOnce(NeuronId, NeuronId)) {
    two_under(|_| {}, scenario);
}

fn two_under(change: impl FnOnce(&mut Hyperparameters), scenario: impl FnOnce(NeuronId, NeuronId)) {
    chain(change, || {
        let (first, second) = (must_join(1, 11), must_join(2, 12));
        run_to(40);
        scenario(first, second);
    });
}

/// From block 40 on weights are committed, in intervals of 10 blocks.
fn committing(scenario: impl FnOnce(NeuronId, NeuronId)) {
    two_with_permits(|first, second| {
        govern(HyperparameterUpdate { commit_reveal: Some(true), commit_interval: Some(10), ..Default::default() });
        scenario(first, second);
    });
}

fn commit(hotkey: u8, weights: &[(NeuronId, u16)]) -> DispatchResult {
    let hash = commit_hash(&account(hotkey), TEXT, weights, &SALT, 0);
    Weights::commit_weights(RuntimeOrigin::signed(account(hotkey)), TEXT, hash)
}

fn reveal(hotkey: u8, weights: &[(NeuronId, u16)]) -> DispatchResult {
    Weights::reveal_weights(RuntimeOrigin::signed(account(hotkey)), TEXT, weights.to_vec(), SALT, 0)
}

fn stored(id: NeuronId) -> Vec<(NeuronId, u16)> {
    Weights::row(TEXT, id).to_vec()
}

#[test]
fn each_rule_has_its_own_refusal() {
    two_with_permits(|first, second| {
        assert_noop!(set_weights(1, &[(second, 1), (second, 2)]), Error::<Runtime>::DuplicateNeuron);
        assert_noop!(set_weights(1, &[(NeuronId(99), 1)]), Error::<Runtime>::UnknownNeuron);
        assert_noop!(set_weights(1, &[(second, 0)]), Error::<Runtime>::AllZero);
        assert_noop!(set_weights(1, &[]), Error::<Runtime>::TooFewWeights);
        assert_noop!(set_weights(1, &[(first, 1), (second, 1), (NeuronId(9), 1)]), Error::<Runtime>::TooManyWeights);
        assert_noop!(set_weights(9, &[(second, 1)]), pallet_neurons::Error::<Runtime>::NotRegistered);
        let nowhere = Weights::set_weights(RuntimeOrigin::signed(account(1)), NetUid(99), vec![(second, 1)], 0);
        assert_eq!(nowhere, Err(pallet_subnets::Error::<Runtime>::UnknownSubnet.into()));
        assert_ok!(set_weights(1, &[(first, 1), (second, 3)]));
        assert_noop!(set_weights(1, &[(second, 1)]), Error::<Runtime>::TooSoon(RetryIn::new(10)));
        assert_eq!(stored(first), [(first, 21_845), (second, 65_535)]);
        assert_eq!(Weights::last_update(TEXT, first), Some(40));
        assert_eq!(Weights::rows(TEXT).len(), 1, "only who has weights has a row");
    });
}

#[test]
fn the_subnets_numbers_bound_a_row() {
    let change = |rules: &mut Hyperparameters| {
        rules.weights_version = 3;
        rules.min_allowed_weights = 100;
        rules.max_weight_limit = 40_000;
    };
    two_under(change, |first, second| {
        let set = |weights: &[(NeuronId, u16)], version| {
            Weights::set_weights(RuntimeOrigin::signed(account(1)), TEXT, weights.to_vec(), version)
        };
        assert_noop!(set(&[(first, 1), (second, 1)], 2), Error::<Runtime>::VersionTooOld);
        // A hundred are asked for, but there are only two.
        assert_noop!(set(&[(second, 1)], 3), Error::<Runtime>::TooFewWeights);
        assert_noop!(set(&[(first, 1), (second, 2)], 3), Error::<Runtime>::WeightTooLarge);
        assert_ok!(set(&[(first, 2), (second, 3)], 3));
        // A weight on oneself alone is bound by neither.
        let itself = Weights::set_weights(RuntimeOrigin::signed(account(2)), TEXT, vec![(second, 1)], 3);
        assert_ok!(itself);
    });
}

#[test]
fn the_rate_limit_says_how_long_to_wait() {
    two_with_permits(|_, second| {
        assert_ok!(set_weights(1, &[(second, 1)]));
        run_to(47);
        assert_noop!(set_weights(1, &[(second, 1)]), Error::<Runtime>::TooSoon(RetryIn::new(3)));
        run_to(50);
        assert_ok!(set_weights(1, &[(second, 1)]));
    });
}

#[test]
fn a_newcomer_has_no_permit_yet() {
    two_with_permits(|first, _| {
        let newcomer = must_join(3, 13);
        assert_noop!(set_weights(3, &[(first, 1)]), Error::<Runtime>::NoPermit);
        assert_ok!(set_weights(3, &[(newcomer, 1)]));
    });
}

#[test]
fn defect_7_rows_and_commitments_go_with_their_neuron() {
    two_with_permits(|first, second| {
        assert_ok!(set_weights(1, &[(second, 1)]));
        govern(HyperparameterUpdate {
            commit_reveal: Some(true),
            max_neurons: Some(2),
            max_validators: Some(2),
            immunity_period: Some(0),
            ..Default::default()
        });
        assert_ok!(commit(1, &[(second, 1)]));
        assert_ok!(commit(2, &[(first, 1)]));
        must_join(3, 13);
        must_join(4, 14);
        assert!(Weights::rows(TEXT).is_empty());
        assert_eq!(pallet_weights::Commitments::<Runtime>::iter().count(), 0);
    });
}

#[test]
fn committed_weights_are_revealed_in_the_next_interval_only() {
    committing(|first, second| {
        let weights = [(second, 5)];
        assert_noop!(set_weights(1, &weights), Error::<Runtime>::CommitRevealOn);
        assert_noop!(reveal(1, &weights), Error::<Runtime>::NothingCommitted);
        run_to(45);
        assert_ok!(commit(1, &weights));
        let (netuid, id, hash) = (TEXT, first, commit_hash(&account(1), TEXT, &weights, &SALT, 0));
        let (reveal_from, reveal_until) = (50, 60);
        let committed = Event::<Runtime>::WeightsCommitted { netuid, id, hash, reveal_from, reveal_until };
        System::assert_has_event(committed.into());
        assert_noop!(commit(1, &weights), Error::<Runtime>::AlreadyCommitted(RetryIn::new(5)));
        run_to(49);
        assert_noop!(reveal(1, &weights), Error::<Runtime>::RevealTooEarly(RetryIn::new(1)));
        run_to(50);
        assert_noop!(reveal(1, &[(first, 5)]), Error::<Runtime>::HashMismatch);
        assert_ok!(reveal(1, &weights));
        assert_eq!(stored(first), [(second, 65_535)]);
        assert_ok!(commit(1, &weights));
        run_to(70);
        assert_noop!(reveal(1, &weights), Error::<Runtime>::RevealTooLate);
        assert_ok!(commit(1, &weights));
        govern(HyperparameterUpdate { commit_reveal: Some(false), ..Default::default() });
        assert_noop!(commit(2, &weights), Error::<Runtime>::CommitRevealOff);
        assert_noop!(reveal(1, &weights), Error::<Runtime>::CommitRevealOff);
    });
}

#[test]
fn defect_1_weights_are_hidden_by_default_and_a_copied_commitment_opens_nothing() {
    assert!(Hyperparameters::default().commit_reveal);
    committing(|first, second| {
        let weights = [(first, 3), (second, 1)];
        assert_ok!(commit(1, &weights));
        // The copier sees the hash, and after the reveal the weights and the salt.
        let hash = pallet_weights::Commitments::<Runtime>::get(TEXT, first).expect("is there").hash;
        assert_ok!(Weights::commit_weights(RuntimeOrigin::signed(account(2)), TEXT, hash));
        assert!(Weights::rows(TEXT).is_empty(), "nothing to read yet");
        run_to(50);
        assert_ok!(reveal(1, &weights));
        assert_noop!(reveal(2, &weights), Error::<Runtime>::HashMismatch);
        // What it has read it can use an interval later at the earliest.
        assert_ok!(commit(2, &weights));
        assert_noop!(reveal(2, &weights), Error::<Runtime>::RevealTooEarly(RetryIn::new(10)));
    });
}

#[test]
fn defect_19_a_reveal_ends_its_commitment_and_strangers_commit_to_nothing() {
    committing(|first, second| {
        assert_noop!(commit(9, &[(first, 1)]), pallet_neurons::Error::<Runtime>::NotRegistered);
        assert_ok!(commit(1, &[(second, 1)]));
        run_to(50);
        assert_ok!(reveal(1, &[(second, 1)]));
        assert_eq!(pallet_weights::Commitments::<Runtime>::iter().count(), 0);
        assert_noop!(reveal(1, &[(second, 1)]), Error::<Runtime>::NothingCommitted);
    });
}

#[test]
fn reveals_keep_the_rate_limit() {
    committing(|_, second| {
        govern(HyperparameterUpdate { weights_rate_limit: Some(15), ..Default::default() });
        assert_ok!(commit(1, &[(second, 1)]));
        run_to(59);
        assert_ok!(reveal(1, &[(second, 1)]));
        assert_ok!(commit(1, &[(second, 1)]));
        run_to(60);
        assert_noop!(reveal(1, &[(second, 1)]), Error::<Runtime>::TooSoon(RetryIn::new(14)));
    });
}

#[test]
fn a_shorter_interval_lets_a_neuron_commit_anew() {
    committing(|_, second| {
        govern(HyperparameterUpdate { commit_interval: Some(600), ..Default::default() });
        assert_ok!(commit(1, &[(second, 1)]));
        govern(HyperparameterUpdate { commit_interval: Some(10), ..Default::default() });
        assert_ok!(commit(1, &[(second, 1)]));
        run_to(50);
        assert_ok!(reveal(1, &[(second, 1)]));
    });
}

#[test]
fn revealed_weights_on_a_neuron_that_is_gone_are_dropped_and_not_inherited() {
    chain(
        |rules| {
            rules.immunity_period = 0;
            rules.max_weight_limit = 30_000;
        },
        || {
            let gone = must_join(1, 11);
            next_block();
            let ids: Vec<_> = (2..=5).map(|hotkey| must_join(hotkey, hotkey + 10)).collect();
            run_to(40);
            govern(HyperparameterUpdate {
                commit_reveal: Some(true),
                commit_interval: Some(10),
                max_neurons: Some(5),
                max_validators: Some(5),
                ..Default::default()
            });
            // Within the limit as committed, not without the one that goes.
            let weights = [(gone, 40), (ids[1], 40), (ids[2], 10), (ids[3], 10)];
            assert_ok!(commit(2, &weights));
            let newcomer = must_join(6, 16);
            assert!(pallet_neurons::SeatOf::<Runtime>::get(gone).is_none(), "the oldest of equals goes");
            run_to(50);
            assert_ok!(reveal(2, &weights));
            let row = stored(ids[0]);
            assert_eq!(row.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids[1..], "in the order given");
            assert!(row.iter().all(|(id, _)| *id != newcomer));
            // 30000/65535 of the sum at most: the others keep their proportions.
            let sum: u64 = row.iter().map(|(_, value)| u64::from(*value)).sum();
            assert!(u64::from(row[0].1) * 65_535 <= 30_000 * sum);
            assert_eq!((row[0].1, row[1].1), (65_535, row[2].1));
        },
    );
}

#[test]
fn weights_on_neurons_that_never_were_open_no_way_around_the_limit() {
    chain(
        |rules| rules.max_weight_limit = 30_000,
        || {
            let ids: Vec<_> = (1..=4).map(|hotkey| must_join(hotkey, hotkey + 10)).collect();
            run_to(40);
            govern(HyperparameterUpdate { commit_reveal: Some(true), commit_interval: Some(10), ..Default::default() });
            // Three more who don't exist share the sum, so that the real one seems to have a fourth of it.
            let padded = [(ids[1], 10), (NeuronId(900), 10), (NeuronId(901), 10), (NeuronId(902), 10)];
            assert_ok!(commit(1, &padded));
            run_to(50);
            assert_noop!(reveal(1, &padded), Error::<Runtime>::WeightTooLarge);
        },
    );
}

#[test]
fn defect_21_the_rate_limit_holds_however_a_call_is_wrapped() {
    two_with_permits(|_, second| {
        fund(&account(1), TAO);
        let set = || -> RuntimeCall {
            pallet_weights::Call::set_weights { netuid: TEXT, weights: vec![(second, 1)], version_key: 0 }.into()
        };
        let batch = pallet_utility::Call::batch_all { calls: vec![set(), set()] };
        let result = submit(&account(1), batch).expect("pays for itself");
        assert_eq!(result, Err(Error::<Runtime>::TooSoon(RetryIn::new(10)).into()));
        assert_ok!(
            submit(&account(1), pallet_utility::Call::batch_all { calls: vec![set()] }).expect("pays for itself")
        );
    });
}

#[test]
fn defect_21_at_the_least_limit_weights_are_taken_once_in_ten_blocks() {
    two_under(
        |rules| rules.weights_rate_limit = 10,
        |_, second| {
            assert_ok!(set_weights(1, &[(second, 1)]));
            assert_noop!(set_weights(1, &[(second, 1)]), Error::<Runtime>::TooSoon(RetryIn::new(10)));
            run_to(49);
            assert_noop!(set_weights(1, &[(second, 1)]), Error::<Runtime>::TooSoon(RetryIn::new(1)));
            next_block();
            assert_ok!(set_weights(1, &[(second, 1)]));
        },
    );
}

#[test]
fn defect_26_setting_weights_writes_one_row_of_its_own() {
    two_with_permits(|first, second| {
        assert_ok!(set_weights(2, &[(first, 1)]));
        let others = || Weights::rows(TEXT).into_iter().filter(|(id, ..)| *id != first).collect::<Vec<_>>();
        let before = others();
        assert_ok!(set_weights(1, &[(second, 1)]));
        assert_eq!(others(), before);
        assert_eq!(pallet_weights::Weights::<Runtime>::iter().count(), 2);
    });
}
