//! Who writes blocks: candidates, founders, absence, and the way from one set of members to the next.

use crate::world::*;
use frame_support::{assert_noop, assert_ok, traits::Get};
use ganglion_primitives::{HotkeyId, NetUid, Rao, RetryIn, TAO};
use ganglion_runtime::*;
use pallet_validators::{producer_account, ChillCause, Error, Event, Standing, Standings, SubnetWeights};
use serde_json::{json, Value};
use std::collections::BTreeSet;

/// Slots of a session here.
const SESSION: u64 = 20;

/// A chain founded by the hotkeys `founders`, with short sessions and easy work.
fn founded(founders: &[u8], scenario: impl FnOnce()) {
    let keys: Vec<Value> = (0u64..)
        .zip(founders)
        .map(|(id, founder)| json!([account(*founder), producer_account(HotkeyId(id)), keys(*founder)]))
        .collect();
    let accounts: Vec<_> = founders.iter().map(|founder| account(*founder)).collect();
    let patch = json!({
        "validators": { "founders": accounts, "sessionSlots": SESSION },
        "session": { "keys": keys },
        // A change of keys every ten blocks.
        "governance": { "dayLength": 240 },
    });
    chain_from(genesis::LOCAL, patch, || {
        pallet_subnets::Parameters::<Runtime>::mutate(TEXT, |rules| {
            rules.min_difficulty = 1;
            rules.target_registrations = 200;
            rules.max_registrations_per_block = 200;
        });
        scenario();
    });
}

/// Makes `hotkey`, of the coldkey 100 numbers above, a candidate with `amount` RAO.
fn candidate(hotkey: u8, amount: Rao) {
    must_join(hotkey, hotkey + 100);
    if amount > 0 {
        stake(hotkey + 100, hotkey, amount);
    }
    set_keys(hotkey).expect("has a seat");
}

fn hotkey(number: u8) -> HotkeyId {
    Staking::hotkey_id(&account(number)).expect("is known")
}

fn members() -> BTreeSet<HotkeyId> {
    Validators::members().into_iter().map(|member| member.hotkey).collect()
}

fn set_of(numbers: impl IntoIterator<Item = u8>) -> BTreeSet<HotkeyId> {
    numbers.into_iter().map(hotkey).collect()
}

/// Runs until `numbers` and nobody else are members.
fn until_members(numbers: impl IntoIterator<Item = u8>) {
    let expected = set_of(numbers);
    let end = Session::current_index() + 60;
    while members() != expected {
        assert!(Session::current_index() < end, "members are {:?}, not {expected:?}", members());
        next_block();
    }
}

fn signed(number: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(number))
}

fn is_finaliser(number: u8) -> bool {
    Grandpa::grandpa_authorities().iter().any(|(key, _)| *key == keys(number).grandpa)
}

/// Defect 18: anybody could enter another's hotkey among the validators of the root network.
#[test]
fn defect_18_a_candidate_needs_a_seat_and_proved_keys_of_its_own() {
    founded(&[90], || {
        let submit = |signer: u8, owner: u8, key: u8, proved: u8| {
            Validators::set_keys(signed(signer), account(owner), keys(key), proof(proved, &account(owner)))
        };
        assert_noop!(submit(1, 1, 1, 1), Error::<Runtime>::UnknownHotkey);
        must_join(1, 101);
        must_join(2, 102);
        assert_noop!(submit(2, 1, 1, 1), Error::<Runtime>::NotInControl);
        assert_noop!(submit(102, 1, 1, 1), Error::<Runtime>::NotInControl);
        assert_noop!(submit(1, 1, 1, 2), Error::<Runtime>::InvalidProof);
        let for_another = Validators::set_keys(signed(1), account(1), keys(1), proof(1, &account(2)));
        assert_noop!(for_another, Error::<Runtime>::InvalidProof);
        // The owner may sign for its hotkey.
        assert_ok!(submit(101, 1, 1, 1));
        assert_noop!(submit(2, 2, 1, 1), pallet_session::Error::<Runtime>::DuplicatedKey);
        assert!(matches!(submit(1, 1, 3, 3), Err(error) if error == Error::<Runtime>::TooSoon(interval()).into()));
        assert_eq!(candidates(), [1]);
    });
}

/// The wait between two changes of a candidate.
fn interval() -> RetryIn {
    RetryIn::new(<<Runtime as pallet_validators::Config>::ChangeInterval as frame_support::traits::Get<u32>>::get())
}

fn candidates() -> Vec<u8> {
    let number = |candidate: pallet_validators::Candidate| {
        (1..=255).find(|number| Staking::hotkey_id(&account(*number)) == Some(candidate.hotkey)).expect("is somebody")
    };
    pallet_validators::Candidates::<Runtime>::get().into_iter().map(number).collect()
}

/// Defect 18: who had entered was never removed.
#[test]
fn who_lost_its_last_seat_is_no_candidate() {
    founded(&[90], || {
        pallet_subnets::Parameters::<Runtime>::mutate(TEXT, |rules| {
            (rules.max_neurons, rules.max_validators, rules.immunity_period) = (1, 1, 0);
        });
        candidate(1, TAO);
        assert_eq!(candidates(), [1]);
        // The newcomer takes the only seat.
        must_join(2, 102);
        run_to(System::block_number() + interval().blocks());
        assert_noop!(set_keys(1), Error::<Runtime>::NoSeat);
        run_sessions(3);
        assert!(candidates().is_empty());
        assert_eq!(members(), set_of([90]));
        assert!(!Validators::has_keys(hotkey(1)), "nothing is left behind");
        // Its keys are free for others.
        let proof = proof(1, &account(2));
        assert_ok!(Validators::set_keys(signed(2), account(2), keys(1), proof));
    });
}

#[test]
fn a_full_list_drops_the_poorest_for_a_richer_newcomer() {
    founded(&[90], || {
        let limit = <<Runtime as pallet_validators::Config>::MaxCandidates as frame_support::traits::Get<u32>>::get();
        for number in 1..=4 {
            candidate(number, Rao::from(number) * TAO);
        }
        fill_candidates(limit as usize, 2 * TAO - 1);
        assert_eq!(pallet_validators::Candidates::<Runtime>::get().len(), limit as usize);
        // Hotkey 1 is the poorest now: who has more takes its place, who hasn't doesn't.
        must_join(5, 105);
        stake(105, 5, TAO);
        assert_noop!(set_keys(5), Error::<Runtime>::TooManyCandidates);
        stake(105, 5, 1);
        assert_ok!(set_keys(5));
        let listed: BTreeSet<_> =
            pallet_validators::Candidates::<Runtime>::get().into_iter().map(|candidate| candidate.hotkey).collect();
        assert!(listed.contains(&hotkey(5)) && !listed.contains(&hotkey(1)));
        assert!(!Validators::has_keys(hotkey(1)));
    });
}

/// Fills the list with strangers who have `amount` RAO each, as if they had joined and set keys.
fn fill_candidates(limit: usize, amount: Rao) {
    pallet_validators::Candidates::<Runtime>::mutate(|list| {
        for stranger in 0u64.. {
            if list.len() == limit {
                break;
            }
            let hotkey = HotkeyId(1_000_000 + stranger);
            pallet_session::NextKeys::<Runtime>::insert(producer_account(hotkey), keys(200));
            let place = list.partition_point(|other| other.stake >= amount);
            list.try_insert(place, pallet_validators::Candidate { hotkey, stake: amount }).expect("has room");
        }
    });
}

#[test]
fn one_producer_alone_keeps_the_network_going() {
    founded(&[90], || {
        run_sessions(10);
        assert_eq!(members(), set_of([90]));
        assert!(is_finaliser(90));
    });
}

/// Defect 3: blocks were written by a fixed list of authorities, whatever the stake.
#[test]
fn founders_leave_when_enough_elected_members_write_blocks() {
    founded(&[90, 91], || {
        for number in 1..=3 {
            candidate(number, TAO);
        }
        until_members([1, 2, 3, 90]);
        run_sessions(5);
        // One founder fills the quorum of four.
        assert_eq!(members(), set_of([1, 2, 3, 90]));
        candidate(4, TAO);
        until_members([1, 2, 3, 4]);
        run_sessions(3);
        assert_eq!(members(), set_of([1, 2, 3, 4]));
        assert!((1..=4).all(is_finaliser) && !is_finaliser(90));
        // A member steps down: a founder comes back.
        assert_ok!(Validators::chill(signed(104), account(4)));
        until_members([1, 2, 3, 90]);
    });
}

#[test]
fn candidates_without_stake_are_not_elected() {
    founded(&[90], || {
        for number in 1..=5 {
            candidate(number, 0);
        }
        run_sessions(6);
        assert_eq!(members(), set_of([90]));
    });
}

#[test]
fn members_on_probation_take_no_part_in_finality() {
    founded(&[90, 91, 92, 93], || {
        candidate(1, TAO);
        away(&[1]);
        until_members([1, 90, 91, 92, 93]);
        assert!(!is_finaliser(1));
        let left = System::block_number();
        away(&[]);
        run_sessions(2);
        assert!(System::block_number() > left && is_finaliser(1), "it writes blocks now");
        // Five finalisers: two can be away, and nobody waits for those who never came.
        assert_eq!(Grandpa::grandpa_authorities().len(), 5);
    });
}

#[test]
fn the_chain_goes_on_when_nobody_elected_has_a_node() {
    founded(&[90], || {
        for number in 1..=10 {
            candidate(number, TAO);
        }
        away(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        // One after the other is tried, found absent and chilled. The founder writes all blocks and finalises alone.
        while !(1..=10).all(|number| Validators::is_chilled(hotkey(number))) {
            assert!(System::block_number() < 2_000, "absence stays unnoticed");
            next_block();
            assert!(members().len() <= 2 && members().contains(&hotkey(90)));
            assert_eq!(Grandpa::grandpa_authorities().len(), 1);
        }
        until_members([90]);
    });
}

#[test]
fn at_most_a_third_of_the_seats_is_on_probation() {
    founded(&[90, 91], || {
        for number in 1..=60 {
            candidate(number, TAO);
        }
        away(&(31..=60).collect::<Vec<_>>());
        for _ in 0..1_500 {
            next_block();
            let (there, probation): (Vec<_>, Vec<_>) =
                Validators::members().into_iter().partition(|member| member.present);
            assert!(probation.len() <= (there.len() / 2).max(1), "{} beside {}", probation.len(), there.len());
        }
        // All who are there are elected in the end.
        assert!(members().is_superset(&set_of(1..=30)));
    });
}

#[test]
fn an_absent_member_is_chilled_and_stands_again_after_a_session() {
    founded(&[90], || {
        for number in 1..=4 {
            candidate(number, TAO);
        }
        until_members(1..=4);
        run_sessions(2);
        away(&[4]);
        // Sixteen blocks for each of the four members.
        let gone = System::block_number();
        while !Validators::is_chilled(hotkey(4)) {
            next_block();
        }
        let noticed = System::block_number() - gone;
        let patience = 4 * 16;
        assert!((patience..patience + SESSION as u32).contains(&noticed), "noticed after {noticed} blocks");
        let standing = pallet_validators::Standings::<Runtime>::get(hotkey(4));
        assert_eq!(standing.chill.map(|chill| chill.cause), Some(ChillCause::Absence));
        assert!((1..=3).all(|number| !Validators::is_chilled(hotkey(number))), "the others wrote blocks");
        away(&[]);
        until_members([1, 2, 3, 90]);
        assert_ok!(Validators::stand(signed(4), account(4)));
        assert_noop!(Validators::stand(signed(4), account(4)), Error::<Runtime>::TooSoon(interval()));
        until_members(1..=4);
    });
}

#[test]
fn a_founder_that_was_away_comes_back_by_itself() {
    founded(&[90, 91, 92, 93], || {
        away(&[93]);
        while is_finaliser(93) {
            assert!(System::block_number() < 300, "finality waits for it");
            next_block();
        }
        assert_eq!(members(), set_of([90, 91, 92, 93]), "it keeps its seat: nobody could take it");
        assert!(!Validators::is_chilled(hotkey(93)));
        away(&[]);
        while !is_finaliser(93) {
            assert!(System::block_number() < 500, "it is not let back in");
            next_block();
        }
    });
}

#[test]
fn a_founder_that_is_gone_for_good_does_not_keep_the_others_out() {
    founded(&[90, 91, 92, 93], || {
        away(&[92, 93]);
        // Two who are there have a single seat beside them for one who isn't.
        until_members([90, 91, 92]);
        away(&[92]);
        until_members([90, 91, 93]);
        run_sessions(2);
        assert!(is_finaliser(93), "it writes blocks, and stays");
        away(&[]);
        while !is_finaliser(92) {
            assert!(System::block_number() < 500, "it is not let back in");
            next_block();
        }
    });
}

/// Four have one seat in turn: with a mere "not the one that was missed", two of them would have it alternately.
#[test]
fn all_founders_that_are_away_have_their_turn() {
    founded(&[90, 91, 92, 93, 94, 95], || {
        away(&[92, 93, 94, 95]);
        // At first all count as present, and the first four fill the quorum.
        until_members([90, 91, 92, 93]);
        for turn in [94, 95, 92, 93, 94] {
            until_members([90, 91, turn]);
        }
    });
}

/// Of four finalisers two never come back. That they are finalisers no more is final only with their votes, too, so that
/// nothing is, unless root says so.
#[test]
fn root_goes_on_without_finalisers_that_never_come_back() {
    founded(&[90, 91, 92, 93], || {
        let last_final = System::block_number();
        away(&[92, 93]);
        while is_finaliser(92) || is_finaliser(93) {
            assert!(System::block_number() < 300, "the ledger waits for them");
            next_block();
        }
        let pending = pallet_grandpa::PendingChange::<Runtime>::get;
        assert_ok!(Grandpa::note_stalled(RuntimeOrigin::root(), 3, last_final));
        run_sessions(1);
        let change = pending().expect("the nodes are told in a session's first block");
        assert_eq!((change.forced, change.delay), (Some(last_final), 3));
        let voters: Vec<_> = change.next_authorities.iter().map(|(key, _)| key.clone()).collect();
        assert_eq!(voters, [90, 91].map(|number| keys(number).grandpa), "those who are there");
        run_to(System::block_number() + 4);
        assert!(pending().is_none(), "it is in force");
        assert!(is_finaliser(90) && is_finaliser(91) && !is_finaliser(92) && !is_finaliser(93));
    });
}

#[test]
fn one_chilled_cannot_stand_in_the_same_session() {
    founded(&[90], || {
        candidate(1, TAO);
        run_to(System::block_number() + interval().blocks());
        assert_ok!(Validators::chill(signed(1), account(1)));
        let session = Session::current_index();
        let (hotkey, cause, until) = (hotkey(1), ChillCause::Wish, session + 2);
        System::assert_has_event(Event::<Runtime>::Chilled { hotkey, cause, until }.into());
        run_to(System::block_number() + interval().blocks());
        assert_noop!(Validators::chill(signed(1), account(1)), Error::<Runtime>::AlreadyChilled);
        let left = (session + 2 - Session::current_index()) as u8;
        assert_noop!(Validators::stand(signed(1), account(1)), Error::<Runtime>::ChillLasts(left));
        while Session::current_index() < session + 2 {
            next_block();
        }
        assert_ok!(Validators::stand(signed(101), account(1)));
        run_to(System::block_number() + interval().blocks());
        assert_noop!(Validators::stand(signed(1), account(1)), Error::<Runtime>::NotChilled);
        must_join(2, 102);
        assert_noop!(Validators::chill(signed(2), account(2)), Error::<Runtime>::NotCandidate);
    });
}

#[test]
fn a_key_swap_keeps_seat_session_keys_and_votes() {
    founded(&[90], || {
        for number in 1..=4 {
            candidate(number, TAO);
        }
        until_members(1..=4);
        run_sessions(1);
        let weights: SubnetWeights = vec![(TEXT, 1)].try_into().expect("fits");
        assert_ok!(Validators::set_root_weights(signed(1), weights.clone()));
        System::assert_has_event(Event::<Runtime>::RootWeightsSet { hotkey: account(1), weights }.into());
        let before = hotkey(1);
        fund(&account(101), 10 * TAO);
        assert_ok!(Neurons::swap_hotkey(signed(101), account(1), account(51)));
        assert_eq!(hotkey(51), before);
        run_sessions(4);
        assert!(members().contains(&before) && is_finaliser(1), "it writes blocks with the same session keys");
        assert!(Validators::members().into_iter().all(|member| member.present));
        assert!(pallet_validators::RootWeights::<Runtime>::contains_key(before));
        // New session keys are proved for the new key, and set by it.
        let proof = proof(51, &account(51));
        assert_ok!(Validators::set_keys(signed(51), account(51), keys(51), proof));
        run_sessions(3);
        assert!(is_finaliser(51) && !is_finaliser(1));
        let row = System::account(account(51));
        assert_eq!(row.consumers, 0, "keys hold no reference to an account that can change");
    });
}

#[test]
fn a_standing_is_forgotten_once_it_says_nothing_of_one_that_left() {
    founded(&[90], || {
        for number in 1..=4 {
            candidate(number, TAO);
        }
        until_members(1..=4);
        assert_ok!(Validators::chill(signed(4), account(4)));
        // All seats are gone, and with them the candidates.
        assert_ok!(Subnets::dissolve(RuntimeOrigin::root(), TEXT));
        until_members([90]);
        let left = System::block_number();
        let standings = || Standings::<Runtime>::iter_keys().collect::<BTreeSet<_>>();
        let window = <Runtime as pallet_staking::Config>::SlashWindow::get();
        run_to(left + window - 10 * SESSION as u32);
        assert_eq!(standings(), set_of([1, 2, 3, 4, 90]), "their stake answers for them still");
        run_to(left + window + 4 * SESSION as u32);
        assert_eq!(standings(), set_of([90]));
    });
}

#[test]
fn a_session_looks_at_a_few_standings_only_and_at_all_in_time() {
    founded(&[90], || {
        let strangers: Vec<_> = (1_000..1_150).map(HotkeyId).collect();
        strangers.iter().for_each(|stranger| Standings::<Runtime>::insert(stranger, Standing::default()));
        let left = || strangers.iter().filter(|stranger| Standings::<Runtime>::contains_key(*stranger)).count();
        run_sessions(1);
        assert!((150 - 64..150).contains(&left()), "{} left", left());
        run_sessions(3);
        assert_eq!(left(), 0);
    });
}

#[test]
fn only_members_vote_on_subnets_that_exist() {
    founded(&[90], || {
        candidate(1, TAO);
        let vote = |number: u8, weights: &[(u16, u16)]| {
            let weights: Vec<_> = weights.iter().map(|(netuid, weight)| (NetUid(*netuid), *weight)).collect();
            Validators::set_root_weights(signed(number), weights.try_into().expect("fits"))
        };
        assert_noop!(vote(1, &[(1, 1)]), Error::<Runtime>::NotMember);
        until_members([1, 90]);
        // The root network of defect 2, to which emission could be voted, is no subnet.
        assert_noop!(vote(1, &[(0, 1)]), Error::<Runtime>::UnknownSubnet);
        assert_noop!(vote(1, &[(1, 1), (7, 1)]), Error::<Runtime>::UnknownSubnet);
        assert_noop!(vote(1, &[(1, 1), (1, 2)]), Error::<Runtime>::DuplicateSubnet);
        assert_noop!(vote(1, &[(1, 0)]), Error::<Runtime>::AllZero);
        assert_ok!(vote(1, &[(1, 3)]));
        assert!(matches!(vote(1, &[(1, 4)]), Err(sp_runtime::DispatchError::Module(_))));
        // Who is no member any more has no vote any more.
        run_to(System::block_number() + interval().blocks());
        assert_ok!(Validators::chill(signed(1), account(1)));
        until_members([90]);
        assert_eq!(pallet_validators::RootWeights::<Runtime>::iter().count(), 0);
    });
}
