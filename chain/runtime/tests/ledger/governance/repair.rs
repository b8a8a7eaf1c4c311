//! A migration that fails leaves the chain to governance, and to nobody else.

use super::*;
use crate::blocks;
use frame_support::migrations::MigrationStatusHandler;
use ganglion_runtime::governance::{origins::FailedMigration, repair::Failure};
use pallet_migrations::{ActiveCursor, Cursor, MigrationCursor};
use sp_runtime::{transaction_validity::InvalidTransaction, ApplyExtrinsicResult};

/// An upgrade arrives in the middle of a migration, which counts as that migration's failure.
fn fail() {
    let cursor = ActiveCursor { index: 0, inner_cursor: None, started_at: System::block_number() };
    Cursor::<Runtime>::put(MigrationCursor::Active(cursor));
    frame_system::LastRuntimeUpgrade::<Runtime>::kill();
    next_block();
}

/// The chain after a failed migration; account 12 has 100 TAO.
fn broken(scenario: impl FnOnce()) {
    chain(
        |_| {},
        || {
            fund(&account(12), 100 * TAO);
            fail();
            scenario();
        },
    );
}

fn transfer() -> RuntimeCall {
    pallet_balances::Call::<Runtime>::transfer_allow_death { dest: account(13).into(), value: TAO }.into()
}

fn filtered() -> ApplyExtrinsicResult {
    Ok(Err(frame_system::Error::<Runtime>::CallFiltered.into()))
}

#[test]
fn a_failed_migration_does_not_stop_transactions_for_ever_and_is_seen() {
    broken(|| {
        assert!(!Cursor::<Runtime>::exists(), "while there is a cursor blocks take no transactions");
        System::assert_has_event(pallet_migrations::Event::<Runtime>::UpgradeFailed.into());
        let failure = Failure { migration: Some(0), spec_version: VERSION.spec_version };
        assert_eq!(FailedMigration::<Runtime>::get(), Some(failure));
        run_to(System::block_number() + 30);
        assert_eq!(FailedMigration::<Runtime>::get(), Some(failure));
    });
}

#[test]
fn half_a_state_is_not_used() {
    broken(|| {
        assert_eq!(submit(&account(12), transfer()), filtered());
        let batch = pallet_utility::Call::<Runtime>::batch_all { calls: vec![transfer()] };
        assert_eq!(submit(&account(12), batch), filtered());
        // Work is without a fee: what would fail must not fill blocks.
        let block_number = System::block_number() - 1;
        let (hotkey, coldkey) = (account(1), account(11));
        let nonce = work(TEXT, block_number, &hotkey, &coldkey);
        let register = pallet_neurons::Call::<Runtime>::register { netuid: TEXT, block_number, nonce, hotkey, coldkey };
        let refused = blocks::apply(UncheckedExtrinsic::new_bare(register.into()));
        assert_eq!(refused, Err(InvalidTransaction::Call.into()));
    });
}

#[test]
fn governance_mends_a_chain_whose_migration_failed() {
    broken(|| {
        let poll = any_poll();
        let vote = AccountVote::Standard { vote: Vote { aye: true, conviction: Conviction::None }, balance: TAO };
        let vote = pallet_conviction_voting::Call::<Runtime>::vote { poll_index: poll, vote };
        assert_ok!(submit(&account(12), vote).expect("taken"));
        let keys = vec![FailedMigration::<Runtime>::hashed_key().to_vec()];
        assert_ok!(enact(frame_system::RawOrigin::Root, frame_system::Call::kill_storage { keys }));
        assert_ok!(submit(&account(12), transfer()).expect("taken"));
    });
}

#[test]
fn the_next_runtime_or_a_migration_that_completes_ends_the_repair() {
    broken(|| {
        FailedMigration::<Runtime>::mutate(|failure| failure.as_mut().expect("failed").spec_version -= 1);
        assert_ok!(submit(&account(12), transfer()).expect("taken"));
        fail();
        assert_eq!(submit(&account(12), transfer()), filtered());
        <Runtime as pallet_migrations::Config>::MigrationStatusHandler::completed();
        assert_ok!(submit(&account(12), transfer()).expect("taken"));
    });
}
