//! Setting, committing and revealing weights.

use crate::world::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_primitives::NeuronId;
use ganglion_runtime::*;
use pallet_subnets::HyperparameterUpdate;
use pallet_weights::{commit_hash, Error};

fn two_with_permits(scenario: impl FnOnce(NeuronId, NeuronId)) {
    chain(
        |_| {},
        || {
            let (first, second) = (must_join(1, 11), must_join(2, 12));
            run_to(40);
            scenario(first, second);
        },
    );
}

#[test]
fn each_rule_has_its_own_refusal() {
    two_with_permits(|first, second| {
        assert_noop!(set_weights(1, &[(second, 1), (second, 2)]), Error::<Runtime>::DuplicateNeuron);
        assert_noop!(set_weights(1, &[(NeuronId(99), 1)]), Error::<Runtime>::UnknownNeuron);
        assert_noop!(set_weights(1, &[(second, 0)]), Error::<Runtime>::AllZero);
        assert_noop!(set_weights(1, &[]), Error::<Runtime>::AllZero);
        assert_noop!(set_weights(9, &[(second, 1)]), pallet_neurons::Error::<Runtime>::NotRegistered);
        assert_ok!(set_weights(1, &[(first, 1), (second, 3)]));
        assert_noop!(set_weights(1, &[(second, 1)]), Error::<Runtime>::TooSoon);
        let stored = pallet_weights::Weights::<Runtime>::get(TEXT, first);
        assert_eq!(stored.to_vec(), vec![(first, 21_845), (second, 65_535)]);
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
fn committed_weights_are_revealed_in_the_next_interval_only() {
    two_with_permits(|_, second| {
        govern(HyperparameterUpdate { commit_reveal: Some(true), commit_interval: Some(10), ..Default::default() });
        let weights = vec![(second, 5)];
        let salt = [7; 16];
        let commit = || {
            let hash = commit_hash(&account(1), TEXT, &weights, &salt, 0);
            Weights::commit_weights(RuntimeOrigin::signed(account(1)), TEXT, hash)
        };
        let reveal = |salt| Weights::reveal_weights(RuntimeOrigin::signed(account(1)), TEXT, weights.clone(), salt, 0);
        assert_noop!(set_weights(1, &weights), Error::<Runtime>::CommitRevealOn);
        assert_noop!(reveal(salt), Error::<Runtime>::NothingCommitted);
        run_to(45);
        assert_ok!(commit());
        assert_noop!(commit(), Error::<Runtime>::AlreadyCommitted);
        run_to(49);
        assert_noop!(reveal(salt), Error::<Runtime>::RevealTooEarly);
        run_to(50);
        assert_noop!(reveal([8; 16]), Error::<Runtime>::HashMismatch);
        assert_ok!(reveal(salt));
        assert_noop!(reveal(salt), Error::<Runtime>::NothingCommitted);
        assert_ok!(commit());
        run_to(70);
        assert_noop!(reveal(salt), Error::<Runtime>::RevealTooLate);
    });
}
