//! Pay, slashes and key swaps cost the same however many people they concern.

use crate::world::*;
use frame_support::{assert_ok, traits::fungible::Mutate};
use ganglion_pallet_staking::{Backed, Nominations, Pay, Shares, StakePages, Stakes, TotalStake, MAX_POSITIONS};
use ganglion_primitives::{ColdkeyId, HotkeyId};
use sp_runtime::Perbill;

/// Rows that `act` wrote, and the trie nodes that it read.
fn cost(state: &mut sp_io::TestExternalities, act: impl FnOnce()) -> (usize, usize) {
    state.commit_all().expect("commits");
    let (_, proof) = state.execute_and_prove(act);
    let written = state.overlayed_changes().changes().count();
    state.commit_all().expect("commits");
    (written, proof.len())
}

/// A ledger where hotkey 100 of coldkey 1 has `count` nominators besides.
fn nominated(count: u64) -> (sp_io::TestExternalities, HotkeyId) {
    let mut state = ledger();
    let hotkey = state.execute_with(|| {
        let hotkey = register(100, 1);
        add(1, 100, TAO).expect("stakes");
        add(2, 100, TAO).expect("stakes");
        // The others' rows directly: it is their number that matters, not how they came.
        let mut stake = Stakes::<Ledger>::get(hotkey);
        for coldkey in (0..count).map(|number| 10_000 + number) {
            let id = Staking::ensure_coldkey(&coldkey).expect("fits");
            let mut shares = Shares::default();
            stake.fund.deposit(&mut shares, TAO).expect("fits");
            Nominations::<Ledger>::insert(hotkey, id, shares);
            assert!(Backed::<Ledger>::mutate(id, |list| list.try_push(hotkey)).is_ok());
        }
        TotalStake::<Ledger>::mutate(|total| *total += count * TAO);
        assert_ok!(Balances::mint_into(&Staking::pot(), count * TAO));
        StakePages::<Ledger>::mutate(0, |page| page[0] = (hotkey, stake));
        System::reset_events();
        check();
        hotkey
    });
    (state, hotkey)
}

fn pay(hotkey: HotkeyId) {
    assert_ok!(Staking::pay_from(&9, |payout| Ok(payout.credit(hotkey, Pay { incentive: TAO, dividends: TAO })?)));
}

/// `protocol.md` §14, defect 26: the original's blocks looped over all nominators of a paid hotkey.
#[test]
fn paying_a_validator_costs_the_same_with_10_and_with_10_000_nominators() {
    let [few, many] = [10, 10_000].map(|count| {
        let (mut state, hotkey) = nominated(count);
        let cost = cost(&mut state, || pay(hotkey));
        state.execute_with(check);
        cost
    });
    // Stake, total, two balances, and System's events.
    assert_eq!(few.0, many.0, "rows written");
    assert!(many.0 <= 8, "{} rows are written", many.0);
    // The trie is deeper, by a level or two a row.
    assert!(many.1 <= few.1 + 16, "{} trie nodes read instead of {}", many.1, few.1);
}

#[test]
fn a_slash_costs_the_same_with_10_and_with_10_000_nominators() {
    let [few, many] = [10, 10_000].map(|count| {
        let (mut state, hotkey) = nominated(count);
        cost(&mut state, || assert!(Staking::slash(hotkey, Perbill::from_percent(10)) > 0))
    });
    assert_eq!(few.0, many.0, "rows written");
    assert!(many.1 <= few.1 + 16, "{} trie nodes read instead of {}", many.1, few.1);
}

#[test]
fn an_epoch_writes_one_row_for_sixteen_hotkeys_and_the_total_once() {
    let mut state = ledger();
    let hotkeys: Vec<_> =
        state.execute_with(|| (0..100).map(|number| register(1_000 + number, 1 + number % 50)).collect());
    let of = |state: &mut sp_io::TestExternalities, paid: &[HotkeyId]| {
        cost(state, || {
            assert_ok!(Staking::pay_from(&9, |payout| {
                paid.iter().try_for_each(|hotkey| payout.credit(*hotkey, Pay { incentive: 5, dividends: 5 }))?;
                Ok(())
            }));
        })
        .0
    };
    of(&mut state, &hotkeys);
    let (one, all) = (of(&mut state, &hotkeys[..1]), of(&mut state, &hotkeys));
    // A hundred that joined one after the other lie on seven pages.
    assert_eq!(all - one, 6);
    state.execute_with(check);
}

#[test]
fn swapping_a_coldkey_with_256_positions_changes_six_rows() {
    let mut state = ledger();
    state.execute_with(|| {
        for hotkey in 1_000..1_000 + u64::from(MAX_POSITIONS) {
            register(hotkey, 2);
            add(1, hotkey, TAO).expect("stakes");
        }
        assert_eq!(Staking::positions(&1).len(), 256);
    });
    let (written, _) = cost(&mut state, || assert!(Staking::rekey_coldkey(&1, &11).is_ok()));
    // The row of the identity, the old key's and the new key's, what both were before, and the new account's reference.
    assert_eq!(written, 6);
    state.execute_with(|| {
        assert_eq!(Staking::staked_by(&11), 256 * TAO);
        assert_eq!(Staking::coldkey_id(&11), Some(ColdkeyId(1)));
        check();
    });
}

#[test]
fn swapping_a_hotkey_with_10_000_nominators_changes_five_rows() {
    let (mut state, hotkey) = nominated(10_000);
    let (written, _) = cost(&mut state, || assert!(Staking::rekey_hotkey(&100, &99).is_ok()));
    // The row of the identity, the old key's and the new key's, that the old one is retired, the new account's reference.
    assert_eq!(written, 5);
    state.execute_with(|| {
        assert_eq!(Staking::hotkey_account(hotkey), Some(99));
        check();
    });
}
