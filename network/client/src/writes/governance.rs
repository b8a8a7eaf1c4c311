//! Referenda and votes.

use crate::{
    calls::{
        address,
        governance::{
            AccountVote, CastVote, Delegate, NotePreimage, PlaceDecisionDeposit, RefundDecisionDeposit,
            RefundSubmissionDeposit, RemoveVote, Undelegate, Unlock, UnnotePreimage,
        },
    },
    plan::Proposal,
    reads::{Ballot, Conviction},
    write::Write,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;
use serde::{Deserialize, Serialize};

/// A kind of decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Track {
    /// Everything: new runtimes, migrations.
    Upgrades,
    /// Hyperparameters and terms of creation.
    Parameters,
    /// Subnets themselves.
    Subnets,
}

impl Track {
    /// Its number on the chain.
    pub fn id(self) -> u16 {
        match self {
            Self::Upgrades => 0,
            Self::Parameters => 1,
            Self::Subnets => 2,
        }
    }
}

/// Referenda and votes.
impl Write {
    /// Proposes `proposal`, to run `enact_after` blocks after its approval (at least the track's enactment period). A long
    /// call's bytes are put on the ledger in the same transaction.
    pub fn submit_referendum(track: Track, proposal: Self, enact_after: u32) -> Self {
        Self::new(Proposal { track, proposal, enact_after })
    }

    /// Pays the deposit without which a referendum isn't decided.
    pub fn place_decision_deposit(referendum: u32) -> Self {
        Self::new(PlaceDecisionDeposit { index: referendum })
    }

    /// Gets the decision deposit of a finished referendum back to whoever paid it.
    pub fn refund_decision_deposit(referendum: u32) -> Self {
        Self::new(RefundDecisionDeposit { index: referendum })
    }

    /// Gets the submission deposit of an approved or cancelled referendum back.
    pub fn refund_submission_deposit(referendum: u32) -> Self {
        Self::new(RefundSubmissionDeposit { index: referendum })
    }

    /// Puts the bytes of a call on the ledger, for a deposit.
    pub fn note_preimage(bytes: Vec<u8>) -> Self {
        Self::new(NotePreimage { bytes })
    }

    /// Takes them away again and gets the deposit back.
    pub fn unnote_preimage(hash: [u8; 32]) -> Self {
        Self::new(UnnotePreimage { hash })
    }

    /// Votes on a referendum; replaces an earlier vote on it.
    pub fn vote(referendum: u32, ballot: Ballot) -> Self {
        let vote = match ballot {
            Ballot::Standard { aye, conviction, balance } => {
                AccountVote::Standard { vote: conviction.number() | if aye { 0x80 } else { 0 }, balance }
            }
            Ballot::Split { aye, nay, abstain } => AccountVote::SplitAbstain { aye, nay, abstain },
        };
        Self::new(CastVote { poll_index: referendum, vote })
    }

    /// Takes a vote back.
    pub fn remove_vote(track: Option<u16>, referendum: u32) -> Self {
        Self::new(RemoveVote { class: track, index: referendum })
    }

    /// Lets `to` vote with `balance` RAO of the signer's on a track.
    pub fn delegate_votes(track: u16, to: PublicKey, conviction: Conviction, balance: Rao) -> Self {
        Self::new(Delegate { class: track, to: address(to.0), conviction, balance })
    }

    /// Takes that back; the lock of its conviction begins.
    pub fn undelegate_votes(track: u16) -> Self {
        Self::new(Undelegate { class: track })
    }

    /// Frees `target`'s TAO whose lock on a track has run out.
    pub fn unlock_votes(track: u16, target: PublicKey) -> Self {
        Self::new(Unlock { class: track, target: address(target.0) })
    }
}
