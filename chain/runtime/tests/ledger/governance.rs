//! Governance: all TAO votes, none of it twice; each track does what it says and no more.

// With `try-runtime` the SDK panics when a migration fails.
#[cfg(not(feature = "try-runtime"))]
mod repair;
mod tracks;
mod upgrade;
mod votes;

use crate::world::*;
use frame_support::{
    assert_ok,
    traits::{schedule::DispatchTime, StorePreimage},
};
use ganglion_primitives::{Rao, TAO};
use ganglion_runtime::{governance::origins::Origin, *};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use pallet_referenda::{ReferendumInfo, ReferendumInfoFor};
use sp_runtime::DispatchResult;

/// Proposes `call` on the track of `origin` and pays the deposits. Answers with the referendum's number.
fn propose(origin: impl Into<OriginCaller>, call: impl Into<RuntimeCall>) -> u32 {
    propose_for(DispatchTime::After(0), origin, call)
}

/// The same, to be enacted at `when` at the earliest.
fn propose_for(when: DispatchTime<BlockNumber>, origin: impl Into<OriginCaller>, call: impl Into<RuntimeCall>) -> u32 {
    let index = raise(when, origin, call);
    assert_ok!(Referenda::place_decision_deposit(RuntimeOrigin::signed(account(99)), index));
    index
}

/// The same, without the deposit for a decision.
fn raise(when: DispatchTime<BlockNumber>, origin: impl Into<OriginCaller>, call: impl Into<RuntimeCall>) -> u32 {
    let proposer = account(99);
    fund(&proposer, 100 * TAO);
    let index = pallet_referenda::ReferendumCount::<Runtime>::get();
    let proposal = Preimage::bound(call.into()).expect("fits");
    assert_ok!(Referenda::submit(RuntimeOrigin::signed(proposer), Box::new(origin.into()), proposal, when));
    index
}

/// A referendum on something harmless.
fn any_poll() -> u32 {
    propose(Origin::Parameters, frame_system::Call::remark { remark: vec![] })
}

/// Lets `voter` vote with `balance` RAO.
fn vote(voter: u8, poll: u32, aye: bool, conviction: Conviction, balance: Rao) -> DispatchResult {
    let vote = AccountVote::Standard { vote: Vote { aye, conviction }, balance };
    ConvictionVoting::vote(RuntimeOrigin::signed(account(voter)), poll, vote)
}

/// Votes aye with conviction 1.
fn aye(voter: u8, poll: u32, balance: Rao) -> DispatchResult {
    vote(voter, poll, true, Conviction::Locked1x, balance)
}

/// RAO for and against an open referendum, as they count.
fn tally(poll: u32) -> (Rao, Rao) {
    match ReferendumInfoFor::<Runtime>::get(poll) {
        Some(ReferendumInfo::Ongoing(status)) => (status.tally.ayes, status.tally.nays),
        other => panic!("referendum {poll} is over: {other:?}"),
    }
}

/// Runs until a referendum is over, and says whether it passed.
fn decide(poll: u32) -> bool {
    loop {
        match ReferendumInfoFor::<Runtime>::get(poll).expect("there is such a referendum") {
            ReferendumInfo::Ongoing(_) => next_block(),
            ReferendumInfo::Approved(..) => return true,
            _ => return false,
        }
    }
}

/// Lets a referendum on `call` pass, and runs until it has been enacted. Says what became of the call.
fn enact(origin: impl Into<OriginCaller>, call: impl Into<RuntimeCall>) -> DispatchResult {
    let poll = propose(origin, call);
    fund(&account(98), 1_000_000 * TAO);
    assert_ok!(aye(98, poll, 900_000 * TAO));
    assert!(decide(poll), "what nearly all TAO wants passes");
    loop {
        let dispatched = System::events().into_iter().find_map(|record| match record.event {
            RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched { result, id: Some(_), .. }) => Some(result),
            _ => None,
        });
        match dispatched {
            Some(result) => return result,
            None => next_block(),
        }
    }
}

/// Takes a vote back and lifts what it bound, if nothing else binds.
fn take_back(voter: u8, poll: u32) {
    let signed = || RuntimeOrigin::signed(account(voter));
    assert_ok!(ConvictionVoting::remove_vote(signed(), Some(governance::tracks::PARAMETERS), poll));
    assert_ok!(ConvictionVoting::unlock(signed(), governance::tracks::PARAMETERS, account(voter).into()));
}

/// Sends all but one RAO of `from`'s balance away.
fn send(from: u8, to: u8, amount: Rao) -> DispatchResult {
    Balances::transfer_allow_death(RuntimeOrigin::signed(account(from)), account(to).into(), amount)
}
