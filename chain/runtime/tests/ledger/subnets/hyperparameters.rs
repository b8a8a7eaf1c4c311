//! Who may set which numbers.

use super::*;
use frame_support::{assert_noop, assert_ok};
use ganglion_primitives::Hyperparameters;
use pallet_subnets::{Error, Event, Hyperparameter, Parameters};

#[test]
fn an_owner_sets_the_owners_hyperparameters_with_one_call() {
    ledger(|| {
        let netuid = create_next(50);
        let update = HyperparameterUpdate { kappa: Some(40_000), max_burn: Some(5 * TAO), ..Default::default() };
        assert_ok!(set(signed(50), netuid, update));
        let hyperparameters = Hyperparameters { kappa: 40_000, max_burn: 5 * TAO, ..Hyperparameters::default() };
        assert_eq!(Parameters::<Runtime>::get(netuid), hyperparameters);
        System::assert_has_event(Event::HyperparametersSet { netuid, hyperparameters }.into());
    });
}

#[test]
fn an_owner_does_not_set_what_is_roots() {
    ledger(|| {
        let netuid = create_next(50);
        let roots = [
            (Hyperparameter::Tempo, HyperparameterUpdate { tempo: Some(10), ..Default::default() }),
            (Hyperparameter::MaxNeurons, HyperparameterUpdate { max_neurons: Some(4_096), ..Default::default() }),
            (Hyperparameter::OwnerCut, HyperparameterUpdate { owner_cut: Some(11_796), ..Default::default() }),
        ];
        for (field, update) in roots {
            // The owner's own fields beside it don't help.
            let update = HyperparameterUpdate { kappa: Some(1), ..update };
            assert_noop!(set(signed(50), netuid, update.clone()), Error::<Runtime>::RootOnly(field));
            assert_ok!(set(RuntimeOrigin::root(), netuid, update));
        }
    });
}

#[test]
fn nobody_sets_a_hyperparameter_outside_its_bounds() {
    ledger(|| {
        let netuid = create_next(50);
        let zero = HyperparameterUpdate { commit_interval: Some(0), ..Default::default() };
        let crossed = HyperparameterUpdate { max_burn: Some(1), ..Default::default() };
        for who in [signed(50), RuntimeOrigin::root()] {
            let out = Error::<Runtime>::OutOfBounds(Hyperparameter::CommitInterval);
            assert_noop!(set(who.clone(), netuid, zero.clone()), out);
            let out = Error::<Runtime>::OutOfBounds(Hyperparameter::MinBurn);
            assert_noop!(set(who, netuid, crossed.clone()), out);
        }
    });
}

#[test]
fn an_owner_cannot_make_weights_of_all_but_its_own_validator_stale() {
    ledger(|| {
        let netuid = create_next(50);
        let out = Error::<Runtime>::OutOfBounds(Hyperparameter::ActivityCutoff);
        // Others may set weights once a month, and count for a block: whoever sets them just before the epoch counts.
        let alone =
            HyperparameterUpdate { activity_cutoff: Some(1), weights_rate_limit: Some(216_000), ..Default::default() };
        assert_noop!(set(signed(50), netuid, alone), out);
        // Nor in two steps, whichever comes first.
        let rare = HyperparameterUpdate { weights_rate_limit: Some(5_001), ..Default::default() };
        let short = HyperparameterUpdate { activity_cutoff: Some(360), ..Default::default() };
        for update in [rare, short] {
            let out = Error::<Runtime>::OutOfBounds(Hyperparameter::ActivityCutoff);
            assert_noop!(set(signed(50), netuid, update), out);
        }
        let least = HyperparameterUpdate { activity_cutoff: Some(361), ..Default::default() };
        assert_ok!(set(signed(50), netuid, least));
    });
}

#[test]
fn a_stranger_sets_nothing_and_a_key_without_history_neither() {
    ledger(|| {
        let netuid = create_next(50);
        let update = HyperparameterUpdate { kappa: Some(40_000), ..Default::default() };
        assert_noop!(set(signed(51), netuid, update.clone()), Error::<Runtime>::NotOwner);
        assert_noop!(set(signed(99), TEXT, update.clone()), Error::<Runtime>::NotOwner);
        assert_noop!(set(signed(50), NetUid(77), update.clone()), Error::<Runtime>::UnknownSubnet);
        assert_noop!(set(RuntimeOrigin::none(), netuid, update), DispatchError::BadOrigin);
    });
}
