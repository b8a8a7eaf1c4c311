//! Emission: minted, split by root weights, paid by consensus, to the RAO.

use crate::world::*;
use frame_support::{assert_ok, traits::Get};
use ganglion_primitives::{HyperparameterUpdate, Hyperparameters, NetUid, NeuronId, Rao, TAO};
use ganglion_runtime::*;
use pallet_emission::{Bonds, DueEpochs, IdleEpochs, Pending, Recycled, Unallocated};
use pallet_staking::TotalStake;
use serde_json::json;

#[test]
fn each_block_mints_one_tao() {
    chain(
        |_| {},
        || {
            for _ in 0..100 {
                next_block();
                assert_eq!(Balances::total_issuance(), u64::from(System::block_number()) * TAO);
            }
        },
    );
}

#[test]
fn emission_waits_while_there_is_no_neuron() {
    chain(
        |_| {},
        || {
            run_to(50);
            assert_eq!(Unallocated::<Runtime>::get(), 50 * TAO);
            must_join(1, 2);
            next_block();
            assert_eq!(Unallocated::<Runtime>::get(), 0);
            assert_eq!(Pending::<Runtime>::get(TEXT), 51 * TAO);
        },
    );
}

#[test]
fn without_consensus_emission_is_recycled_in_the_end() {
    chain(
        |rules| rules.tempo = 1,
        || {
            must_join(1, 2);
            // To which emission could fall.
            stake(2, 1, 100 * TAO);
            let most = <<Runtime as pallet_emission::Config>::MaxIdleEpochs as Get<u16>>::get();
            let first = run_until_recycled(most);
            // The count has begun anew, and leads to the same again. An epoch comes every two blocks.
            assert_eq!(run_until_recycled(most) - first, 2 * (u32::from(most) + 1));
            assert_eq!(TotalStake::<Runtime>::get(), 100 * TAO, "nobody was paid for nothing");
        },
    );
}

/// Runs until the text subnet's emission is recycled, all of it and after `most` epochs of waiting. Says in which block.
fn run_until_recycled(most: u16) -> BlockNumber {
    let (recycled, latest) = (Recycled::<Runtime>::get(), System::block_number() + 2 * (u32::from(most) + 2));
    let mut waited = 0;
    while Recycled::<Runtime>::get() == recycled {
        waited = waited.max(IdleEpochs::<Runtime>::get(TEXT));
        assert!(System::block_number() < latest, "{waited} epochs have passed, of {most}");
        next_block();
    }
    assert_eq!(waited, most, "it waits as long as it may");
    assert_eq!(IdleEpochs::<Runtime>::get(TEXT), 0);
    assert_eq!(Pending::<Runtime>::get(TEXT) + Balances::free_balance(Emission::pot()), 0, "something still waits");
    assert_eq!(Balances::total_issuance(), TotalStake::<Runtime>::get(), "there is nothing else than stake");
    System::block_number()
}

#[test]
fn half_goes_to_miners_and_half_to_validators() {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            set_weights(2, &[(miner, 100)]).expect("the validator has a permit");
            run_to(62);
            let (miners, validators) = (earned(1), earned(2));
            assert!(miners > 0);
            assert!(miners.abs_diff(validators) <= 2, "{miners} and {validators}");
            let pending = Pending::<Runtime>::get(TEXT);
            assert_eq!(miners + validators + pending, Balances::total_issuance());
        },
    );
}

/// A miner (hotkey 1) and validators (hotkeys from 2 on) with stakes of so many TAO. They have permits at block 18.
fn staked(validators: &[Rao], scenario: impl FnOnce(NeuronId)) {
    chain(
        |rules| rules.min_difficulty = 1,
        || {
            let miner = must_join(1, 101);
            for (number, tao) in (2..).zip(validators) {
                must_join(number, number + 100);
                stake(number + 100, number, tao * TAO);
            }
            run_to(18);
            scenario(miner);
        },
    );
}

fn stake_on(number: u8) -> Rao {
    Staking::stake_on(Staking::hotkey_id(&account(number)).expect("is known"))
}

/// Defect 4: bonds of a validator that has stopped judging went on earning.
#[test]
fn defect_4_who_stopped_judging_earns_nothing() {
    // The one that goes on judging makes the consensus by itself.
    staked(&[300, 100, 100], |miner| {
        for validator in [2, 3, 4] {
            set_weights(validator, &[(miner, 1)]).expect("has a permit");
        }
        run_to(38);
        assert!(earned(4) > 0 && earned(4) == earned(3));
        // One falls silent, one names itself only; a new miner would be worth judging.
        govern(HyperparameterUpdate { activity_cutoff: Some(20), ..Default::default() });
        let itself = id(3);
        let holdings = || [1, 2, 3, 4].map(|hotkey| (earned(hotkey), stake_on(hotkey)));
        // From the first epoch on, not after bonds have faded.
        for epoch in [58, 78, 98] {
            run_to(epoch - 8);
            set_weights(2, &[(miner, 1)]).expect("may set");
            set_weights(3, &[(itself, 1)]).expect("may set");
            let before = holdings();
            run_to(epoch);
            let after = holdings();
            let gained = [0, 1].map(|paid| (after[paid].0 - before[paid].0, after[paid].1 - before[paid].1));
            assert!(gained.iter().all(|(earned, staked)| *earned > 0 && *staked > 0), "{before:?} {after:?}");
            // The one that judges has the validators' half for itself: it is as much as the only miner's.
            assert!(gained[0].0.abs_diff(gained[1].0) <= 10, "{gained:?}");
            assert_eq!(after[2..], before[2..], "who stopped judging");
            assert!(!Bonds::<Runtime>::contains_key(TEXT, id(3)) && !Bonds::<Runtime>::contains_key(TEXT, id(4)));
        }
    });
}

/// Defect 5: where validators agreed on nothing, emission fell to raw stake.
#[test]
fn defect_5_without_agreement_stake_alone_earns_nothing() {
    staked(&[100, 100, 100], |_| {
        // Each names itself only.
        for validator in [2, 3, 4] {
            set_weights(validator, &[(id(validator), 1)]).expect("may name itself");
        }
        let before = TotalStake::<Runtime>::get();
        run_to(60);
        assert_eq!(TotalStake::<Runtime>::get(), before);
        assert_eq!(Pending::<Runtime>::get(TEXT), Balances::total_issuance() - before, "all of it waits");
        assert!(IdleEpochs::<Runtime>::get(TEXT) > 0);
    });
}

/// Defect 6: nominators shared a miner's incentive, and the take was charged on it.
#[test]
fn a_miners_incentive_is_its_owners_alone() {
    staked(&[100], |miner| {
        stake(150, 1, 50 * TAO);
        set_weights(2, &[(miner, 1)]).expect("has a permit");
        run_to(38);
        assert!(earned(1) > 0);
        let nominated = Staking::stake_of(&account(150), &account(1));
        assert!(nominated.abs_diff(50 * TAO) <= 1, "{nominated}");
        assert!(Staking::stake_of(&account(101), &account(1)).abs_diff(earned(1)) <= 1);
    });
}

/// Defect 8: the owner was paid at every epoch, also when nobody judged.
#[test]
fn an_owner_has_a_cut_of_what_is_paid_only() {
    staked(&[100], |miner| {
        let owner = account(77);
        assert!(Staking::ensure_coldkey(&owner).is_ok());
        assert_ok!(Subnets::transfer_ownership(RuntimeOrigin::root(), TEXT, owner.clone()));
        govern(HyperparameterUpdate { owner_cut: Some(6_553), ..Default::default() });
        run_to(40);
        assert!(IdleEpochs::<Runtime>::get(TEXT) > 0);
        assert_eq!(Balances::free_balance(&owner), 0);
        set_weights(2, &[(miner, 1)]).expect("has a permit");
        let minted = Pending::<Runtime>::get(TEXT);
        run_to(58);
        // 57 blocks' emission was pending at the epoch in block 57.
        let pending = minted + 17 * TAO;
        let cut = (u128::from(pending) * 6_553 / 65_535) as Rao;
        assert_eq!(Balances::free_balance(&owner), cut);
        assert!(earned(1) + earned(2) <= pending - cut);
    });
}

/// Defect 9: dust was destroyed at each epoch, and pending emission was not counted as issued. Defect 10: more could be paid
/// than was allotted.
#[test]
fn defect_10_nothing_is_lost_on_the_way_from_the_block_to_the_stake() {
    staked(&[100, 70, 30], |miner| {
        let staked = TotalStake::<Runtime>::get();
        let others: Vec<_> = (20..27).map(|number| must_join(number, number + 100)).collect();
        let emitted = || pallet_emission::Emitted::<Runtime>::get() - staked;
        for round in 0..6u32 {
            for validator in [2, 3, 4u16] {
                let weights: Vec<_> =
                    (1..).zip(others.iter().chain([&miner])).map(|(place, id)| (*id, place * validator)).collect();
                set_weights(validator as u8, &weights).expect("has a permit");
            }
            run_to(38 + 20 * round);
            let paid = TotalStake::<Runtime>::get() - staked;
            assert!(paid > 0);
            let waiting = Pending::<Runtime>::get(TEXT) + Unallocated::<Runtime>::get();
            assert_eq!(paid + waiting, emitted(), "round {round}");
            assert_eq!(Balances::total_issuance(), emitted() + staked);
        }
        assert_eq!(Recycled::<Runtime>::get(), 0);
    });
}

/// Three subnets, 1 to 3, each with a miner; hotkeys 1 and 2 are members with 60 and 40 TAO.
fn three_subnets(scenario: impl FnOnce()) {
    let rules = || Hyperparameters { min_difficulty: 1, tempo: 7_000, activity_cutoff: 7_001, ..Default::default() };
    let subnets: Vec<_> = (1..=3).map(|netuid| (NetUid(netuid), "subnet", rules())).collect();
    let patch = json!({
        "subnets": { "subnets": subnets },
        "validators": { "sessionSlots": 20 },
        "governance": { "dayLength": 72 },
    });
    chain_from(genesis::LOCAL, patch, || {
        for netuid in 1..=3 {
            join_as(NetUid(netuid), account(netuid as u8), account(netuid as u8 + 100)).expect("joins");
            next_block();
        }
        stake(101, 1, 60 * TAO);
        stake(102, 2, 40 * TAO);
        set_keys(1).expect("has a seat");
        set_keys(2).expect("has a seat");
        let is_member = |number| Validators::is_member(Staking::hotkey_id(&account(number)).expect("is known"));
        while !(is_member(1) && is_member(2)) {
            assert!(System::block_number() < 1_000, "they are never elected");
            next_block();
        }
        scenario();
    });
}

fn vote(number: u8, weights: &[(u16, u16)]) {
    let weights: Vec<_> = weights.iter().map(|(netuid, weight)| (NetUid(*netuid), *weight)).collect();
    let weights = weights.try_into().expect("fits");
    assert_ok!(Validators::set_root_weights(RuntimeOrigin::signed(account(number)), weights));
}

fn shares() -> [Rao; 3] {
    next_block();
    [1, 2, 3].map(|netuid| Emission::last_share(NetUid(netuid)))
}

#[test]
fn root_weights_split_emission_as_the_tokenomics_say() {
    three_subnets(|| {
        assert!(shares().iter().all(|share| share.abs_diff(TAO / 3) <= 1), "equally without votes");
        vote(1, &[(1, 30_000), (2, 10_000)]);
        vote(2, &[(2, 7)]);
        let rows = [vec![(0, 3), (1, 1)], vec![(1, 1)], vec![], vec![]];
        let stakes = [stake_on(1), stake_on(2), 0, 0];
        let expected = ganglion_tokenomics::split::split(TAO, 3, &stakes, &rows, Default::default());
        for (share, expected) in shares().into_iter().zip(expected.shares) {
            // Dust of earlier blocks is split with the rest.
            assert!(share.abs_diff(expected) <= 3, "{share}, expected {expected}");
        }
        // Without a vote a subnet gets nothing, and its neurons' epochs pay nothing.
        let waiting = Pending::<Runtime>::get(NetUid(3));
        next_block();
        assert_eq!(Pending::<Runtime>::get(NetUid(3)), waiting);
    });
}

/// Defect 2: root weights never expired.
#[test]
fn defect_2_root_weights_expire() {
    three_subnets(|| {
        vote(1, &[(1, 1)]);
        assert!(shares()[0] > TAO - 10);
        let lifetime = <<Runtime as pallet_validators::Config>::RootWeightsLifetime as Get<BlockNumber>>::get();
        run_to(System::block_number() + lifetime);
        assert!(shares().iter().all(|share| share.abs_diff(TAO / 3) <= 1), "equally again");
        // A vote can be renewed, and withdrawn.
        vote(1, &[(2, 1)]);
        assert!(shares()[1] > TAO - 10);
        let interval = <<Runtime as pallet_validators::Config>::RootWeightsInterval as Get<BlockNumber>>::get();
        run_to(System::block_number() + interval);
        vote(1, &[]);
        assert!(shares().iter().all(|share| share.abs_diff(TAO / 3) <= 1));
    });
}

#[test]
fn a_dissolved_subnets_emission_goes_to_the_others_and_its_number_inherits_no_vote() {
    three_subnets(|| {
        vote(1, &[(2, 3), (3, 1)]);
        run_to(System::block_number() + 5);
        let gone = Pending::<Runtime>::get(NetUid(2));
        assert!(gone > 0);
        assert_ok!(Subnets::dissolve(RuntimeOrigin::root(), NetUid(2)));
        next_block();
        next_block();
        assert!(pallet_subnets::Dissolving::<Runtime>::get().is_empty(), "all is cleaned up");
        assert_eq!(Pending::<Runtime>::get(NetUid(2)), 0);
        next_block();
        let row = pallet_validators::RootWeights::<Runtime>::iter_values().next().expect("voted");
        assert_eq!(row.weights.to_vec(), [(NetUid(3), 1)]);
        assert_eq!(Recycled::<Runtime>::get(), 0);
        let waiting: Rao = Pending::<Runtime>::iter_values().sum::<Rao>() + Unallocated::<Runtime>::get();
        assert_eq!(waiting, Balances::free_balance(Emission::pot()), "what was pending there is pending elsewhere");
    });
}

/// Defect 28: epochs came a block beside where they were announced.
#[test]
fn defect_28_epochs_come_when_they_are_announced() {
    chain(
        |rules| rules.tempo = 6,
        || {
            must_join(1, 2);
            let mut announced = Emission::next_epoch(TEXT, System::block_number());
            for _ in 0..5 {
                run_to(announced - 1);
                System::reset_events();
                let before = pallet_emission::LastOutcome::<Runtime>::get(TEXT);
                pallet_emission::LastOutcome::<Runtime>::remove(TEXT);
                pallet_emission::Permitted::<Runtime>::remove(TEXT);
                next_block();
                assert_eq!(
                    pallet_emission::LastOutcome::<Runtime>::get(TEXT).len(),
                    1,
                    "no epoch in block {announced}"
                );
                assert!(before.len() <= 1);
                let next = Emission::next_epoch(TEXT, System::block_number());
                assert_eq!(next, announced + 7);
                announced = next;
            }
        },
    );
}

/// Defect 26: the work of a block was unbounded.
#[test]
fn epochs_that_come_due_together_queue() {
    let rules = |netuid: u16| Hyperparameters {
        min_difficulty: 1,
        // All in block 98: (98 + netuid + 2) is the period.
        tempo: 99 + netuid,
        ..Default::default()
    };
    let subnets: Vec<_> = (1..=9).map(|netuid| (NetUid(netuid), "subnet", rules(netuid))).collect();
    chain_from(genesis::LOCAL, json!({ "subnets": { "subnets": subnets } }), || {
        for netuid in 1..=9 {
            join_as(NetUid(netuid), account(netuid as u8), account(100)).expect("joins");
        }
        let most = <<Runtime as pallet_emission::Config>::MaxEpochsPerBlock as Get<u32>>::get() as usize;
        let ran = || pallet_emission::LastOutcome::<Runtime>::iter_keys().count();
        run_to(97);
        assert_eq!(ran(), 0);
        for block in 1.. {
            next_block();
            assert_eq!(ran(), (most * block).min(9));
            assert_eq!(DueEpochs::<Runtime>::get().len(), 9 - ran());
            if ran() == 9 {
                break;
            }
        }
        assert!(System::block_number() > 99, "they can't all fit one block");
    });
}
