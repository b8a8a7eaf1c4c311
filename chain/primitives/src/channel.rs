//! Payment channels: prepaid TAO of one user for one provider.

use crate::{AccountId, BlockNumber, Rao};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::sr25519;

/// The key that signs a channel's [vouchers](crate::voucher): sr25519.
pub type VoucherKey = sr25519::Public;

/// A payment channel. Numbers are given out once, so an old voucher never fits a newer channel.
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
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct ChannelId(pub u64);

impl From<u64> for ChannelId {
    fn from(value: u64) -> Self {
        Self(value)
    }
}

impl From<ChannelId> for u64 {
    fn from(value: ChannelId) -> Self {
        value.0
    }
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A channel as clients read it, under the accounts that its parties have now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ChannelInfo<Account = AccountId, Block = BlockNumber> {
    /// Its number.
    pub id: ChannelId,
    /// The coldkey that opened it and gets the rest.
    pub user: Account,
    /// The hotkey that serves and redeems.
    pub provider: Account,
    /// Whose signature vouchers need.
    pub voucher_key: VoucherKey,
    /// All RAO ever put in.
    pub deposit: Rao,
    /// RAO that the provider has redeemed so far, at most `deposit`.
    pub redeemed: Rao,
    /// The first block at which the provider can redeem no more; `None` while nobody closes the channel.
    pub closes_at: Option<Block>,
}
