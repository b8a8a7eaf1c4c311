//! Each track does what it says and no more.

use super::*;
use frame_support::{assert_noop, traits::Get};
use ganglion_primitives::NetUid;
use pallet_subnets::{CreationTerms, HyperparameterUpdate};
use sp_runtime::DispatchError;

fn faster() -> pallet_subnets::Call<Runtime> {
    let update = HyperparameterUpdate { tempo: Some(9), ..Default::default() };
    pallet_subnets::Call::set_hyperparameters { netuid: TEXT, update: Box::new(update) }
}

fn found() -> pallet_subnets::Call<Runtime> {
    pallet_subnets::Call::create { name: b"image".to_vec().try_into().expect("fits") }
}

#[test]
fn parameters_sets_hyperparameters_by_referendum() {
    chain(
        |_| {},
        || {
            assert_ok!(enact(Origin::Parameters, faster()));
            assert_eq!(Subnets::hyperparameters(TEXT).expect("exists").tempo, 9);
        },
    );
}

/// The SDK drops what finds no place in a block's agenda, and says nothing.
#[test]
fn a_hundred_alarms_in_the_block_of_an_enactment_do_not_lose_it() {
    chain(
        |_| {},
        || {
            fund(&account(98), 1_000_000 * TAO);
            let due = System::block_number() + <Runtime as pallet_referenda::Config>::UndecidingTimeout::get();
            for _ in 0..100 {
                raise(DispatchTime::After(0), Origin::Parameters, frame_system::Call::remark { remark: vec![] });
            }
            let poll = propose_for(DispatchTime::At(due), Origin::Parameters, faster());
            assert_ok!(aye(98, poll, 900_000 * TAO));
            assert!(decide(poll));
            run_to(due - 1);
            assert_ne!(Subnets::hyperparameters(TEXT).expect("exists").tempo, 9);
            let undecided =
                |poll: u32| matches!(ReferendumInfoFor::<Runtime>::get(poll), Some(ReferendumInfo::Ongoing(_)));
            assert!((0..100).all(undecided));
            next_block();
            assert_eq!(Subnets::hyperparameters(TEXT).expect("exists").tempo, 9);
            assert!(!(0..100).any(undecided), "an alarm was lost");
        },
    );
}

#[test]
fn subnets_founds_and_dissolves_subnets_by_referendum() {
    chain(
        |_| {},
        || {
            assert_ok!(enact(Origin::Subnets, found()));
            let founded = NetUid(2);
            assert_eq!(Subnets::owner(founded), None, "governance owns it");
            assert!(Subnets::exists(founded));
            assert_ok!(enact(Origin::Subnets, pallet_subnets::Call::dissolve { netuid: founded }));
            assert!(!Subnets::exists(founded));
        },
    );
}

#[test]
fn a_track_can_do_nothing_else() {
    chain(
        |_| {},
        || {
            let parameters = || RuntimeOrigin::from(Origin::Parameters);
            let subnets = || RuntimeOrigin::from(Origin::Subnets);
            let terms = CreationTerms::default();
            assert_ok!(Subnets::set_terms(parameters(), terms.clone()));
            assert!(Subnets::set_terms(subnets(), terms).is_err());
            assert!(Subnets::dissolve(parameters(), TEXT).is_err());
            assert!(RuntimeCall::from(found()).dispatch_as(parameters()).is_err());
            assert!(RuntimeCall::from(faster()).dispatch_as(subnets()).is_err());
            for origin in [parameters(), subnets(), RuntimeOrigin::signed(account(1))] {
                let code = System::authorize_upgrade(origin.clone(), Default::default());
                assert_eq!(code, Err(DispatchError::BadOrigin));
                assert!(System::set_code(origin.clone(), vec![]).is_err());
                assert!(System::set_storage(origin.clone(), vec![]).is_err());
                assert!(Referenda::kill(origin.clone(), 0).is_err());
                assert!(Balances::force_transfer(origin, account(1).into(), account(2).into(), 1).is_err());
            }
        },
    );
}

#[test]
fn what_a_track_may_not_do_fails_when_it_is_enacted() {
    chain(
        |_| {},
        || {
            let authorize = frame_system::Call::authorize_upgrade { code_hash: Default::default() };
            assert_eq!(enact(Origin::Parameters, authorize), Err(DispatchError::BadOrigin));
        },
    );
}

#[test]
fn nobody_speaks_as_an_account_by_referendum() {
    chain(
        |_| {},
        || {
            fund(&account(99), 100 * TAO);
            let proposal = Preimage::bound(RuntimeCall::from(found())).expect("fits");
            let as_somebody = OriginCaller::system(frame_system::RawOrigin::Signed(account(1)));
            assert_noop!(
                Referenda::submit(
                    RuntimeOrigin::signed(account(99)),
                    Box::new(as_somebody),
                    proposal,
                    DispatchTime::After(0)
                ),
                pallet_referenda::Error::<Runtime>::NoTrack
            );
        },
    );
}

#[test]
fn what_few_want_does_not_pass() {
    chain(
        |_| {},
        || {
            let poll = propose(Origin::Parameters, faster());
            fund(&account(98), 1_000 * TAO);
            fund(&account(97), 4 * TAO);
            // Nobody is against it, but four in a thousand is no one in twenty.
            assert_ok!(aye(97, poll, 4 * TAO));
            assert!(!decide(poll));
            assert_eq!(Subnets::hyperparameters(TEXT).expect("exists").tempo, 19);
        },
    );
}

/// Whether an upgrade passes for which everybody votes who has TAO beside its proposer: one account, with `amount` RAO.
fn upgrade_passes_with(amount: Rao) -> bool {
    let mut passes = false;
    chain(
        |_| {},
        || {
            let poll = propose(frame_system::RawOrigin::Root, frame_system::Call::remark { remark: vec![1] });
            fund(&account(98), amount);
            let able = Balances::total_issuance() - Balances::free_balance(Emission::pot());
            assert!(able < governance::votes::Electorate::least() && amount > able / 10, "of {able} RAO that can vote");
            assert_ok!(aye(98, poll, amount));
            passes = decide(poll);
        },
    );
    passes
}

#[test]
fn while_there_is_little_tao_root_is_not_for_sale() {
    // In two weeks a local chain emits 280 TAO. A tenth of that decides, though a tenth of what can vote is less.
    assert!(!upgrade_passes_with(27 * TAO));
    assert!(upgrade_passes_with(40 * TAO));
}

#[test]
fn what_more_are_against_does_not_pass() {
    chain(
        |_| {},
        || {
            let poll = propose(Origin::Parameters, faster());
            fund(&account(98), 1_000 * TAO);
            fund(&account(97), 1_001 * TAO);
            assert_ok!(aye(98, poll, 1_000 * TAO));
            assert_ok!(vote(97, poll, false, Conviction::Locked1x, 1_001 * TAO));
            assert!(!decide(poll));
        },
    );
}

#[test]
fn a_referendum_of_a_majority_is_over_in_two_minutes_on_a_local_network() {
    chain(
        |_| {},
        || {
            let start = System::block_number();
            assert_ok!(enact(frame_system::RawOrigin::Root, frame_system::Call::remark { remark: vec![1] }));
            assert!(System::block_number() - start <= 120);
        },
    );
}

#[test]
fn defect_3_without_a_key_sudo_does_nothing() {
    chain(
        |_| {},
        || {
            for who in [account(1), sp_keyring::Sr25519Keyring::Alice.to_account_id()] {
                assert!(Sudo::sudo(RuntimeOrigin::signed(who), Box::new(faster().into())).is_err());
            }
        },
    );
}

trait DispatchAs {
    fn dispatch_as(self, origin: RuntimeOrigin) -> DispatchResult;
}

impl DispatchAs for RuntimeCall {
    fn dispatch_as(self, origin: RuntimeOrigin) -> DispatchResult {
        use sp_runtime::traits::Dispatchable;
        self.dispatch(origin).map(|_| ()).map_err(|failed| failed.error)
    }
}
