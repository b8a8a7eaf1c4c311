//! The checks find what they are for.

use crate::ledger::*;
use frame_support::BoundedVec;
use ganglion_pallet_validators::{
    Attendances, Candidate, Candidates, Founders, RootRow, RootWeights, SessionSlots, SlotMillis, Standings,
    SubnetWeights,
};
use ganglion_primitives::{HotkeyId, NetUid, Rao};

/// A founder, which is a member.
const MEMBER: HotkeyId = HotkeyId(0);
/// The other one.
const OTHER: HotkeyId = HotkeyId(1);
/// Nobody.
const STRANGER: HotkeyId = HotkeyId(99);

/// What is found after `damage` to a ledger whose members are the founders.
fn found(damage: impl FnOnce()) -> Result<(), &'static str> {
    ledger().execute_with(|| {
        assert_eq!(Validators::check_invariants(), Ok(()));
        damage();
        Validators::check_invariants()
    })
}

/// These are candidates, with so much stake.
fn stand(candidates: &[(HotkeyId, Rao)]) -> impl FnOnce() {
    let list: Vec<_> = candidates.iter().map(|(hotkey, stake)| Candidate { hotkey: *hotkey, stake: *stake }).collect();
    move || Candidates::<Ledger>::put(BoundedVec::truncate_from(list))
}

/// `hotkey` wants emission to be split so.
fn vote(hotkey: HotkeyId, weights: &[(u16, u16)]) -> impl FnOnce() {
    let weights = weights.iter().map(|(netuid, weight)| (NetUid(*netuid), *weight)).collect();
    let row = RootRow { weights: SubnetWeights::truncate_from(weights), set_at: 1u64 };
    move || RootWeights::<Ledger>::insert(hotkey, row)
}

#[test]
fn a_chain_that_nobody_can_write_is_found() {
    assert_eq!(found(Founders::<Ledger>::kill), Err("there is no founder"));
    assert_eq!(found(|| SlotMillis::<Ledger>::put(0u64)), Err("time stands still"));
    assert_eq!(found(|| SessionSlots::<Ledger>::put(0u64)), Err("time stands still"));
    assert_eq!(found(pallet_session::Validators::<Ledger>::kill), Err("there is no block producer"));
}

#[test]
fn candidates_that_cannot_be_elected_are_found() {
    assert_eq!(found(stand(&[(OTHER, 2), (MEMBER, 1)])), Ok(()));
    assert_eq!(found(stand(&[(MEMBER, 1), (OTHER, 2)])), Err("candidates are not sorted by stake"));
    assert_eq!(found(stand(&[(MEMBER, 2), (MEMBER, 1)])), Err("a candidate is listed twice"));
    assert_eq!(found(stand(&[(STRANGER, 1)])), Err("a candidate has no session keys"));
}

#[test]
fn members_that_are_not_watched_or_bound_are_found() {
    let unwatched = || Attendances::<Ledger>::remove(MEMBER);
    assert_eq!(found(unwatched), Err("others than the members have attendance rows"));
    let free = || Standings::<Ledger>::mutate(MEMBER, |standing| standing.bound_until = 0);
    assert_eq!(found(free), Err("other stake is bound than that of the members"));
    let bound = || Standings::<Ledger>::mutate(STRANGER, |standing| standing.bound_until = u64::MAX);
    assert_eq!(found(bound), Err("other stake is bound than that of the members"));
}

#[test]
fn votes_of_strangers_and_for_nothing_are_found() {
    assert_eq!(found(vote(MEMBER, &[(1, 1), (2, 3)])), Ok(()));
    assert_eq!(found(vote(STRANGER, &[(1, 1)])), Err("somebody who is no member has root weights"));
    assert_eq!(found(vote(MEMBER, &[(9, 1)])), Err("root weights name a subnet that never was"));
    assert_eq!(found(vote(MEMBER, &[(1, 1), (1, 2)])), Err("root weights name a subnet twice"));
}
