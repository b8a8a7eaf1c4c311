//! The original's defects that concern subnets (`protocol.md` §14): none may reappear. Tests name them by number.

use super::*;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{GetDispatchInfo, Pays},
};
use ganglion_primitives::{Endpoint, Hyperparameters};
use pallet_subnets::{Error, Hyperparameter, Identities, Line, Parameters, SubnetIdentity};
use sp_io::{hashing, storage};

/// The keys of all rows that are kept under `netuid`, whichever pallet keeps them.
fn rows_of(netuid: NetUid) -> Vec<String> {
    let number = netuid.0.to_le_bytes();
    let hashed = [&hashing::twox_64(&number)[..], &number].concat();
    let mut rows = Vec::new();
    let mut next = storage::next_key(&[]);
    while let Some(key) = next {
        // 16 bytes name the pallet, 16 the item; then come its keys.
        if key.get(32..).is_some_and(|rest| rest.windows(hashed.len()).any(|part| part == hashed)) {
            rows.push(hex(&key));
        }
        next = storage::next_key(&key);
    }
    rows
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A subnet of account 50 in which everything happened that leaves a trace.
fn lived_in() -> NetUid {
    let netuid = create_next(50);
    open_wide(netuid);
    let odd = HyperparameterUpdate { kappa: Some(1), commit_interval: Some(15), ..Default::default() };
    assert_ok!(set(signed(50), netuid, odd));
    let identity = SubnetIdentity { discord: Line::truncate_from(b"#primes".to_vec()), ..Default::default() };
    assert_ok!(Subnets::set_identity(signed(50), netuid, Box::new(identity)));
    (0..3).for_each(|number| buy_seat(netuid, number));
    let endpoint = Endpoint::new("203.0.113.7:8091".parse().expect("an address"), 1);
    assert_ok!(Neurons::serve_axon(RuntimeOrigin::signed(hotkey(0)), netuid, endpoint));
    run_to(System::block_number() + 20);
    assert_ok!(Weights::commit_weights(RuntimeOrigin::signed(hotkey(1)), netuid, Hash::repeat_byte(7)));
    netuid
}

#[test]
fn defect_8_an_owner_gets_a_cut_of_nothing_but_paid_work() {
    chain(
        |text| text.immunity_period = 0,
        || {
            govern(HyperparameterUpdate { owner_cut: Some(11_796), ..Default::default() });
            assert!(Staking::ensure_coldkey(&account(60)).is_ok());
            assert_ok!(Subnets::transfer_ownership(RuntimeOrigin::root(), TEXT, account(60)));
            let miner = miner_and_validator();
            run_to(100);
            assert_eq!(free(60), 0, "without weights there is no consensus, and no cut");
            assert_ok!(set_weights(2, &[(miner, u16::MAX)]));
            run_to(140);
            assert!(earned(1) > 0 && free(60) > 0, "with it there are both");
        },
    );
}

#[test]
fn defect_17_no_hyperparameter_divides_by_zero() {
    ledger(|| {
        let zeros = [
            (
                Hyperparameter::TargetRegistrations,
                HyperparameterUpdate { target_registrations: Some(0), ..Default::default() },
            ),
            (Hyperparameter::CommitInterval, HyperparameterUpdate { commit_interval: Some(0), ..Default::default() }),
            (
                Hyperparameter::AdjustmentInterval,
                HyperparameterUpdate { adjustment_interval: Some(0), ..Default::default() },
            ),
            (Hyperparameter::Tempo, HyperparameterUpdate { tempo: Some(0), ..Default::default() }),
        ];
        for (field, update) in zeros {
            assert_noop!(set(RuntimeOrigin::root(), TEXT, update), Error::<Runtime>::OutOfBounds(field));
        }
    });
}

#[test]
fn defect_21_no_owner_lifts_the_limits_of_feeless_calls() {
    ledger(|| {
        let netuid = create_next(50);
        let lifted = [
            (
                Hyperparameter::WeightsRateLimit,
                HyperparameterUpdate { weights_rate_limit: Some(0), ..Default::default() },
            ),
            (
                Hyperparameter::ServingRateLimit,
                HyperparameterUpdate { serving_rate_limit: Some(0), ..Default::default() },
            ),
            (Hyperparameter::CommitInterval, HyperparameterUpdate { commit_interval: Some(1), ..Default::default() }),
        ];
        for (field, update) in lifted {
            assert_noop!(set(signed(50), netuid, update), Error::<Runtime>::OutOfBounds(field));
        }
    });
}

#[test]
fn defect_21_no_call_about_subnets_is_free() {
    let identity = Box::new(SubnetIdentity::default());
    let calls: [RuntimeCall; 6] = [
        pallet_subnets::Call::set_hyperparameters { netuid: TEXT, update: Default::default() }.into(),
        pallet_subnets::Call::create { name: name("free?") }.into(),
        pallet_subnets::Call::dissolve { netuid: TEXT }.into(),
        pallet_subnets::Call::set_identity { netuid: TEXT, identity }.into(),
        pallet_subnets::Call::transfer_ownership { netuid: TEXT, to: account(1) }.into(),
        pallet_subnets::Call::set_terms { terms: quick() }.into(),
    ];
    for call in calls {
        assert_eq!(call.get_dispatch_info().pays_fee, Pays::Yes, "{call:?}");
    }
}

#[test]
fn defect_22_nothing_of_a_dissolved_subnet_is_left() {
    ledger(|| {
        let netuid = lived_in();
        let before = rows_of(netuid);
        assert!(before.len() > 10, "the search finds rows: {}", before.len());
        assert_ok!(dissolve(50, netuid));
        run_until_clean();
        assert_eq!(rows_of(netuid), Vec::<String>::new());
    });
}

#[test]
fn defect_22_a_reused_number_inherits_nothing() {
    ledger(|| {
        let netuid = lived_in();
        assert_ok!(dissolve(50, netuid));
        run_until_clean();
        assert_eq!(create_next(51), netuid);
        assert_eq!(Parameters::<Runtime>::get(netuid), Hyperparameters::default());
        assert_eq!(Identities::<Runtime>::get(netuid), None);
        assert_eq!(Neurons::seats(netuid).len(), 0);
        assert!(Neurons::seat_of(netuid, &hotkey(0)).is_err(), "nobody is registered who didn't register");
        // The old neurons can come back like anybody else.
        buy_seat(netuid, 0);
        assert_eq!(Neurons::seats(netuid).len(), 1);
    });
}

#[test]
fn defect_23_nobody_dissolves_what_is_anothers() {
    ledger(|| {
        let netuid = create_next(50);
        assert_noop!(dissolve(51, netuid), Error::<Runtime>::NotOwner);
        assert_noop!(dissolve(99, netuid), Error::<Runtime>::NotOwner);
        assert_noop!(dissolve(51, TEXT), Error::<Runtime>::NotOwner);
        assert_noop!(dissolve(51, NetUid(77)), Error::<Runtime>::UnknownSubnet);
        assert_noop!(Subnets::dissolve(RuntimeOrigin::none(), netuid), DispatchError::BadOrigin);
    });
}

#[test]
fn defect_24_nobody_clears_anothers_identity() {
    ledger(|| {
        let netuid = lived_in();
        let nothing = Box::new(SubnetIdentity::default());
        assert_noop!(Subnets::set_identity(signed(51), netuid, nothing), Error::<Runtime>::NotOwner);
    });
}

#[test]
fn defect_29_a_new_subnet_neither_gives_seats_away_nor_shuts_workers_out() {
    let fresh = Hyperparameters::default();
    assert!(fresh.min_burn >= TAO / 1_000, "a seat costs something even when nobody wants it");
    assert!(fresh.min_difficulty < fresh.max_difficulty && fresh.max_difficulty < u64::MAX, "work can win a seat");
    assert!(fresh.registration_open);
    ledger(|| {
        let netuid = create_next(50);
        // Prices forget everything in each block; and work is as light as a test's must be.
        let hasty = HyperparameterUpdate {
            adjustment_interval: Some(1),
            adjustment_alpha: Some(0),
            min_difficulty: Some(1_000),
            ..Default::default()
        };
        assert_ok!(set(RuntimeOrigin::root(), netuid, hasty));
        run_to(System::block_number() + 100);
        // After a hundred intervals in which nobody came, TAO buys no seat for less, and work still wins one.
        let price = Neurons::prices(netuid).burn;
        assert!(price >= TAO / 1_000, "a seat costs {price} RAO");
        fund(&account(60), TAO);
        assert_ok!(Neurons::burned_register(signed(60), netuid, account(1)));
        assert_eq!(free(60), TAO - price);
        run_to(System::block_number() + 10);
        assert_ok!(join_as(netuid, account(2), account(12)));
        assert_eq!(Neurons::seats(netuid).len(), 2);
    });
}

#[test]
fn defect_29_a_place_that_was_cheap_and_earns_nothing_is_the_first_to_go() {
    ledger_with(
        |terms| terms.max_subnets = 4,
        || {
            let (paid, dear) = (create_next(50), create_next(51));
            // By now a place is as cheap as it gets.
            run_to(System::block_number() + 300);
            let squatted = create_next(52);
            buy_seat(paid, 0);
            run_to(System::block_number() + 60);
            // Neither is the cheapest the first to go if it earns, nor the oldest if more is locked in it.
            assert_eq!(locked(squatted), locked(paid));
            assert!(locked(squatted) < locked(dear));
            let newcomer = create(53).expect("replaces the weakest");
            assert_eq!(Subnets::netuids(), [TEXT, paid, dear, newcomer]);
            assert!(!Subnets::exists(squatted));
        },
    );
}

#[test]
fn defect_29_an_owner_does_not_set_what_the_chain_has_to_bear() {
    ledger(|| {
        let netuid = create_next(50);
        let bearable = [
            (Hyperparameter::Tempo, HyperparameterUpdate { tempo: Some(1), ..Default::default() }),
            (Hyperparameter::MaxNeurons, HyperparameterUpdate { max_neurons: Some(MAX_NEURONS), ..Default::default() }),
            (Hyperparameter::MaxValidators, HyperparameterUpdate { max_validators: Some(128), ..Default::default() }),
            (
                Hyperparameter::TargetRegistrations,
                HyperparameterUpdate { target_registrations: Some(100), ..Default::default() },
            ),
            (
                Hyperparameter::MaxRegistrationsPerBlock,
                HyperparameterUpdate { max_registrations_per_block: Some(256), ..Default::default() },
            ),
        ];
        for (field, update) in bearable {
            assert_noop!(set(signed(50), netuid, update.clone()), Error::<Runtime>::RootOnly(field));
            assert_ok!(set(RuntimeOrigin::root(), netuid, update));
        }
    });
}
