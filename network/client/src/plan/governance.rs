//! What referenda and votes do.

use super::{finding::Kind, transfers::account, Foresee, Preview};
use crate::{
    amount::tao,
    calls::{
        governance::{
            AccountVote, Bounded, CastVote, Delegate, DispatchTime, NotePreimage, OriginCaller, PlaceDecisionDeposit,
            RawOrigin, RefundDecisionDeposit, RefundSubmissionDeposit, RemoveVote, Submit, TrackOrigin, Undelegate,
            Unlock, UnnotePreimage,
        },
        system::BatchAll,
        Call, Encoded,
    },
    error::ClientError,
    reads::{Ballot, Conviction},
    runtime::{EncodedCall, Runtime},
    write::{Body, Write},
    writes::Track,
};
use async_trait::async_trait;
use ganglion_primitives::{
    info::{GovernanceInfo, Poll, PollState},
    Rao,
};

/// Longest call that is proposed with its bytes in place.
const INLINE: usize = 128;

/// A referendum with the rules; notes it if there is none.
async fn poll(preview: &mut Preview<'_>, index: u32) -> Result<Option<(Poll, GovernanceInfo)>, ClientError> {
    let mut info = preview.view().governance(Some(index.saturating_add(1)), 1).await?;
    let found = info.polls.pop().filter(|poll| poll.index == index);
    if found.is_none() {
        preview.refuse(Kind::Unknown, format!("there is no referendum {index}"));
    }
    Ok(found.map(|poll| (poll, info)))
}

fn is_ongoing(poll: &Poll) -> bool {
    matches!(poll.state, PollState::Preparing(_) | PollState::Deciding { .. })
}

/// What the actor could vote with: all its TAO, staked too.
async fn electorate(preview: &mut Preview<'_>) -> Result<Rao, ClientError> {
    let account = preview.account().await?;
    let staked: Rao = account.positions.iter().map(|position| position.stake).sum();
    Ok(account.free.saturating_add(staked))
}

async fn votes_with(preview: &mut Preview<'_>, amount: Rao) -> Result<(), ClientError> {
    let most = electorate(preview).await?;
    if amount > most {
        preview.refuse(Kind::Balance, format!("the account has {} to vote with, not {}", tao(most), tao(amount)));
    }
    Ok(())
}

async fn lock(preview: &mut Preview<'_>, conviction: Conviction, amount: Rao, from: &str) -> Result<(), ClientError> {
    let period: u32 = preview.constant("ConvictionVoting", "VoteLockingPeriod").unwrap_or(0);
    let blocks = period.saturating_mul(conviction.periods());
    if blocks > 0 {
        let text = format!("{} stay bound for {} {from}", tao(amount), preview.blocks(blocks));
        preview.warn(Kind::Delay, text);
    }
    Ok(())
}

/// A call that is put to the vote.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) track: Track,
    pub(crate) proposal: Write,
    pub(crate) enact_after: u32,
}

impl Proposal {
    fn submit(&self, bytes: &[u8]) -> Submit {
        let proposal_origin = match self.track {
            Track::Upgrades => OriginCaller::system(RawOrigin::Root),
            Track::Parameters => OriginCaller::Governance(TrackOrigin::Parameters),
            Track::Subnets => OriginCaller::Governance(TrackOrigin::Subnets),
        };
        let proposal = match bytes.len() {
            ..=INLINE => Bounded::Inline(bytes.to_vec()),
            length => Bounded::Lookup {
                hash: sp_crypto_hashing::blake2_256(bytes),
                len: u32::try_from(length).unwrap_or(u32::MAX),
            },
        };
        Submit { proposal_origin, proposal, enactment_moment: DispatchTime::After(self.enact_after) }
    }
}

#[async_trait]
impl Body for Proposal {
    fn name(&self) -> (&'static str, &'static str) {
        (Submit::PALLET, Submit::NAME)
    }

    fn encode(&self, runtime: &Runtime) -> Result<EncodedCall, ClientError> {
        let bytes = self.proposal.encode(runtime)?.data;
        let submit = runtime.encode(&self.submit(&bytes))?;
        if bytes.len() <= INLINE {
            return Ok(submit);
        }
        let calls = vec![Encoded(runtime.encode(&NotePreimage { bytes })?.data), Encoded(submit.data)];
        runtime.encode(&BatchAll { calls })
    }

    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let info = preview.view().governance(None, 1).await?;
        let bytes = self.proposal.encode(&preview.runtime)?.data;
        preview.effect(format!("proposes {} on the track of {:?}", self.proposal.title(), self.track));
        preview.spend(info.submission_deposit, true);
        preview.moves(
            info.submission_deposit,
            format!(
                "puts {} on deposit, which comes back unless the referendum is rejected, timed out or killed",
                tao(info.submission_deposit)
            ),
        );
        if bytes.len() > INLINE {
            preview
                .effect(format!("puts the call's {} bytes on the ledger, for a deposit that comes back", bytes.len()));
        }
        if let Some(track) = info.tracks.iter().find(|track| track.id == self.track.id()) {
            let text = format!(
                "somebody must place the decision deposit of {} before it is decided",
                tao(track.decision_deposit)
            );
            preview.warn(Kind::Delay, text);
            if self.enact_after < track.enactment_period {
                let text = format!("it runs {} blocks after approval, the least of this track", track.enactment_period);
                preview.warn(Kind::Delay, text);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for PlaceDecisionDeposit {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some((poll, info)) = poll(preview, self.index).await? else { return Ok(()) };
        let track = info.tracks.iter().find(|track| Some(track.id) == poll.track);
        let deposit = track.map_or(0, |track| track.decision_deposit);
        preview.spend(deposit, true);
        preview
            .moves(deposit, format!("puts {} on deposit so that referendum {} is decided", tao(deposit), self.index));
        use ganglion_primitives::info::Preparation;
        if poll.state != PollState::Preparing(Preparation::Deposit) {
            preview.refuse(Kind::Nothing, "the deposit is placed already, or the referendum is over");
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for RefundDecisionDeposit {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some((poll, _)) = poll(preview, self.index).await? else { return Ok(()) };
        let text = format!("gives the decision deposit of referendum {} back to whoever paid it", self.index);
        if is_ongoing(&poll) {
            preview.effect(text);
            preview.refuse(Kind::Permission, "the referendum isn't over");
            return Ok(());
        }
        match preview.view().decision_deposit(self.index).await? {
            Some(deposit) => preview.moves(deposit, text),
            None => {
                preview.effect(text);
                preview.refuse(Kind::Nothing, "nobody placed that deposit, or it is back already, or it was taken");
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for RefundSubmissionDeposit {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some((poll, _)) = poll(preview, self.index).await? else { return Ok(()) };
        preview.effect(format!("gives the submission deposit of referendum {} back to its proposer", self.index));
        if !matches!(poll.state, PollState::Approved(_) | PollState::Cancelled(_)) {
            preview.refuse(Kind::Permission, "it comes back when a referendum is approved or cancelled only");
        } else if poll.proposer.is_none() {
            preview.refuse(Kind::Nothing, "it is back already");
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for NotePreimage {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let hash = sp_crypto_hashing::blake2_256(&self.bytes);
        let text = format!(
            "puts {} bytes with the hash 0x{} on the ledger, for a deposit",
            self.bytes.len(),
            hex::encode(hash)
        );
        preview.effect(text);
        Ok(())
    }
}

#[async_trait]
impl Foresee for UnnotePreimage {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        preview.effect(format!(
            "takes the bytes with the hash 0x{} off the ledger; the deposit comes back",
            hex::encode(self.hash)
        ));
        Ok(())
    }
}

#[async_trait]
impl Foresee for CastVote {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some((poll, _)) = poll(preview, self.poll_index).await? else { return Ok(()) };
        let ballot = match self.vote {
            AccountVote::Standard { vote, balance } => {
                let conviction = Conviction::from_number(vote & 0x7f).unwrap_or_default();
                Ballot::Standard { aye: vote & 0x80 != 0, conviction, balance }
            }
            AccountVote::SplitAbstain { aye, nay, abstain } => Ballot::Split { aye, nay, abstain },
        };
        let amount = ballot.balance();
        match ballot {
            Ballot::Standard { aye, conviction, balance } => {
                let way = if aye { "for" } else { "against" };
                let votes = tao(conviction.votes(balance));
                preview.effect(format!(
                    "votes {way} referendum {} with {}, which count as {votes}",
                    self.poll_index,
                    tao(balance)
                ));
                lock(preview, conviction, balance, "after the decision, if it goes that way").await?;
            }
            Ballot::Split { aye, nay, abstain } => preview.effect(format!(
                "votes on referendum {} with {} for, {} against, {} for neither",
                self.poll_index,
                tao(aye),
                tao(nay),
                tao(abstain)
            )),
        }
        if !is_ongoing(&poll) {
            preview.refuse(Kind::Permission, format!("referendum {} is over", self.poll_index));
        }
        votes_with(preview, amount).await?;
        if let Some(track) = poll.track {
            if preview.view().voting(&preview.actor, track).await?.delegation.is_some() {
                preview.refuse(
                    Kind::Permission,
                    format!("the account lets another vote on track {track}: undelegate first"),
                );
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for RemoveVote {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some((poll, _)) = poll(preview, self.index).await? else { return Ok(()) };
        preview.effect(format!("takes the vote on referendum {} back", self.index));
        let Some(track) = self.class.or(poll.track) else {
            preview.refuse(Kind::Bounds, "the referendum is over: name its track");
            return Ok(());
        };
        let voting = preview.view().voting(&preview.actor, track).await?;
        let Some((_, ballot)) = voting.votes.iter().find(|(index, _)| *index == self.index) else {
            preview.refuse(Kind::Nothing, format!("there is no vote of {} on it", preview.actor));
            return Ok(());
        };
        if let (Ballot::Standard { conviction, balance, .. }, false) = (ballot, is_ongoing(&poll)) {
            lock(preview, *conviction, *balance, "after the decision, if it went that way").await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Delegate {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let to = account(&self.to);
        let amount = self.balance;
        preview.effect(format!("{to} votes with {} of {} on track {}", tao(amount), preview.actor, self.class));
        lock(preview, self.conviction, amount, "after undelegating").await?;
        votes_with(preview, amount).await?;
        if to == preview.actor {
            preview.refuse(Kind::Nothing, "an account can't delegate to itself");
        }
        let voting = preview.view().voting(&preview.actor, self.class).await?;
        if voting.delegation.is_some() {
            preview.refuse(Kind::Permission, "the account delegates already: undelegate first");
        }
        if !voting.votes.is_empty() {
            preview.refuse(
                Kind::Permission,
                format!("the account has {} votes on this track: remove them first", voting.votes.len()),
            );
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Undelegate {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        match preview.view().voting(&preview.actor, self.class).await?.delegation {
            Some(delegation) => {
                preview.effect(format!("{} votes for itself again on track {}", preview.actor, self.class));
                lock(preview, delegation.conviction, delegation.balance, "from now").await?;
            }
            None => preview.refuse(Kind::Nothing, format!("nothing is delegated on track {}", self.class)),
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Unlock {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let target = account(&self.target);
        let locks = preview.view().vote_locks(&target).await?;
        let bound = locks.iter().find(|lock| lock.track == self.class).map_or(0, |lock| lock.amount);
        preview.effect(format!(
            "frees what no vote of {target} binds any more of {} on track {}",
            tao(bound),
            self.class
        ));
        let voting = preview.view().voting(&target, self.class).await?;
        if bound == 0 {
            preview.warn(Kind::Nothing, "nothing is bound on that track");
        } else if let Some((amount, until)) = voting.prior_lock.filter(|(_, until)| *until > preview.at.number) {
            let text =
                format!("{} stay bound until block {until}, in about {} s", tao(amount), preview.retry(until).seconds);
            preview.warn(Kind::Delay, text);
        }
        Ok(())
    }
}
