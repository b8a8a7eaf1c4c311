//! Fees: out of the balance, and out of stake for who has nothing else.

use crate::world::*;
use frame_support::{assert_ok, dispatch::GetDispatchInfo};
use ganglion_primitives::TAO;
use ganglion_runtime::*;
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use pallet_staking::WeightInfo;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

const CANNOT_PAY: Result<(), TransactionValidityError> =
    Err(TransactionValidityError::Invalid(InvalidTransaction::Payment));

/// Hotkey 1 of coldkey 11 mined: the coldkey has stake and no balance.
fn miner(scenario: impl FnOnce()) {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            set_weights(2, &[(miner, 1)]).expect("has a permit");
            run_to(130);
            assert!(Staking::stake_of(&account(11), &account(1)) > TAO, "is paid");
            assert_eq!(Balances::free_balance(account(11)), 0);
            scenario();
        },
    );
}

fn unstake(amount: u64) -> pallet_staking::Call<Runtime> {
    pallet_staking::Call::remove_stake { hotkey: account(1), amount }
}

#[test]
fn who_began_with_nothing_can_take_out_what_it_earned() {
    miner(|| {
        let stake = Staking::stake_of(&account(11), &account(1));
        assert_ok!(submit(&account(11), unstake(TAO)).expect("is paid for out of stake"));
        let free = Balances::free_balance(account(11));
        assert!((TAO..TAO + 2).contains(&free), "what was asked for, and the RAO that makes an account: {free}");
        let fee = stake - Staking::stake_of(&account(11), &account(1)) - free;
        assert!((1..TAO / 100).contains(&fee), "{fee}");
        // Now it has a balance for the next fee.
        let transfer = pallet_balances::Call::transfer_allow_death { dest: account(13).into(), value: TAO / 2 };
        assert_ok!(submit(&account(11), transfer).expect("is paid for"));
    });
}

#[test]
fn defect_14_a_fee_out_of_stake_is_recycled_like_any_other() {
    miner(|| {
        let recycled = pallet_emission::Recycled::<Runtime>::get();
        let issuance = Balances::total_issuance();
        assert_ok!(submit(&account(11), unstake(TAO)).expect("is paid for"));
        let fee = pallet_emission::Recycled::<Runtime>::get() - recycled;
        assert!(fee > 0);
        assert_eq!(Balances::total_issuance(), issuance - fee);
    });
}

#[test]
fn stake_pays_for_nothing_but_calls_about_stake() {
    miner(|| {
        let calls: [RuntimeCall; 3] = [
            frame_system::Call::remark { remark: vec![] }.into(),
            pallet_utility::Call::batch { calls: vec![unstake(TAO).into()] }.into(),
            pallet_neurons::Call::burned_register { netuid: TEXT, hotkey: account(5) }.into(),
        ];
        for call in calls {
            assert_eq!(submit(&account(11), call).map(|_| ()), CANNOT_PAY);
        }
    });
}

#[test]
fn a_failed_call_brings_no_stake_into_the_balance() {
    miner(|| {
        let free = || Balances::free_balance(account(11));
        for _ in 0..5 {
            let failed = submit(&account(11), unstake(u64::MAX)).expect("is paid for");
            assert!(failed.is_err());
            assert!(free() <= 2, "no more than makes an account: {}", free());
        }
    });
}

#[test]
fn who_has_neither_balance_nor_stake_pays_nothing() {
    miner(|| {
        assert_eq!(submit(&account(50), unstake(1)).map(|_| ()), CANNOT_PAY);
    });
}

#[test]
fn a_vote_that_freezes_the_balance_does_not_lock_its_owner_out() {
    miner(|| {
        fund(&account(11), TAO);
        fund(&account(99), 100 * TAO);
        let proposal = frame_support::traits::Bounded::Inline(Default::default());
        let origin = Box::new(governance::origins::Origin::Parameters.into());
        let after = frame_support::traits::schedule::DispatchTime::After(0);
        assert_ok!(Referenda::submit(RuntimeOrigin::signed(account(99)), origin, proposal, after));
        let vote = AccountVote::Standard {
            vote: Vote { aye: true, conviction: Conviction::Locked1x },
            balance: governance::votes::power(&account(11)),
        };
        assert_ok!(ConvictionVoting::vote(RuntimeOrigin::signed(account(11)), 0, vote));
        let remark = frame_system::Call::remark { remark: vec![] };
        assert_eq!(submit(&account(11), remark).map(|_| ()), CANNOT_PAY, "all of the balance votes");
        assert_ok!(submit(&account(11), unstake(TAO / 4)).expect("stake pays"));
        // The fee voted too, and is gone. Anybody may have the freeze made exact.
        let anybody = RuntimeOrigin::signed(account(77));
        assert_ok!(ConvictionVoting::unlock(anybody, governance::tracks::PARAMETERS, account(11).into()));
        assert_ok!(submit(&account(11), unstake(TAO / 4)).expect("stake pays again"));
        let rest = pallet_balances::Call::<Runtime>::transfer_allow_death { dest: account(13).into(), value: 1 };
        assert_eq!(submit(&account(11), rest.clone()).map(|_| ()), CANNOT_PAY, "all of the balance votes still");
        // It takes its vote back, paid out of stake, and is free.
        let class = governance::tracks::PARAMETERS;
        let back = pallet_conviction_voting::Call::<Runtime>::remove_vote { class: Some(class), index: 0 };
        assert_ok!(submit(&account(11), back).expect("stake pays for taking a vote back"));
        let free = pallet_conviction_voting::Call::<Runtime>::unlock { class, target: account(11).into() };
        assert_ok!(submit(&account(11), free).expect("and for freeing what it bound"));
        assert_ok!(submit(&account(11), rest).expect("nothing is frozen any more"));
    });
}

/// The staking pallet's benchmarks see nothing of it, since nobody votes there.
#[test]
fn who_takes_stake_out_is_charged_for_the_freeze_of_what_votes_bind() {
    let declared = |call: pallet_staking::Call<Runtime>| RuntimeCall::from(call).get_dispatch_info().call_weight;
    // Read: what votes bind, the balance's locks, its freezes. Written: its locks.
    let freeze = <Runtime as frame_system::Config>::DbWeight::get().reads_writes(3, 1);
    let beside = <() as WeightInfo>::pay_from_stake().saturating_add(freeze);
    for (declared, measured) in [
        (declared(unstake(1)), <() as WeightInfo>::remove_stake()),
        (declared(pallet_staking::Call::withdraw { hotkey: account(1) }), <() as WeightInfo>::withdraw()),
    ] {
        let due = measured.saturating_add(beside);
        assert!(declared.all_gte(due), "{declared} is less than {due}");
    }
}

#[test]
fn a_feeless_call_that_would_fail_is_in_no_block() {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            let weights = |weights| pallet_weights::Call::set_weights { netuid: TEXT, weights, version_key: 0 };
            let nonce = System::account_nonce(account(2));
            let twice = submit(&account(2), weights(vec![(miner, 1), (miner, 2)]));
            match twice.map(|_| ()) {
                Err(TransactionValidityError::Invalid(InvalidTransaction::Custom(code))) => {
                    assert!((64..96).contains(&code))
                }
                other => panic!("spam got into a block: {other:?}"),
            }
            assert_eq!(System::account_nonce(account(2)), nonce);
            assert_ok!(submit(&account(2), weights(vec![(miner, 1)])).expect("is taken"));
        },
    );
}
