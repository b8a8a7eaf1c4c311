//! Calls of the pallets that referenda are made of.

// Variants are matched by the names that the chain gives them.
#![allow(non_camel_case_types)]

use super::Address;
use crate::reads::Conviction;
use subxt::ext::scale_encode::EncodeAsType;

calls! {
    /// Proposes a call.
    Submit = "Referenda" "submit" { proposal_origin: OriginCaller, proposal: Bounded, enactment_moment: DispatchTime }
    /// Pays for a decision.
    PlaceDecisionDeposit = "Referenda" "place_decision_deposit" { index: u32 }
    /// Takes the decision deposit back.
    RefundDecisionDeposit = "Referenda" "refund_decision_deposit" { index: u32 }
    /// Takes the submission deposit back.
    RefundSubmissionDeposit = "Referenda" "refund_submission_deposit" { index: u32 }
    /// Puts a call where referenda find it.
    NotePreimage = "Preimage" "note_preimage" { bytes: Vec<u8> }
    /// Takes it away again.
    UnnotePreimage = "Preimage" "unnote_preimage" { hash: [u8; 32] }
    /// Votes.
    CastVote = "ConvictionVoting" "vote" { poll_index: u32, vote: AccountVote }
    /// Takes a vote back.
    RemoveVote = "ConvictionVoting" "remove_vote" { class: Option<u16>, index: u32 }
    /// Lets another account vote with one's TAO.
    Delegate = "ConvictionVoting" "delegate" { class: u16, to: Address, conviction: Conviction, balance: u64 }
    /// Takes that back.
    Undelegate = "ConvictionVoting" "undelegate" { class: u16 }
    /// Frees TAO whose lock has run out.
    Unlock = "ConvictionVoting" "unlock" { class: u16, target: Address }
}

/// As whom a referendum speaks.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum OriginCaller {
    system(RawOrigin),
    Governance(TrackOrigin),
}

/// Root's voice.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum RawOrigin {
    Root,
}

/// The other tracks' voices.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum TrackOrigin {
    Parameters,
    Subnets,
}

/// A proposed call, or where it is.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum Bounded {
    Inline(Vec<u8>),
    Lookup { hash: [u8; 32], len: u32 },
}

/// When an approved call runs.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum DispatchTime {
    After(u32),
}

/// How an account votes.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum AccountVote {
    /// The highest bit of `vote` is the direction, the others are the conviction.
    Standard { vote: u8, balance: u64 },
    /// Both ways and neither, without conviction.
    SplitAbstain { aye: u64, nay: u64, abstain: u64 },
}
