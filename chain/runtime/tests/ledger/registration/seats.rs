//! Who sits, who gives way, and what a seat passes on.

use super::*;
use pallet_neurons::Event;

#[test]
fn a_hotkey_has_one_owner() {
    chain(
        |_| {},
        || {
            must_join(1, 2);
            let other = owned_subnet(50, 8);
            let stolen = join_as(other, account(1), account(3));
            assert_eq!(stolen, Err(pallet_staking::Error::<Runtime>::NotOwner.into()));
            assert_eq!(Staking::hotkey_id(&account(1)).and_then(Staking::owner_account), Some(account(2)));
            assert_ok!(join_as(other, account(1), account(2)));
            assert_eq!(System::sufficients(&account(1)), 1, "one reference, however many seats");
        },
    );
}

#[test]
fn defect_7_a_reused_seat_inherits_nothing() {
    chain(
        |rules| {
            rules.max_neurons = 2;
            rules.max_validators = 2;
            rules.immunity_period = 0;
        },
        || {
            let miner = must_join(1, 11);
            let validator = must_join(2, 12);
            let signed = |hotkey| RuntimeOrigin::signed(account(hotkey));
            assert_ok!(Neurons::serve_axon(signed(1), TEXT, at("127.0.0.1:8091")));
            assert_ok!(Neurons::serve_prometheus(signed(1), TEXT, at("127.0.0.1:9091")));
            run_to(40);
            set_weights(2, &[(miner, 1)]).expect("has a permit");
            set_weights(1, &[(validator, 1)]).expect("has a permit");
            run_to(62);
            // The miner goes first: who is least worth, then who is oldest.
            let (seat, _) = Neurons::seat_of(TEXT, &account(1)).expect("sits");
            let newcomer = must_join(3, 13);
            let (netuid, uid, id, hotkey) = (TEXT, seat, miner, account(1));
            System::assert_has_event(Event::<Runtime>::NeuronPruned { netuid, uid, id, hotkey }.into());
            assert_eq!(Neurons::seat_of(TEXT, &account(3)).expect("sits").0, seat);
            assert_ne!(newcomer, miner);
            assert!(Neurons::axon(TEXT, seat).is_none() && Neurons::prometheus(TEXT, seat).is_none());
            for id in [newcomer, miner] {
                assert!(Weights::row(TEXT, id).is_empty() && Weights::last_update(TEXT, id).is_none());
                assert!(pallet_emission::Bonds::<Runtime>::get(TEXT, id).is_empty());
            }
            assert!(Emission::outcome(TEXT, seat, newcomer).is_none());
            let refused = set_weights(3, &[(validator, 1)]);
            assert_eq!(refused, Err(pallet_weights::Error::<Runtime>::NoPermit.into()));
            run_to(84);
            assert_eq!(earned(3), 0, "old weights don't name the newcomer");
        },
    );
}

#[test]
fn a_hotkey_that_lost_its_seat_keeps_its_nonce() {
    chain(
        |rules| {
            rules.max_neurons = 1;
            rules.max_validators = 1;
            rules.immunity_period = 0;
        },
        || {
            must_join(1, 11);
            let serve = || pallet_neurons::Call::serve_axon { netuid: TEXT, endpoint: at("127.0.0.1:8091") };
            assert_ok!(submit(&account(1), serve()).expect("is feeless"));
            assert_eq!(System::account_nonce(account(1)), 1);
            next_block();
            must_join(2, 12);
            assert!(Neurons::seat_of(TEXT, &account(1)).is_err(), "it gave way");
            // It signs nothing for free now, and when it joins again, nothing that it signed before counts again.
            assert_eq!(submit(&account(1), serve()), Err(InvalidTransaction::Custom(10).into()));
            next_block();
            must_join(1, 11);
            assert_eq!(System::account_nonce(account(1)), 1);
        },
    );
}

#[test]
fn defect_8_the_owners_validator_is_never_pruned() {
    chain(
        |_| {},
        || {
            let netuid = owned_subnet(50, 2);
            // Two hotkeys of the owner, and stake on the younger one.
            assert_ok!(join_as(netuid, account(1), account(50)));
            next_block();
            assert_ok!(join_as(netuid, account(2), account(50)));
            stake(50, 2, TAO);
            for newcomer in 3..8 {
                next_block();
                assert_ok!(join_as(netuid, account(newcomer), account(newcomer)));
                assert!(Neurons::seat_of(netuid, &account(2)).is_ok(), "the owner's validator stays");
                assert!(Neurons::seat_of(netuid, &account(newcomer)).is_ok());
            }
            assert!(Neurons::seat_of(netuid, &account(1)).is_err(), "its other neuron goes like anybody's");
        },
    );
}

#[test]
fn a_subnet_with_nobody_to_replace_has_no_seat() {
    chain(
        |_| {},
        || {
            let netuid = owned_subnet(50, 1);
            assert_ok!(join_as(netuid, account(1), account(50)));
            assert_eq!(join_as(netuid, account(2), account(2)), Err(Error::<Runtime>::NoSeat.into()));
        },
    );
}

#[test]
fn immunity_ends_and_the_unjudged_outlive_the_judged() {
    chain(
        |rules| {
            rules.max_neurons = 2;
            rules.max_validators = 2;
            rules.immunity_period = 5;
        },
        || {
            must_join(1, 11);
            run_to(41);
            // The first was judged in epochs, the second not yet; its immunity is over.
            must_join(2, 12);
            run_to(47);
            must_join(3, 13);
            assert!(Neurons::seat_of(TEXT, &account(1)).is_err() && Neurons::seat_of(TEXT, &account(2)).is_ok());
            // The third is immune now.
            must_join(4, 14);
            assert!(Neurons::seat_of(TEXT, &account(2)).is_err() && Neurons::seat_of(TEXT, &account(3)).is_ok());
        },
    );
}

#[test]
fn fewer_seats_send_nobody_away_but_stop_growth() {
    chain(
        |rules| rules.immunity_period = 0,
        || {
            for number in 1..=4 {
                must_join(number, number);
            }
            govern(HyperparameterUpdate { max_neurons: Some(2), max_validators: Some(2), ..Default::default() });
            assert_eq!(Neurons::seats(TEXT).len(), 4);
            must_join(5, 5);
            assert_eq!(Neurons::seats(TEXT).len(), 4);
        },
    );
}

#[test]
fn a_subnet_seats_4096_neurons_and_no_more() {
    let hotkey = |number: u32| {
        let mut bytes = [77; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        AccountId::new(bytes)
    };
    chain(
        |rules| {
            rules.max_neurons = 4_096;
            rules.max_registrations_per_block = 256;
            rules.target_registrations = 4_096;
            rules.adjustment_interval = 7_200;
            rules.tempo = 7_200;
            rules.activity_cutoff = 7_201;
            rules.min_burn = 1;
        },
        || {
            fund(&account(50), 100 * TAO);
            let join = |number| Neurons::burned_register(RuntimeOrigin::signed(account(50)), TEXT, hotkey(number));
            for number in 0..4_096 {
                assert_ok!(join(number));
                if number % 256 == 255 {
                    next_block();
                    assert_eq!(Neurons::ids(TEXT).len(), number as usize + 1, "at the end of a page and within it");
                }
            }
            assert!(Neurons::ids(TEXT).into_iter().eq((0..4_096).map(NeuronId)), "by uid, on every page");
            assert_ok!(join(4_096));
            // All are immune and unjudged: the oldest gives way.
            assert!(Neurons::seat_of(TEXT, &hotkey(0)).is_err());
            assert_eq!(Neurons::ids(TEXT).len(), 4_096);
            assert_eq!(Neurons::seat_of(TEXT, &hotkey(4_096)).expect("sits").0, Uid(0));
        },
    );
}

#[test]
fn defect_22_a_dissolved_subnet_leaves_no_neuron_behind() {
    chain(
        |_| {},
        || {
            let netuid = owned_subnet(50, 300);
            Rules::mutate(netuid, |rules| {
                rules.max_registrations_per_block = 256;
                rules.target_registrations = 256;
                rules.min_burn = 1;
            });
            let hotkey = |number: u16| {
                let mut bytes = [99; 32];
                bytes[..2].copy_from_slice(&number.to_le_bytes());
                AccountId::new(bytes)
            };
            let owner = || RuntimeOrigin::signed(account(50));
            for number in 0..300 {
                assert_ok!(Neurons::burned_register(owner(), netuid, hotkey(number)));
                if number == 200 {
                    next_block();
                }
            }
            let first = RuntimeOrigin::signed(hotkey(0));
            assert_ok!(Neurons::serve_axon(first.clone(), netuid, at("127.0.0.1:80")));
            assert_ok!(Weights::commit_weights(first, netuid, Default::default()));
            assert_ok!(Subnets::dissolve(owner(), netuid));
            let gone = Neurons::burned_register(owner(), netuid, hotkey(400));
            assert_eq!(gone, Err(pallet_subnets::Error::<Runtime>::UnknownSubnet.into()));
            next_block();
            assert!(!Neurons::seats(netuid).is_empty(), "too many for one block");
            while !pallet_subnets::Dissolving::<Runtime>::get().is_empty() {
                next_block();
            }
            assert_eq!(created(RuntimeOrigin::root()), netuid);
            assert!(Neurons::seats(netuid).is_empty());
            assert_eq!(pallet_neurons::Uids::<Runtime>::iter_prefix(netuid).count(), 0);
            assert_eq!(pallet_neurons::Endpoints::<Runtime>::iter_prefix(netuid).count(), 0);
            assert_eq!(pallet_weights::Commitments::<Runtime>::iter_prefix(netuid).count(), 0);
            let seated = |number| Staking::hotkey_id(&hotkey(number)).is_some_and(Neurons::has_seat);
            assert!(!(0..300).any(seated));
            assert_eq!(Neurons::prices(netuid).difficulty, Rules::get(netuid).min_difficulty, "prices start anew");
        },
    );
}
