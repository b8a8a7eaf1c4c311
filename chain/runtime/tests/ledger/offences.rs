//! What equivocations cost, and whose stake answers for them.

use crate::{crimes, world::*};
use frame_support::{assert_noop, assert_ok, traits::Get};
use ganglion_primitives::{HotkeyId, Rao, TAO};
use ganglion_runtime::*;
use pallet_validators::{producer_account, ChillCause, Event, Slashed};
use serde_json::json;
use sp_runtime::{DispatchResult, Perbill};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

/// Four elected members, hotkeys 1 to 4 with 100 TAO each of coldkeys 101 to 104, who write all blocks.
fn four_members(scenario: impl FnOnce()) {
    let patch = json!({ "validators": { "sessionSlots": 20 }, "governance": { "dayLength": 240 } });
    chain_from(genesis::LOCAL, patch, || {
        pallet_subnets::Parameters::<Runtime>::mutate(TEXT, |rules| {
            rules.min_difficulty = 1;
            // No pay: stake changes by slashes only.
            rules.tempo = 7_200;
            rules.activity_cutoff = 7_201;
        });
        for number in 1..=4 {
            must_join(number, number + 100);
            stake(number + 100, number, 100 * TAO);
            set_keys(number).expect("has a seat");
        }
        while Validators::members().iter().any(|member| member.founder) || Validators::members().len() < 4 {
            assert!(System::block_number() < 1_000, "they are never elected");
            next_block();
        }
        run_sessions(2);
        scenario();
    });
}

fn hotkey(number: u8) -> HotkeyId {
    Staking::hotkey_id(&account(number)).expect("is known")
}

fn stake_on(number: u8) -> Rao {
    Staking::stake_on(hotkey(number))
}

fn report_double_block(number: u8) -> DispatchResult {
    let (key, _) = secrets(number);
    let membership = crimes::babe_membership(&key).expect("is a member");
    let proof = Box::new(crimes::double_block(&key));
    Babe::report_equivocation_unsigned(RuntimeOrigin::none(), proof, membership)
        .map(|_| ())
        .map_err(|error| error.error)
}

/// What the offences pallet would call for `numbers` who offended together, in this session.
fn offend(numbers: &[u8], percent: u32) {
    let offender = |number: &u8| (producer_account(hotkey(*number)), ());
    let details: Vec<_> = numbers
        .iter()
        .map(|number| OffenceDetails { offender: offender(number), reporters: vec![account(9)] })
        .collect();
    let fractions = vec![Perbill::from_percent(percent); numbers.len()];
    Validators::on_offence(&details, &fractions, Session::current_index());
}

/// Hotkey `number` has lost `percent` of its stake for this session's offences, `slashed` RAO of it now.
fn assert_punished(number: u8, percent: u32, slashed: Rao) {
    let (hotkey, session, fraction) = (hotkey(number), Session::current_index(), Perbill::from_percent(percent));
    System::assert_has_event(Event::<Runtime>::OffencePunished { hotkey, session, fraction, slashed }.into());
    let (cause, until) = (ChillCause::Offence, session + 2);
    System::assert_has_event(Event::<Runtime>::Chilled { hotkey, cause, until }.into());
}

#[test]
fn a_vote_for_two_blocks_in_a_round_is_an_offence_too() {
    four_members(|| {
        let (_, key) = secrets(2);
        let proof = Box::new(crimes::double_vote(&key));
        let membership = crimes::grandpa_membership(&key).expect("is a member");
        let report = || {
            let report = Grandpa::report_equivocation_unsigned;
            report(RuntimeOrigin::none(), proof.clone(), membership.clone()).map(|_| ()).map_err(|error| error.error)
        };
        assert_ok!(report());
        // (3/4)² of the stake.
        assert_eq!(stake_on(2), 100 * TAO - 100 * TAO * 9 / 16);
        assert!(Validators::is_chilled(hotkey(2)));
        assert_noop!(report(), pallet_grandpa::Error::<Runtime>::DuplicateOffenceReport);
    });
}

#[test]
fn what_is_slashed_is_recycled_and_nobody_is_rewarded() {
    four_members(|| {
        let accounts = || -> Vec<_> {
            let without_pots = |(account, _): &(AccountId, _)| *account != Staking::pot();
            let mut all: Vec<_> = frame_system::Account::<Runtime>::iter().filter(without_pots).collect();
            all.sort_by(|one, other| one.0.cmp(&other.0));
            all.into_iter().map(|(account, row)| (account, row.data.free)).collect()
        };
        let (issuance, before) = (Balances::total_issuance(), accounts());
        assert_ok!(report_double_block(1));
        let slashed = 100 * TAO - stake_on(1);
        assert!(slashed > 0);
        assert_eq!(Balances::total_issuance(), issuance - slashed);
        assert_eq!(accounts(), before);
    });
}

#[test]
fn offences_of_one_session_cost_as_much_as_the_dearest() {
    four_members(|| {
        offend(&[1], 20);
        assert_eq!(stake_on(1), 80 * TAO);
        assert_punished(1, 20, 20 * TAO);
        // Two at once: the fraction is higher, and is what each has lost in all.
        offend(&[1, 2], 50);
        assert_eq!((stake_on(1), stake_on(2)), (50 * TAO, 50 * TAO));
        assert_punished(1, 50, 30 * TAO);
        assert_punished(2, 50, 50 * TAO);
        offend(&[1], 30);
        assert_eq!(stake_on(1), 50 * TAO);
        // Another session counts anew.
        run_sessions(1);
        offend(&[1], 20);
        assert_eq!(stake_on(1), 40 * TAO);
    });
}

#[test]
fn an_offence_costs_at_least_the_minimum() {
    four_members(|| {
        offend(&[3], 0);
        let least = <<Runtime as pallet_validators::Config>::MinSlash as Get<Perbill>>::get();
        assert_eq!(stake_on(3), 100 * TAO - least.mul_floor(100 * TAO));
    });
}

#[test]
fn among_three_members_an_equivocation_costs_everything() {
    chain(
        |rules| rules.min_difficulty = 1,
        || {
            must_join(1, 101);
            stake(101, 1, 100 * TAO);
            set_keys(1).expect("has a seat");
            while !Validators::is_member(hotkey(1)) {
                assert!(System::block_number() < 1_000, "it is never elected");
                next_block();
            }
            assert_eq!(Validators::members().len(), 3, "with two founders");
            assert_ok!(report_double_block(1));
            // One of three can stop finality: (3/3)² of the stake.
            assert_eq!(stake_on(1), 0);
            run_sessions(2);
            assert_ok!(Validators::stand(RuntimeOrigin::signed(account(1)), account(1)));
            run_sessions(3);
            assert!(!Validators::is_member(hotkey(1)), "without stake nobody is elected");
        },
    );
}

#[test]
fn who_offended_is_not_elected_until_it_stands_again() {
    four_members(|| {
        assert_ok!(report_double_block(4));
        let member = |number| Validators::is_member(hotkey(number));
        run_sessions(2);
        // It would still have more stake than the founders who fill its place.
        assert!(!member(4) && stake_on(4) > 0 && (1..=3).all(member));
        run_sessions(3);
        assert!(!member(4));
        assert_ok!(Validators::stand(RuntimeOrigin::signed(account(104)), account(4)));
        run_sessions(3);
        assert!(member(4));
    });
}

#[test]
fn one_who_was_planned_before_its_offence_serves_disabled() {
    four_members(|| {
        let index = || Session::validators().iter().position(|member| *member == producer_account(hotkey(4)));
        assert_ok!(report_double_block(4));
        let before = index().expect("is a member") as u32;
        assert!(Session::disabled_validators().contains(&before));
        // Without its blocks: it may write none.
        away(&[4]);
        run_sessions(1);
        let after = index().expect("the next session was planned") as u32;
        assert!(Session::disabled_validators().contains(&after));
    });
}

#[test]
fn offences_can_be_proved_in_the_next_session_though_keys_and_hotkey_changed() {
    four_members(|| {
        let (key, _) = secrets(1);
        let (proof, membership) = (crimes::double_block(&key), crimes::babe_membership(&key).expect("is a member"));
        run_to(System::block_number() + 10);
        fund(&account(101), 10 * TAO);
        assert_ok!(Neurons::swap_hotkey(RuntimeOrigin::signed(account(101)), account(1), account(51)));
        let proved = crate::world::proof(51, &account(51));
        assert_ok!(Validators::set_keys(RuntimeOrigin::signed(account(51)), account(51), keys(51), proved));
        run_sessions(2);
        let report = Babe::report_equivocation_unsigned(RuntimeOrigin::none(), Box::new(proof), membership);
        assert_ok!(report.map(|_| ()).map_err(|error| error.error));
        assert!(stake_on(51) < 100 * TAO);
        assert!(Validators::is_chilled(hotkey(51)));
    });
}

#[test]
fn stake_behind_a_member_leaves_after_the_slash_window_and_other_stake_at_once() {
    four_members(|| {
        let window = <<Runtime as pallet_staking::Config>::SlashWindow as Get<BlockNumber>>::get();
        let unstake = |coldkey: u8, hotkey: u8, amount| {
            Staking::remove_stake(RuntimeOrigin::signed(account(coldkey)), account(hotkey), amount)
        };
        must_join(5, 105);
        stake(105, 5, 10 * TAO);
        assert_ok!(unstake(105, 5, 10 * TAO));
        assert_eq!(Balances::free_balance(account(105)), 10 * TAO);

        assert_ok!(unstake(101, 1, 10 * TAO));
        assert_eq!(Balances::free_balance(account(101)), 0);
        // An offence takes its part of what is leaving.
        offend(&[1], 50);
        let leaving = Staking::leaving(&account(101));
        assert_eq!(leaving, [(account(1), 5 * TAO, System::block_number() + window)]);

        // Membership ends; stake is bound for one more window.
        while Validators::is_member(hotkey(1)) {
            next_block();
        }
        let left = System::block_number();
        assert_ok!(unstake(101, 1, TAO));
        assert_eq!(Balances::free_balance(account(101)), 0);
        run_to(left + window);
        assert_ok!(unstake(101, 1, TAO));
        assert_eq!(Balances::free_balance(account(101)), TAO);
        assert_ok!(Staking::withdraw(RuntimeOrigin::signed(account(101)), account(1)));
        assert!(Balances::free_balance(account(101)) >= 7 * TAO - 2);
    });
}

#[test]
fn history_is_kept_for_the_slash_window_only() {
    four_members(|| {
        let depth: u64 = pallet_validators::HistoryDepth::<Runtime>::get();
        offend(&[1], 20);
        let session = Session::current_index();
        assert_eq!(Slashed::<Runtime>::iter_prefix(session).count(), 1);
        let end = session + depth as u32 + 2;
        // Whole sessions in a few blocks: nothing here depends on what happens in them.
        while Session::current_index() < end {
            next_block();
        }
        assert_eq!(Slashed::<Runtime>::iter().count(), 0);
        let (first, last) = pallet_session::historical::StoredRange::<Runtime>::get().expect("has sessions");
        assert!(u64::from(last - first) <= depth + 2, "{} sessions are kept", last - first);
    });
}
