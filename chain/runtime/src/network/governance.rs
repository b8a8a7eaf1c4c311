//! Referenda.

use super::MAX_PAGE;
use crate::{
    governance::{tracks::Tracks, votes::Electorate},
    *,
};
use frame_support::traits::{Bounded, Get, QueryPreimage};
use ganglion_primitives::info::{self, GovernanceInfo, Poll, PollState, Preparation};
use pallet_referenda::{Deposit, ReferendumCount, ReferendumInfo, ReferendumInfoFor, ReferendumStatusOf, TracksInfo};

/// Longest call that is shown, bytes.
const MAX_CALL: u32 = 16 * 1024;

/// Referenda before number `before`, latest first.
pub fn governance(before: Option<u32>, limit: u32) -> GovernanceInfo {
    let end = ReferendumCount::<Runtime>::get().min(before.unwrap_or(u32::MAX));
    let start = end.saturating_sub(limit.clamp(1, MAX_PAGE));
    GovernanceInfo {
        block: System::block_number(),
        electorate: Electorate::get(),
        submission_deposit: <Runtime as pallet_referenda::Config>::SubmissionDeposit::get(),
        lock_period: <Runtime as pallet_conviction_voting::Config>::VoteLockingPeriod::get(),
        tracks: Tracks::tracks().map(|track| shown(track.id, &track.info)).collect(),
        polls: (start..end).rev().filter_map(poll).collect(),
        next: (start > 0).then_some(start),
    }
}

fn shown(id: u16, track: &pallet_referenda::TrackInfo<Rao, BlockNumber>) -> info::Track {
    info::Track {
        id,
        name: track.name.iter().copied().take_while(|byte| *byte != 0).collect(),
        decision_deposit: track.decision_deposit,
        prepare_period: track.prepare_period,
        decision_period: track.decision_period,
        confirm_period: track.confirm_period,
        enactment_period: track.min_enactment_period,
    }
}

fn poll(index: u32) -> Option<Poll> {
    use PollState::{Approved, Cancelled, Killed, Rejected, TimedOut};
    Some(match ReferendumInfoFor::<Runtime>::get(index)? {
        ReferendumInfo::Ongoing(status) => ongoing(index, status),
        ReferendumInfo::Approved(at, deposit, _) => over(index, Approved(at), deposit),
        ReferendumInfo::Rejected(at, deposit, _) => over(index, Rejected(at), deposit),
        ReferendumInfo::Cancelled(at, deposit, _) => over(index, Cancelled(at), deposit),
        ReferendumInfo::TimedOut(at, deposit, _) => over(index, TimedOut(at), deposit),
        ReferendumInfo::Killed(at) => over(index, Killed(at), None),
    })
}

fn over(index: u32, state: PollState, deposit: Option<Deposit<AccountId, Rao>>) -> Poll {
    Poll {
        index,
        state,
        track: None,
        proposer: deposit.map(|deposit| deposit.who),
        proposal: None,
        call: None,
        submitted: None,
        ayes: 0,
        nays: 0,
        support: 0,
    }
}

fn ongoing(index: u32, status: ReferendumStatusOf<Runtime, ()>) -> Poll {
    Poll {
        index,
        state: state(&status),
        track: Some(status.track),
        proposal: Some(status.proposal.hash()),
        call: call(&status.proposal),
        submitted: Some(status.submitted),
        ayes: status.tally.ayes,
        nays: status.tally.nays,
        support: status.tally.support,
        proposer: Some(status.submission_deposit.who),
    }
}

fn state(status: &ReferendumStatusOf<Runtime, ()>) -> PollState {
    let prepared = |period| System::block_number() >= status.submitted.saturating_add(period);
    match (&status.deciding, &status.decision_deposit) {
        (Some(deciding), _) => PollState::Deciding { since: deciding.since, confirmed_at: deciding.confirming },
        (None, None) => PollState::Preparing(Preparation::Deposit),
        (None, Some(_)) => {
            let over = Tracks::info(status.track).is_some_and(|track| prepared(track.prepare_period));
            PollState::Preparing(if over { Preparation::Place } else { Preparation::Period })
        }
    }
}

/// The call itself, where the ledger has it and it is short.
fn call(proposal: &Bounded<RuntimeCall, sp_runtime::traits::BlakeTwo256>) -> Option<Vec<u8>> {
    let length = proposal.len().or_else(|| <Preimage as QueryPreimage>::len(&proposal.hash()))?;
    if length > MAX_CALL {
        return None;
    }
    match proposal {
        Bounded::Inline(bytes) => Some(bytes.to_vec()),
        other => Preimage::fetch(&other.hash(), Some(length)).ok().map(|bytes| bytes.into_owned()),
    }
}
