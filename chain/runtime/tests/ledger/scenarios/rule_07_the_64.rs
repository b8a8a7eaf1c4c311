//! The 64: elected by stake, answerable with it.

use crate::{crimes, world::*};
use frame_support::{assert_noop, assert_ok};
use ganglion_primitives::{HotkeyId, Rao, TAO};
use ganglion_runtime::*;
use pallet_validators::MAX_PRODUCERS;
use std::collections::BTreeSet;

/// Candidates: hotkeys 1 to 80, each its coldkey's, with as many TAO on them as their number.
const CANDIDATES: u8 = 80;

fn hotkey(number: u8) -> HotkeyId {
    Staking::hotkey_id(&account(number)).expect("is registered")
}

fn members() -> BTreeSet<HotkeyId> {
    Validators::members().into_iter().map(|member| member.hotkey).collect()
}

/// `candidates` hotkeys with a seat, session keys and different stakes.
fn with_candidates(candidates: u8, scenario: impl FnOnce()) {
    chain(
        |rules| {
            rules.min_difficulty = 1;
            rules.target_registrations = 100;
            rules.max_registrations_per_block = 100;
        },
        || {
            for number in 1..=candidates {
                must_join(number, number + 100);
                stake(number + 100, number, Rao::from(number) * TAO);
                set_keys(number).expect("has a seat");
            }
            scenario();
        },
    );
}

#[test]
fn sixty_four_of_eighty_are_elected_by_stake() {
    with_candidates(CANDIDATES, || {
        let richest: BTreeSet<_> = (CANDIDATES - 63..=CANDIDATES).map(hotkey).collect();
        assert_eq!(richest.len(), MAX_PRODUCERS as usize);
        while members() != richest {
            assert!(Session::current_index() < 40, "{} members after 40 sessions", members().len());
            run_sessions(1);
        }
        // Producers are those members, each with one voice, and so are finalisers once they have written a block.
        assert_eq!(Babe::authorities().len(), 64);
        run_sessions(3);
        assert_eq!(members(), richest);
        assert_eq!(Grandpa::grandpa_authorities().len(), 64);

        // Only they vote on subnets.
        let vote = |number| {
            let weights = vec![(TEXT, 1)].try_into().expect("fits");
            Validators::set_root_weights(RuntimeOrigin::signed(account(number)), weights)
        };
        assert_ok!(vote(CANDIDATES));
        assert_noop!(vote(CANDIDATES - 64), pallet_validators::Error::<Runtime>::NotMember);

        // Who overtakes the poorest takes its seat.
        stake(101, 1, 100 * TAO);
        run_sessions(4);
        let expected: BTreeSet<_> = (CANDIDATES - 62..=CANDIDATES).chain([1]).map(hotkey).collect();
        assert_eq!(members(), expected);
    });
}

#[test]
fn equivocation_is_slashed_and_chilled() {
    with_candidates(6, || {
        // One of six who errs loses a quarter; one of three would lose everything.
        let all: BTreeSet<_> = (1..=6).map(hotkey).collect();
        while members() != all {
            assert!(Session::current_index() < 20, "not all are ever elected");
            run_sessions(1);
        }
        // A nominator backs it too, and has asked for half of its stake back.
        let (nominator, recycled) = (account(50), pallet_emission::Recycled::<Runtime>::get());
        stake(50, 6, 10 * TAO);
        assert_ok!(Staking::remove_stake(RuntimeOrigin::signed(nominator.clone()), account(6), 5 * TAO));
        let (on_it, nominated) = (Staking::stake_on(hotkey(6)), Staking::staked_by(&nominator));

        let (key, _) = secrets(6);
        let proof = Box::new(crimes::double_block(&key));
        let membership = crimes::babe_membership(&key).expect("is a member");
        assert_ok!(Babe::report_equivocation_unsigned(RuntimeOrigin::none(), proof.clone(), membership.clone()));
        let slashed = pallet_emission::Recycled::<Runtime>::get() - recycled;
        assert!(slashed > 0);
        // All stake answers, what is leaving included; nothing is taken but from those who backed it.
        let lost = (on_it - Staking::stake_on(hotkey(6))) + (5 * TAO - leaving(&nominator));
        assert!(lost.abs_diff(slashed) <= 2, "{lost} lost, {slashed} slashed");
        assert!(Staking::staked_by(&nominator) < nominated);
        // The same crime can't be punished twice.
        assert!(Babe::report_equivocation_unsigned(RuntimeOrigin::none(), proof, membership).is_err());

        assert!(Validators::is_chilled(hotkey(6)));
        run_sessions(2);
        assert!(!members().contains(&hotkey(6)), "is not elected while chilled");
        assert_ok!(Validators::stand(RuntimeOrigin::signed(account(6)), account(6)));
        run_sessions(3);
        assert!(members().contains(&hotkey(6)), "stands again");
    });
}

/// RAO on its way out.
fn leaving(coldkey: &AccountId) -> Rao {
    Staking::leaving(coldkey).into_iter().map(|(_, amount, _)| amount).sum()
}

#[test]
fn permits_go_to_those_with_most_stake() {
    with_candidates(6, || {
        govern(ganglion_primitives::HyperparameterUpdate { max_validators: Some(2), ..Default::default() });
        run_to(System::block_number() + 40);
        let permitted: Vec<_> = (1..=6).filter(|number| has_permit(*number)).collect();
        assert_eq!(permitted, [5, 6]);
    });
}

fn has_permit(number: u8) -> bool {
    let (uid, id) = Neurons::seat_of(TEXT, &account(number)).expect("is registered");
    <Emission as pallet_weights::Permits>::has_permit(TEXT, uid, id)
}
