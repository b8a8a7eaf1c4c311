//! Calls of the access pallet.

use subxt::ext::scale_encode::EncodeAsType;

calls! {
    /// Opens a payment channel.
    OpenChannel = "Access" "open_channel" { provider: [u8; 32], deposit: u64, voucher_key: [u8; 32] }
    /// Adds to a channel's deposit.
    TopUp = "Access" "top_up" { channel: u64, amount: u64 }
    /// Trades vouchers for TAO.
    Redeem = "Access" "redeem" { vouchers: Vec<WireVoucher> }
    /// Closes a channel.
    Close = "Access" "close" { channel: u64 }
    /// Ends a closed channel.
    Settle = "Access" "settle" { channel: u64 }
}

/// A promise.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct WirePromise {
    pub(crate) channel: u64,
    pub(crate) total: u64,
}

/// A promise with its signature.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct WireVoucher {
    pub(crate) voucher: WirePromise,
    pub(crate) signature: [u8; 64],
}
