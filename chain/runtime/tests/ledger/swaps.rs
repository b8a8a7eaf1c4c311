//! Key swaps: what moves, what stays, and who can stop them.

use crate::{
    rows::{changed, everything, ours, rows},
    world::*,
};
use frame_support::{assert_noop, assert_ok, traits::Get};
use ganglion_primitives::{Endpoint, Rao, RetryIn, TAO};
use ganglion_runtime::*;
use pallet_neurons::Error;
use pallet_staking::Error as StakingError;
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{InvalidTransaction, TransactionSource},
};
use std::collections::BTreeSet;

const HOTKEY: u8 = 2;
const COLDKEY: u8 = 12;
const NEW: u8 = 99;
const NOMINATOR: u8 = 50;

fn signed(number: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(number))
}

/// A validator (hotkey 2, coldkey 12) with an endpoint, weights, a nominator, and 10 TAO on its coldkey.
fn settled(scenario: impl FnOnce()) {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            let endpoint = Endpoint::new("127.0.0.1:8091".parse().expect("address"), 1);
            assert_ok!(Neurons::serve_axon(signed(HOTKEY), TEXT, endpoint));
            set_weights(HOTKEY, &[(miner, 1)]).expect("has a permit");
            stake(NOMINATOR, HOTKEY, 5 * TAO);
            stake(COLDKEY, HOTKEY, 3 * TAO);
            fund(&account(COLDKEY), 10 * TAO);
            scenario();
        },
    );
}

fn swap_hotkey(coldkey: u8, old: u8, new: u8) -> sp_runtime::DispatchResult {
    Neurons::swap_hotkey(signed(coldkey), account(old), account(new))
}

fn announce(old: u8, new: u8) -> sp_runtime::DispatchResult {
    Neurons::announce_coldkey_swap(signed(old), account(new))
}

fn carry_out(old: u8) -> sp_runtime::DispatchResult {
    let new = Neurons::coldkey_swap(&account(old)).map_or(account(77), |swap| swap.new);
    Neurons::swap_coldkey(RuntimeOrigin::signed(new), account(old))
}

fn delay() -> BlockNumber {
    <Runtime as pallet_neurons::Config>::ColdkeySwapDelay::get()
}

fn wait() {
    run_to(System::block_number() + delay());
}

fn recycled() -> Rao {
    pallet_emission::Recycled::<Runtime>::get()
}

#[test]
fn a_hotkey_swap_changes_one_row_and_nothing_that_is_bound_to_the_neuron() {
    settled(|| {
        let pallets = ["Subnets", "Neurons", "Weights", "Validators", "Access"];
        let (before, seat) = (rows(&pallets), Neurons::seat_of(TEXT, &account(HOTKEY)).ok());
        let (nominated, destroyed) = (Staking::stake_of(&account(NOMINATOR), &account(HOTKEY)), recycled());
        assert!(before.len() > pallets.len());
        assert_ok!(swap_hotkey(COLDKEY, HOTKEY, NEW));
        assert_eq!(rows(&pallets), before);
        assert_eq!(Neurons::seat_of(TEXT, &account(NEW)).ok(), seat);
        assert_eq!(Staking::stake_of(&account(NOMINATOR), &account(NEW)), nominated);
        assert_eq!(recycled(), destroyed + TAO);
        assert_eq!(Balances::free_balance(account(COLDKEY)), 9 * TAO);
    });
}

#[test]
fn after_a_hotkey_swap_the_new_key_acts_and_the_old_one_cannot() {
    settled(|| {
        assert_ok!(swap_hotkey(COLDKEY, HOTKEY, NEW));
        assert_eq!((System::sufficients(&account(HOTKEY)), System::sufficients(&account(NEW))), (1, 1));
        run_to(System::block_number() + 10);
        let miner = id(1);
        let refused = set_weights(HOTKEY, &[(miner, 1)]);
        assert_eq!(refused, Err(Error::<Runtime>::NotRegistered.into()));
        let set = pallet_weights::Call::set_weights { netuid: TEXT, weights: vec![(miner, 1)], version_key: 0 };
        assert_ok!(submit(&account(NEW), set).expect("needs no balance"));
        // For its owner the old key is free for another life, as another identity; for strangers it isn't.
        assert_eq!(join(HOTKEY, 60), Err(StakingError::<Runtime>::HotkeyRetired.into()));
        let former = id(NEW);
        assert_ne!(must_join(HOTKEY, COLDKEY), former);
    });
}

#[test]
fn a_hotkey_that_was_swapped_away_keeps_its_nonce() {
    settled(|| {
        let ask = || pallet_weights::Call::set_weights { netuid: TEXT, weights: vec![(id(1), 1)], version_key: 0 };
        run_to(System::block_number() + 10);
        assert_ok!(submit(&account(HOTKEY), ask()).expect("may set weights"));
        assert_ok!(swap_hotkey(COLDKEY, HOTKEY, NEW));
        // What it signed before would count again if its nonce started anew.
        assert_eq!(System::account_nonce(account(HOTKEY)), 1);
        fund(&account(HOTKEY), TAO);
        assert_ok!(Balances::transfer_all(signed(HOTKEY), account(77).into(), false));
        assert_eq!(System::account_nonce(account(HOTKEY)), 1);
    });
}

#[test]
fn a_hotkey_swap_is_refused_without_a_trace() {
    settled(|| {
        fund(&account(11), 10 * TAO);
        assert_noop!(swap_hotkey(11, HOTKEY, NEW), StakingError::<Runtime>::NotOwner);
        assert_noop!(swap_hotkey(COLDKEY, HOTKEY, HOTKEY), Error::<Runtime>::SameKey);
        assert_noop!(swap_hotkey(COLDKEY, 88, NEW), StakingError::<Runtime>::UnknownHotkey);
        // Defect 23: an error inside the swap, after it was paid, is not swallowed.
        assert_noop!(swap_hotkey(COLDKEY, HOTKEY, 1), StakingError::<Runtime>::HotkeyTaken);
        assert_ok!(Balances::transfer_allow_death(signed(COLDKEY), account(77).into(), 9 * TAO + 1));
        assert_noop!(swap_hotkey(COLDKEY, HOTKEY, NEW), Error::<Runtime>::CannotPaySwap);
    });
}

#[test]
fn a_coldkey_swap_is_announced_waits_and_moves_everything() {
    settled(|| {
        let lock = Subnets::lock_price();
        fund(&account(COLDKEY), lock + 1);
        assert_ok!(Subnets::create(signed(COLDKEY), b"audio".to_vec().try_into().expect("fits")));
        let netuid = *Subnets::netuids().last().expect("exists");
        let (destroyed, staked) = (recycled(), Staking::stake_of(&account(COLDKEY), &account(HOTKEY)));
        assert_ok!(announce(COLDKEY, NEW));
        assert_eq!(recycled(), destroyed + TAO, "paid at once");
        let due = System::block_number() + delay();
        let event = pallet_neurons::Event::ColdkeySwapAnnounced { old: account(COLDKEY), new: account(NEW), due };
        System::assert_last_event(event.into());
        assert_noop!(carry_out(COLDKEY), Error::<Runtime>::SwapNotDue(RetryIn::new(delay())));
        // Nothing has changed: the old key still owns and spends, the new one doesn't.
        assert_ok!(Balances::transfer_allow_death(signed(COLDKEY), account(77).into(), TAO));
        assert_ok!(Staking::set_take(signed(COLDKEY), account(HOTKEY), 1));
        assert_noop!(Staking::set_take(signed(NEW), account(HOTKEY), 0), StakingError::<Runtime>::NotOwner);
        run_to(due - 1);
        assert_noop!(carry_out(COLDKEY), Error::<Runtime>::SwapNotDue(RetryIn::new(1)));
        next_block();
        let moved = Balances::free_balance(account(COLDKEY));
        assert!(moved > 0);
        let bound = ["Subnets", "Weights", "Validators"];
        let before = rows(&bound);
        assert_ok!(carry_out(COLDKEY));
        assert_eq!(rows(&bound), before);
        assert_eq!(Balances::free_balance(account(NEW)), moved);
        assert_eq!(Balances::free_balance(account(COLDKEY)), 0);
        assert!(Staking::stake_of(&account(NEW), &account(HOTKEY)) >= staked);
        assert_eq!(Staking::stake_of(&account(COLDKEY), &account(HOTKEY)), 0);
        assert_eq!(Subnets::owner_account(netuid), Some(account(NEW)));
        assert_ok!(Staking::set_take(signed(NEW), account(HOTKEY), 0));
        assert_noop!(Staking::set_take(signed(COLDKEY), account(HOTKEY), 0), StakingError::<Runtime>::NotOwner);
        assert_noop!(carry_out(COLDKEY), Error::<Runtime>::NothingAnnounced);
        assert_noop!(carry_out(NEW), Error::<Runtime>::NothingAnnounced);
    });
}

/// The rows that change when a coldkey with `count` hotkeys and as many nominations is swapped. Each of its hotkeys has a
/// seat and stake.
fn changed_by_a_coldkey_swap(count: u8) -> BTreeSet<Vec<u8>> {
    let mut touched = BTreeSet::new();
    chain(
        |rules| {
            rules.min_difficulty = 1;
            rules.target_registrations = 100;
            rules.max_registrations_per_block = 100;
        },
        || {
            for (own, others) in (100..100 + count).zip(150..) {
                must_join(own, COLDKEY);
                must_join(others, 77);
                stake(COLDKEY, own, TAO);
                stake(COLDKEY, others, TAO);
            }
            assert_eq!(Staking::positions(&account(COLDKEY)).len(), 2 * usize::from(count));
            fund(&account(COLDKEY), 10 * TAO);
            assert_ok!(announce(COLDKEY, NEW));
            wait();
            let before = everything();
            assert_ok!(carry_out(COLDKEY));
            touched = changed(&before, &everything());
            let id = Staking::coldkey_id(&account(NEW)).expect("has taken over");
            let expected = [
                // Whose everything is, and the way there from the keys.
                pallet_staking::Coldkeys::<Runtime>::hashed_key_for(id),
                pallet_staking::ColdkeyIds::<Runtime>::hashed_key_for(account(COLDKEY)),
                pallet_staking::ColdkeyIds::<Runtime>::hashed_key_for(account(NEW)),
                pallet_staking::RetiredColdkeys::<Runtime>::hashed_key_for(account(COLDKEY)),
                // The announcement, which is over.
                pallet_neurons::ColdkeySwaps::<Runtime>::hashed_key_for(id),
                pallet_neurons::SwapTargets::<Runtime>::hashed_key_for(account(NEW)),
            ];
            assert_eq!(ours(&touched), expected.into_iter().collect());
        },
    );
    touched
}

#[test]
fn a_coldkey_swap_changes_the_same_few_rows_whatever_the_key_owns() {
    let (little, much) = (changed_by_a_coldkey_swap(1), changed_by_a_coldkey_swap(20));
    assert_eq!(much, little);
    // Beside ours: two accounts, and what the block's events say.
    assert!(little.len() <= 6 + 5, "{} rows", little.len());
}

#[test]
fn locked_tao_stays_with_the_old_account() {
    settled(|| {
        use frame_support::traits::{LockableCurrency, WithdrawReasons};
        Balances::set_lock(*b"a reason", &account(COLDKEY), 4 * TAO, WithdrawReasons::all());
        assert_ok!(announce(COLDKEY, NEW));
        wait();
        assert_ok!(carry_out(COLDKEY));
        assert_eq!(Balances::free_balance(account(COLDKEY)), 4 * TAO);
        assert_eq!(Balances::free_balance(account(NEW)), 5 * TAO);
    });
}

#[test]
fn an_emptied_account_cannot_stop_its_swap() {
    settled(|| {
        assert_ok!(announce(COLDKEY, NEW));
        assert_ok!(Balances::transfer_all(signed(COLDKEY), account(77).into(), false));
        wait();
        assert_ok!(carry_out(COLDKEY));
        assert!(Staking::stake_of(&account(NEW), &account(HOTKEY)) > 0);
    });
}

#[test]
fn an_announcement_is_refused_without_a_trace() {
    settled(|| {
        assert_noop!(announce(COLDKEY, COLDKEY), Error::<Runtime>::SameKey);
        assert_noop!(announce(COLDKEY, NOMINATOR), StakingError::<Runtime>::ColdkeyTaken);
        fund(&account(60), 2 * TAO);
        assert_noop!(announce(60, NEW), StakingError::<Runtime>::UnknownColdkey);
        assert_ok!(announce(COLDKEY, NEW));
        fund(&account(NOMINATOR), 2 * TAO);
        assert_noop!(announce(NOMINATOR, NEW), Error::<Runtime>::KeyAwaited);
        let rest = Balances::free_balance(account(NOMINATOR));
        assert_ok!(Balances::transfer_allow_death(signed(NOMINATOR), account(77).into(), rest - TAO + 1));
        assert_noop!(announce(NOMINATOR, 98), Error::<Runtime>::CannotPaySwap);
    });
}

#[test]
fn a_mistaken_announcement_can_be_replaced_and_the_delay_starts_anew() {
    settled(|| {
        assert_ok!(announce(COLDKEY, 98));
        run_to(System::block_number() + delay() - 1);
        assert_ok!(announce(COLDKEY, NEW));
        next_block();
        assert_noop!(carry_out(COLDKEY), Error::<Runtime>::SwapNotDue(RetryIn::new(delay() - 1)));
        wait();
        assert_ok!(carry_out(COLDKEY));
        assert!(Staking::coldkey_id(&account(98)).is_none());
        assert!(Staking::coldkey_id(&account(NEW)).is_some());
    });
}

#[test]
fn defect_23_a_disputed_swap_stands_still_until_root_dismisses_it() {
    settled(|| {
        let dispute = |by: RuntimeOrigin| Neurons::dispute_coldkey_swap(by, account(COLDKEY));
        assert_noop!(dispute(signed(COLDKEY)), Error::<Runtime>::NothingAnnounced);
        assert_ok!(announce(COLDKEY, NEW));
        assert_noop!(dispute(signed(NEW)), Error::<Runtime>::NotYourSwap);
        let resolve = |by, allow| Neurons::resolve_coldkey_swap(by, account(COLDKEY), allow);
        assert_noop!(resolve(RuntimeOrigin::root(), false), Error::<Runtime>::NotDisputed);
        assert_ok!(dispute(signed(COLDKEY)));
        assert_noop!(dispute(RuntimeOrigin::root()), Error::<Runtime>::SwapDisputed);
        wait();
        assert_noop!(carry_out(COLDKEY), Error::<Runtime>::SwapDisputed);
        assert_noop!(announce(COLDKEY, 98), Error::<Runtime>::SwapDisputed);
        // The swap is frozen, not the account.
        assert_ok!(Staking::remove_stake(signed(COLDKEY), account(HOTKEY), TAO));
        assert_noop!(resolve(signed(COLDKEY), true), sp_runtime::DispatchError::BadOrigin);
        assert_ok!(resolve(RuntimeOrigin::root(), false));
        assert_noop!(carry_out(COLDKEY), Error::<Runtime>::NothingAnnounced);
        assert!(Staking::coldkey_id(&account(COLDKEY)).is_some());
        assert_ok!(announce(COLDKEY, NEW));
    });
}

#[test]
fn root_ends_a_dispute_with_the_swap_itself() {
    settled(|| {
        assert_ok!(announce(COLDKEY, NEW));
        assert_ok!(Neurons::dispute_coldkey_swap(RuntimeOrigin::root(), account(COLDKEY)));
        assert_ok!(Neurons::resolve_coldkey_swap(RuntimeOrigin::root(), account(COLDKEY), true));
        assert_eq!(Staking::hotkey_id(&account(HOTKEY)).and_then(Staking::owner_account), Some(account(NEW)));
    });
}

#[test]
fn strangers_cannot_spoil_an_announced_swap_by_work() {
    settled(|| {
        assert_ok!(announce(COLDKEY, NEW));
        assert_eq!(join(60, NEW), Err(Error::<Runtime>::KeyAwaited.into()));
        let block_number = System::block_number() - 1;
        let (hotkey, coldkey) = (account(60), account(NEW));
        let nonce = work(TEXT, block_number, &hotkey, &coldkey);
        let call = pallet_neurons::Call::<Runtime>::register { netuid: TEXT, block_number, nonce, hotkey, coldkey };
        #[allow(deprecated)] // As the pallet that implements it says.
        let validity =
            <Neurons as sp_runtime::traits::ValidateUnsigned>::validate_unsigned(TransactionSource::External, &call);
        assert_eq!(validity, Err(InvalidTransaction::Custom(6).into()));
        wait();
        assert_ok!(carry_out(COLDKEY));
        // From now on it is a coldkey like any other.
        must_join(60, NEW);
    });
}

#[test]
fn a_new_key_that_became_a_coldkey_itself_ends_in_an_error_and_not_in_a_mixture() {
    settled(|| {
        assert_ok!(announce(COLDKEY, NEW));
        stake(NEW, HOTKEY, TAO);
        wait();
        assert_noop!(carry_out(COLDKEY), StakingError::<Runtime>::ColdkeyTaken);
        assert_ok!(announce(COLDKEY, 98));
        wait();
        assert_ok!(carry_out(COLDKEY));
    });
}

#[test]
fn nobody_is_made_the_heir_of_a_coldkey() {
    settled(|| {
        assert_ok!(announce(COLDKEY, NEW));
        wait();
        for stranger in [COLDKEY, 77] {
            let by = signed(stranger);
            assert_noop!(Neurons::swap_coldkey(by, account(COLDKEY)), Error::<Runtime>::NotTheNewKey);
        }
        assert_ok!(carry_out(COLDKEY));
    });
}

#[test]
fn a_key_that_is_named_against_its_will_declines_without_a_balance() {
    settled(|| {
        assert_ok!(announce(COLDKEY, NEW));
        assert_eq!(join(60, NEW), Err(Error::<Runtime>::KeyAwaited.into()));
        assert_noop!(Neurons::decline_coldkey_swap(signed(COLDKEY), account(COLDKEY)), Error::<Runtime>::NotTheNewKey);
        let decline = || pallet_neurons::Call::decline_coldkey_swap { old: account(COLDKEY) };
        assert_eq!(Balances::free_balance(account(NEW)), 0);
        assert_ok!(submit(&account(NEW), decline()).expect("is feeless"));
        assert!(Neurons::coldkey_swap(&account(COLDKEY)).is_none());
        // There is nothing more to decline: it isn't even taken into a block.
        assert!(submit(&account(NEW), decline()).is_err());
        must_join(60, NEW);
    });
}

#[test]
fn a_thief_does_not_get_rid_of_a_dispute_by_declining() {
    // NEW is the thief's own key, and the thief has the old one as well.
    settled(|| {
        assert_ok!(announce(COLDKEY, NEW));
        assert_ok!(Neurons::dispute_coldkey_swap(signed(COLDKEY), account(COLDKEY)));
        let decline = || Neurons::decline_coldkey_swap(signed(NEW), account(COLDKEY));
        assert_noop!(decline(), Error::<Runtime>::SwapDisputed);
        let call = pallet_neurons::Call::<Runtime>::decline_coldkey_swap { old: account(COLDKEY) };
        assert!(submit(&account(NEW), call).is_err(), "being feeless, it isn't even taken into a block");
        assert_noop!(announce(COLDKEY, 98), Error::<Runtime>::SwapDisputed);
        // Governance resolves it; what comes then can be declined like any other.
        assert_ok!(Neurons::resolve_coldkey_swap(RuntimeOrigin::root(), account(COLDKEY), false));
        assert_ok!(announce(COLDKEY, NEW));
        assert_ok!(decline());
    });
}

#[test]
fn a_key_that_waits_for_the_end_of_a_dispute_becomes_a_coldkey_with_tao() {
    settled(|| {
        assert_ok!(announce(COLDKEY, NEW));
        assert_ok!(Neurons::dispute_coldkey_swap(signed(COLDKEY), account(COLDKEY)));
        assert_eq!(join(60, NEW), Err(Error::<Runtime>::KeyAwaited.into()));
        stake(NEW, HOTKEY, TAO);
        assert!(Staking::coldkey_id(&account(NEW)).is_some());
        // Being one, it works like any other, however long the dispute lasts.
        must_join(60, NEW);
        assert!(Neurons::coldkey_swap(&account(COLDKEY)).is_some_and(|swap| swap.disputed));
    });
}

#[test]
fn the_rules_of_swaps_hold_in_a_batch() {
    settled(|| {
        let calls = vec![
            pallet_neurons::Call::announce_coldkey_swap { new: account(NEW) }.into(),
            pallet_neurons::Call::swap_coldkey { old: account(COLDKEY) }.into(),
        ];
        let batch = RuntimeCall::from(pallet_utility::Call::batch_all { calls });
        let result = batch.dispatch(signed(COLDKEY)).map_err(|failed| failed.error);
        assert_eq!(result.err(), Some(Error::<Runtime>::SwapNotDue(RetryIn::new(delay())).into()));
        assert!(Neurons::coldkey_swap(&account(COLDKEY)).is_none(), "all or nothing");
    });
}

#[test]
fn a_commitment_survives_a_swap_of_its_hotkey_and_is_revealed_once() {
    settled(|| {
        govern(pallet_subnets::HyperparameterUpdate {
            commit_reveal: Some(true),
            commit_interval: Some(20),
            ..Default::default()
        });
        run_to(60);
        let (weights, salt) = (vec![(id(1), 7)], [3; 16]);
        let hash = pallet_weights::commit_hash(&account(HOTKEY), TEXT, &weights, &salt, 0);
        assert_ok!(Weights::commit_weights(signed(HOTKEY), TEXT, hash));
        assert_ok!(swap_hotkey(COLDKEY, HOTKEY, NEW));
        let again = Weights::commit_weights(signed(NEW), TEXT, hash);
        assert!(again.is_err(), "one commitment an interval, whatever the key");
        run_to(80);
        let reveal = |key| Weights::reveal_weights(signed(key), TEXT, weights.clone(), salt, 0);
        assert_noop!(reveal(HOTKEY), Error::<Runtime>::NotRegistered);
        assert_ok!(reveal(NEW));
        assert_noop!(reveal(NEW), pallet_weights::Error::<Runtime>::NothingCommitted);
        assert_eq!(Weights::row(TEXT, id(NEW)).to_vec(), [(id(1), 65_535)]);
    });
}
