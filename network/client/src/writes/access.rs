//! Payment channels.

use crate::{
    calls::access::{Close, OpenChannel, Redeem, Settle, TopUp, WirePromise, WireVoucher},
    write::Write,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::{ChannelId, Rao, SignedVoucher};

/// Payment channels.
impl Write {
    /// Opens a channel to the hotkey `provider`; `voucher_key` will sign for it.
    pub fn open_channel(provider: PublicKey, deposit: Rao, voucher_key: PublicKey) -> Self {
        Self::new(OpenChannel { provider: provider.0, deposit, voucher_key: voucher_key.0 })
    }

    /// Adds `amount` RAO to the deposit of an own channel.
    pub fn top_up(channel: impl Into<ChannelId>, amount: Rao) -> Self {
        Self::new(TopUp { channel: channel.into().0, amount })
    }

    /// Redeems vouchers, at most 64, as the provider's hotkey or its owner.
    pub fn redeem(vouchers: &[SignedVoucher]) -> Self {
        let wire = |signed: &SignedVoucher| WireVoucher {
            voucher: WirePromise { channel: signed.voucher.channel.0, total: signed.voucher.total },
            signature: signed.signature.0,
        };
        Self::new(Redeem { vouchers: vouchers.iter().map(wire).collect() })
    }

    /// Closes a channel, as its user or its provider.
    pub fn close_channel(channel: impl Into<ChannelId>) -> Self {
        Self::new(Close { channel: channel.into().0 })
    }

    /// Ends a channel whose time to redeem is over; the rest goes to its user.
    pub fn settle_channel(channel: impl Into<ChannelId>) -> Self {
        Self::new(Settle { channel: channel.into().0 })
    }
}
