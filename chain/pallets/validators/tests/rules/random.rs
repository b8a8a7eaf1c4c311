//! Whatever people do, somebody writes blocks, and who does answers for it.

use crate::ledger::*;
use frame_support::storage::with_storage_layer;
use ganglion_pallet_validators::{producer_account, Attendances, Candidates, RootVotes, Standings};
use ganglion_primitives::{HotkeyId, NetUid, Rao, TAO};
use pallet_staking::Surety;
use proptest::prelude::*;
use sp_runtime::{DispatchResult, Perbill};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};
use std::collections::BTreeSet;

/// Keys are few, so that they meet. The first are the founders'.
const KEYS: u8 = 9;

#[derive(Clone, Debug)]
enum Act {
    Join(u16, u8),
    Stake(u8, Rao),
    Unstake(u8, Rao),
    SetKeys(u8),
    Chill(u8),
    Stand(u8),
    Vote(u8, Vec<(u16, u16)>),
    SwapHotkey(u8, u8),
    Offend(u64, u32),
    Leave(u64),
    Return(u64),
    Dissolve(u16),
    Pass(u64),
}

fn key() -> impl Strategy<Value = u8> {
    1..=KEYS
}

fn act() -> impl Strategy<Value = Act> {
    let votes = prop::collection::vec((1..4u16, any::<u16>()), 0..3);
    prop_oneof![
        6 => (1..3u16, key()).prop_map(|(netuid, hotkey)| Act::Join(netuid, hotkey)),
        6 => (key(), 1..1_000 * TAO).prop_map(|(hotkey, amount)| Act::Stake(hotkey, amount)),
        2 => (key(), 1..1_000 * TAO).prop_map(|(hotkey, amount)| Act::Unstake(hotkey, amount)),
        6 => key().prop_map(Act::SetKeys),
        1 => key().prop_map(Act::Chill),
        2 => key().prop_map(Act::Stand),
        2 => (key(), votes).prop_map(|(hotkey, votes)| Act::Vote(hotkey, votes)),
        1 => (key(), key()).prop_map(|(old, new)| Act::SwapHotkey(old, new)),
        1 => (0..9u64, 0..=1_000_000_000u32).prop_map(|(hotkey, part)| Act::Offend(hotkey, part)),
        2 => (0..9u64).prop_map(Act::Leave),
        3 => (0..9u64).prop_map(Act::Return),
        1 => (1..3u16).prop_map(Act::Dissolve),
        10 => (1..2 * SESSION).prop_map(Act::Pass),
    ]
}

fn signed(key: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

fn run(act: Act) -> DispatchResult {
    match act {
        Act::Join(netuid, hotkey) => join(netuid, hotkey),
        Act::Stake(hotkey, amount) => Staking::add_stake(signed(RICH), account(hotkey), amount),
        Act::Unstake(hotkey, amount) => Staking::remove_stake(signed(RICH), account(hotkey), amount),
        Act::SetKeys(hotkey) => set_keys(hotkey),
        Act::Chill(hotkey) => Validators::chill(signed(hotkey), account(hotkey)),
        Act::Stand(hotkey) => Validators::stand(signed(hotkey), account(hotkey)),
        Act::Vote(hotkey, votes) => {
            let weights: Vec<_> = votes.into_iter().map(|(netuid, weight)| (NetUid(netuid), weight)).collect();
            Validators::set_root_weights(signed(hotkey), weights.try_into().expect("fits"))
        }
        Act::SwapHotkey(old, new) => Neurons::swap_hotkey(signed(RICH), account(old), account(new)),
        Act::Offend(hotkey, part) => {
            offend(HotkeyId(hotkey), Perbill::from_parts(part));
            Ok(())
        }
        Act::Leave(hotkey) => {
            Away::mutate(|away| away.insert(HotkeyId(hotkey)));
            Ok(())
        }
        Act::Return(hotkey) => {
            Away::mutate(|away| away.remove(&HotkeyId(hotkey)));
            Ok(())
        }
        Act::Dissolve(netuid) => Subnets::dissolve(RuntimeOrigin::root(), NetUid(netuid)),
        Act::Pass(blocks) => {
            for _ in 0..blocks {
                next_block();
                // Between sessions little changes by itself.
                if System::block_number().is_multiple_of(SESSION) {
                    check();
                }
            }
            Ok(())
        }
    }
}

/// A member of this session signed what contradicts itself. It loses a part of its stake, and is chilled.
fn offend(hotkey: HotkeyId, part: Perbill) {
    if !Validators::active().any(|member| member == hotkey) {
        return;
    }
    let before = Staking::stake_on(hotkey);
    let details = OffenceDetails { offender: (producer_account(hotkey), ()), reporters: vec![] };
    Validators::on_offence(&[details], &[part], Session::current_index());
    assert!(Staking::stake_on(hotkey) <= before, "an offence paid");
    assert!(Validators::is_chilled(hotkey), "an offender can be elected");
}

fn check() {
    Staking::check_invariants().expect("staking");
    Neurons::check_invariants().expect("neurons");
    Validators::check_invariants().expect("validators");
    let members: BTreeSet<HotkeyId> = Validators::active().collect();
    let next: BTreeSet<HotkeyId> = Validators::planned().collect();
    check_probation(&next);
    for hotkey in members.iter().chain(&next) {
        assert!(Validators::is_bound(*hotkey), "a member's stake could leave");
    }
    for (stake, votes) in Validators::votes() {
        assert!(votes.is_empty() || stake <= pallet_staking::TotalStake::<Ledger>::get());
    }
    for candidate in Candidates::<Ledger>::get() {
        assert!(Standings::<Ledger>::contains_key(candidate.hotkey), "a candidate has no standing");
    }
}

/// A third of the seats at most is on probation when a session is planned, or a single one; where nobody is known to be
/// there, whoever sat goes on. Between two plans members may become present, so that this is checked in a session's
/// first block.
fn check_probation(planned: &BTreeSet<HotkeyId>) {
    if !System::block_number().is_multiple_of(SESSION) {
        return;
    }
    let present = |hotkey: &&HotkeyId| Attendances::<Ledger>::get(hotkey).is_some_and(|row| row.present);
    let there = planned.iter().filter(present).count();
    let probation = planned.len() - there;
    let newcomers = match there {
        0 => planned.iter().filter(|hotkey| !Attendances::<Ledger>::contains_key(hotkey)).count(),
        _ => probation,
    };
    assert!(newcomers <= (there / 2).max(1), "{newcomers} on probation beside {there}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn somebody_writes_blocks_and_answers_for_it(acts in prop::collection::vec(act(), 1..50)) {
        ledger().execute_with(|| {
            for act in acts {
                // Calls are transactions: a refusal changes nothing.
                let _ = with_storage_layer(|| run(act));
                check();
            }
        });
    }

    #[test]
    fn the_richest_are_elected_in_the_end(stakes in prop::collection::vec(1..1_000u64, 3..6)) {
        ledger().execute_with(|| {
            for (hotkey, stake) in (3..).zip(&stakes) {
                join(1, hotkey).expect("there is room");
                Staking::add_stake(signed(RICH), account(hotkey), stake * TAO).expect("is rich");
                set_keys(hotkey).expect("has a seat");
            }
            // A newcomer a session, each writes its first block in the session after.
            (0..20 * SESSION).for_each(|_| next_block());
            check();
            let elected: BTreeSet<HotkeyId> = Validators::active().collect();
            let expected: BTreeSet<HotkeyId> =
                (3..).take(stakes.len()).filter_map(|hotkey: u8| Staking::hotkey_id(&account(hotkey))).collect();
            prop_assert_eq!(elected, expected, "founders have left, and all with stake have a seat");
            Ok(())
        })?;
    }
}
