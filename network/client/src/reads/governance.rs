//! How an account votes, and what of its TAO that binds.

use super::View;
use crate::error::ClientError;
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType, scale_value::Value};

/// How long a vote binds its TAO, and how much it therefore counts. The periods are multiples of
/// [`GovernanceInfo::lock_period`](ganglion_primitives::info::GovernanceInfo).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EncodeAsType,
    DecodeAsType,
    Serialize,
    Deserialize,
)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum Conviction {
    /// A tenth of the TAO, bound no longer than the referendum lasts.
    #[default]
    None,
    /// Once, one period.
    Locked1x,
    /// Twice, 2 periods.
    Locked2x,
    /// Three times, 4 periods.
    Locked3x,
    /// Four times, 8 periods.
    Locked4x,
    /// Five times, 16 periods.
    Locked5x,
    /// Six times, 32 periods.
    Locked6x,
}

impl Conviction {
    /// All of them, weakest first.
    pub const ALL: [Self; 7] =
        [Self::None, Self::Locked1x, Self::Locked2x, Self::Locked3x, Self::Locked4x, Self::Locked5x, Self::Locked6x];

    /// Its number, 0 to 6.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The conviction of that number; `None` above 6.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// For how many lock periods the TAO stays bound after the decision.
    pub fn periods(self) -> u32 {
        match self.number() {
            0 => 0,
            number => 1 << (number - 1),
        }
    }

    /// The votes that `amount` RAO are worth.
    pub fn votes(self, amount: Rao) -> Rao {
        match self {
            Self::None => amount / 10,
            _ => amount.saturating_mul(self.number().into()),
        }
    }
}

/// A vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Ballot {
    /// One way.
    Standard {
        /// For it, or against.
        aye: bool,
        /// How strongly.
        conviction: Conviction,
        /// RAO.
        balance: Rao,
    },
    /// Both ways and neither, without conviction.
    Split {
        /// RAO for it.
        aye: Rao,
        /// RAO against it.
        nay: Rao,
        /// RAO that only count as support.
        abstain: Rao,
    },
}

impl Ballot {
    /// RAO that it binds.
    pub fn balance(&self) -> Rao {
        match self {
            Self::Standard { balance, .. } => *balance,
            Self::Split { aye, nay, abstain } => aye.saturating_add(*nay).saturating_add(*abstain),
        }
    }
}

/// Votes left to another account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Delegation {
    /// Who votes.
    pub to: PublicKey,
    /// How strongly.
    pub conviction: Conviction,
    /// With how much, RAO.
    pub balance: Rao,
}

/// What an account does on one track.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Voting {
    /// Its votes, by referendum.
    pub votes: Vec<(u32, Ballot)>,
    /// Whom it lets vote instead.
    pub delegation: Option<Delegation>,
    /// RAO that others let it vote with, with conviction.
    pub delegated_votes: Rao,
    /// The same without conviction.
    pub delegated_capital: Rao,
    /// RAO that earlier votes bind, and until which block.
    pub prior_lock: Option<(Rao, u32)>,
}

/// TAO that votes on one track bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TrackLock {
    /// The track.
    pub track: u16,
    /// RAO.
    pub amount: Rao,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
enum WireVote {
    Standard { vote: u8, balance: u64 },
    Split { aye: u64, nay: u64 },
    SplitAbstain { aye: u64, nay: u64, abstain: u64 },
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct WireDelegations {
    votes: u64,
    capital: u64,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
enum WireVoting {
    Casting(WireCasting),
    Delegating(WireDelegating),
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct WireCasting {
    votes: Vec<(u32, WireVote)>,
    delegations: WireDelegations,
    prior: (u32, u64),
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct WireDelegating {
    balance: u64,
    target: [u8; 32],
    conviction: Conviction,
    delegations: WireDelegations,
    prior: (u32, u64),
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct WireDeposit {
    amount: u64,
}

/// When it was over; the submission deposit; the decision deposit.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[allow(dead_code, reason = "the form is the chain's; only the last of the three is read here")]
enum WireReferendum {
    Ongoing,
    Approved(u32, Option<WireDeposit>, Option<WireDeposit>),
    Rejected(u32, Option<WireDeposit>, Option<WireDeposit>),
    Cancelled(u32, Option<WireDeposit>, Option<WireDeposit>),
    TimedOut(u32, Option<WireDeposit>, Option<WireDeposit>),
    Killed,
}

impl WireReferendum {
    fn decision_deposit(self) -> Option<Rao> {
        match self {
            Self::Approved(_, _, decision)
            | Self::Rejected(_, _, decision)
            | Self::Cancelled(_, _, decision)
            | Self::TimedOut(_, _, decision) => decision.map(|deposit| deposit.amount),
            Self::Ongoing | Self::Killed => None,
        }
    }
}

impl From<WireVote> for Ballot {
    fn from(vote: WireVote) -> Self {
        match vote {
            WireVote::Standard { vote, balance } => Self::Standard {
                aye: vote & 0x80 != 0,
                conviction: Conviction::from_number(vote & 0x7f).unwrap_or_default(),
                balance,
            },
            WireVote::Split { aye, nay } => Self::Split { aye, nay, abstain: 0 },
            WireVote::SplitAbstain { aye, nay, abstain } => Self::Split { aye, nay, abstain },
        }
    }
}

impl From<WireVoting> for Voting {
    fn from(voting: WireVoting) -> Self {
        let prior_lock = |(until, amount): (u32, u64)| (amount > 0).then_some((amount, until));
        match voting {
            WireVoting::Casting(WireCasting { votes, delegations, prior }) => Self {
                votes: votes.into_iter().map(|(index, vote)| (index, vote.into())).collect(),
                delegation: None,
                delegated_votes: delegations.votes,
                delegated_capital: delegations.capital,
                prior_lock: prior_lock(prior),
            },
            WireVoting::Delegating(WireDelegating { balance, target, conviction, delegations, prior }) => Self {
                votes: Vec::new(),
                delegation: Some(Delegation { to: PublicKey(target), conviction, balance }),
                delegated_votes: delegations.votes,
                delegated_capital: delegations.capital,
                prior_lock: prior_lock(prior),
            },
        }
    }
}

impl View<'_> {
    /// What `account` does on a track.
    ///
    /// # Errors
    /// Those of a read; [`ClientError::Shape`] if the chain keeps it in another form.
    pub async fn voting(&self, account: &PublicKey, track: u16) -> Result<Voting, ClientError> {
        let keys = vec![Value::from_bytes(account.0), Value::u128(track.into())];
        let found: Option<WireVoting> = self.storage("ConvictionVoting", "VotingFor", keys).await?;
        Ok(found.map(Voting::from).unwrap_or_default())
    }

    /// What votes bind of `account`'s TAO, by track. Locks whose time is over stay listed until `unlock` is called.
    ///
    /// # Errors
    /// As [`View::voting`].
    pub async fn vote_locks(&self, account: &PublicKey) -> Result<Vec<TrackLock>, ClientError> {
        let keys = vec![Value::from_bytes(account.0)];
        let found: Option<Vec<(u16, u64)>> = self.storage("ConvictionVoting", "ClassLocksFor", keys).await?;
        Ok(found.unwrap_or_default().into_iter().map(|(track, amount)| TrackLock { track, amount }).collect())
    }

    /// RAO that the decision deposit of a referendum gives back now that it is over; `None` if it was never placed, is
    /// back already or was taken, or if the referendum isn't over.
    ///
    /// # Errors
    /// As [`View::voting`].
    pub async fn decision_deposit(&self, referendum: u32) -> Result<Option<Rao>, ClientError> {
        let keys = vec![Value::u128(referendum.into())];
        let found: Option<WireReferendum> = self.storage("Referenda", "ReferendumInfoFor", keys).await?;
        Ok(found.and_then(WireReferendum::decision_deposit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convictions_multiply_votes_and_periods() {
        let table: Vec<_> =
            Conviction::ALL.iter().map(|conviction| (conviction.votes(100), conviction.periods())).collect();
        assert_eq!(table, [(10, 0), (100, 1), (200, 2), (300, 4), (400, 8), (500, 16), (600, 32)]);
        assert_eq!(Conviction::from_number(7), None);
    }
}
