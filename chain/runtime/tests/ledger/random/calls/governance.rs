//! Referenda and votes.

use super::{entry, inner, Entry};
use crate::random::sandbox::Sandbox;
use codec::Encode;
use frame_support::traits::{schedule::DispatchTime, Bounded, StorePreimage};
use ganglion_primitives::TAO;
use ganglion_runtime::{
    governance::{origins::Origin, tracks},
    *,
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use pallet_referenda::{
    ReferendumInfo::{Approved, Cancelled, Ongoing, Rejected, TimedOut},
    ReferendumInfoFor, ReferendumInfoOf,
};

type Referendum = pallet_referenda::Call<Runtime>;
type Voting = pallet_conviction_voting::Call<Runtime>;

const TRACKS: [u16; 3] = [tracks::UPGRADES, tracks::PARAMETERS, tracks::SUBNETS];

pub const CALLS: &[Entry] = &[
    entry("Referenda", "submit", 4, |sandbox| {
        let speakers: [OriginCaller; 4] = [
            frame_system::RawOrigin::Root.into(),
            Origin::Parameters.into(),
            Origin::Subnets.into(),
            frame_system::RawOrigin::None.into(),
        ];
        let proposal_origin = Box::new(sandbox.dice.of(&speakers).clone());
        let proposal = proposal(sandbox)?;
        let enactment_moment = DispatchTime::After(sandbox.blocks());
        sandbox.by_anybody(Referendum::submit { proposal_origin, proposal, enactment_moment })
    }),
    entry("Referenda", "place_decision_deposit", 3, |sandbox| {
        let index = referendum(sandbox)?;
        sandbox.by_anybody(Referendum::place_decision_deposit { index })
    }),
    entry("Referenda", "refund_decision_deposit", 2, |sandbox| {
        let index = finished(sandbox, |info| {
            matches!(
                info,
                Approved(_, _, Some(_)) | Cancelled(_, _, Some(_)) | Rejected(_, _, Some(_)) | TimedOut(_, _, Some(_))
            )
        })?;
        sandbox.by_anybody(Referendum::refund_decision_deposit { index })
    }),
    entry("Referenda", "refund_submission_deposit", 2, |sandbox| {
        let index = finished(sandbox, |info| matches!(info, Approved(_, Some(_), _) | Cancelled(_, Some(_), _)))?;
        sandbox.by_anybody(Referendum::refund_submission_deposit { index })
    }),
    entry("Referenda", "cancel", 1, |sandbox| {
        let index = referendum(sandbox)?;
        sandbox.by_root(Referendum::cancel { index })
    }),
    entry("Referenda", "kill", 1, |sandbox| {
        let index = referendum(sandbox)?;
        sandbox.by_root(Referendum::kill { index })
    }),
    entry("Referenda", "nudge_referendum", 1, |sandbox| {
        let index = referendum(sandbox)?;
        sandbox.by_root(Referendum::nudge_referendum { index })
    }),
    entry("Referenda", "one_fewer_deciding", 1, |sandbox| {
        let track = *sandbox.dice.of(&TRACKS);
        sandbox.by_root(Referendum::one_fewer_deciding { track })
    }),
    entry("Referenda", "set_metadata", 2, |sandbox| {
        let index = referendum(sandbox)?;
        let submitter = match ReferendumInfoFor::<Runtime>::get(index)? {
            Ongoing(status) => status.submission_deposit.who,
            _ => sandbox.account(),
        };
        sandbox.by(&submitter, Referendum::set_metadata { index, maybe_hash: None })
    }),
    entry("ConvictionVoting", "vote", 6, |sandbox| {
        let poll_index = referendum(sandbox)?;
        let vote = vote(sandbox);
        sandbox.by_anybody(Voting::vote { poll_index, vote })
    }),
    entry("ConvictionVoting", "delegate", 3, |sandbox| {
        let (class, to, balance) = (*sandbox.dice.of(&TRACKS), sandbox.account().into(), sandbox.rao());
        let conviction = conviction(sandbox);
        sandbox.by_anybody(Voting::delegate { class, to, conviction, balance })
    }),
    entry("ConvictionVoting", "undelegate", 3, |sandbox| {
        let class = *sandbox.dice.of(&TRACKS);
        let voter = voter(sandbox)?;
        sandbox.by(&voter, Voting::undelegate { class })
    }),
    entry("ConvictionVoting", "unlock", 3, |sandbox| {
        let (class, voter) = (*sandbox.dice.of(&TRACKS), voter(sandbox)?);
        sandbox.by_anybody(Voting::unlock { class, target: voter.into() })
    }),
    entry("ConvictionVoting", "remove_vote", 3, |sandbox| {
        let (voter, index) = (voter(sandbox)?, referendum(sandbox)?);
        let class = sandbox.dice.percent(50).then(|| *sandbox.dice.of(&TRACKS));
        sandbox.by(&voter, Voting::remove_vote { class, index })
    }),
    entry("ConvictionVoting", "remove_other_vote", 3, |sandbox| {
        let (voter, index) = (voter(sandbox)?, referendum(sandbox)?);
        let class = *sandbox.dice.of(&TRACKS);
        let by = if sandbox.dice.percent(50) { voter.clone() } else { sandbox.account() };
        sandbox.by(&by, Voting::remove_other_vote { target: voter.into(), class, index })
    }),
];

/// A call for a referendum: short enough to go along, or noted as a preimage before.
fn proposal(sandbox: &mut Sandbox) -> Option<Bounded<RuntimeCall, sp_runtime::traits::BlakeTwo256>> {
    let call = inner(sandbox);
    if call.encoded_size() <= 128 {
        return Preimage::bound(call).ok();
    }
    sandbox.draft(call.clone());
    Some(Bounded::Lookup { hash: sp_io::hashing::blake2_256(&call.encode()).into(), len: call.encoded_size() as u32 })
}

/// One of the latest referenda.
fn referendum(sandbox: &mut Sandbox) -> Option<u32> {
    let count = pallet_referenda::ReferendumCount::<Runtime>::get();
    let back = sandbox.dice.below(8) as u32 + 1;
    count.checked_sub(back)
}

/// Mostly a referendum that fits.
fn finished(sandbox: &mut Sandbox, fits: impl Fn(&ReferendumInfoOf<Runtime, ()>) -> bool) -> Option<u32> {
    if sandbox.dice.percent(20) {
        return referendum(sandbox);
    }
    let all = ReferendumInfoFor::<Runtime>::iter();
    let fitting = all.filter(|(_, info)| fits(info)).map(|(index, _)| index).collect();
    sandbox.dice.any(fitting)
}

/// Somebody who has voted or delegated.
fn voter(sandbox: &mut Sandbox) -> Option<AccountId> {
    let voters = pallet_conviction_voting::ClassLocksFor::<Runtime>::iter_keys().collect();
    sandbox.dice.any(voters)
}

fn conviction(sandbox: &mut Sandbox) -> Conviction {
    use Conviction::{Locked1x, Locked6x, None};
    *sandbox.dice.of(&[None, Locked1x, Locked6x])
}

fn vote(sandbox: &mut Sandbox) -> AccountVote<Rao> {
    let (aye, nay) = (sandbox.rao(), sandbox.rao());
    match sandbox.dice.below(4) {
        0 => AccountVote::Split { aye, nay },
        1 => AccountVote::SplitAbstain { aye, nay, abstain: TAO },
        _ => {
            let vote = Vote { aye: sandbox.dice.percent(80), conviction: conviction(sandbox) };
            AccountVote::Standard { vote, balance: sandbox.dice.amount(5_000 * TAO) }
        }
    }
}
