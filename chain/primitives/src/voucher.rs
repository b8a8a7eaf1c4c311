//! Vouchers: payments on a [channel](crate::channel) that need no block.
//!
//! A user promises a provider more and more of a channel's deposit, one signed voucher after another. A voucher names the
//! **total** that the provider may have taken over the channel's whole life, so only the latest one matters: the
//! chain pays the difference to what it has paid before, and paying the same voucher twice pays nothing.
//!
//! # Bytes
//! What is signed (sr25519, context `substrate`) is the [preimage](Voucher::preimage), 66 bytes:
//!
//! | bytes | content |
//! |---|---|
//! | 0..18 | `ganglion/voucher/1` in ASCII: no other message of the network begins so |
//! | 18..50 | hash of block 0: a voucher is worth something on one chain |
//! | 50..58 | channel, u64 little-endian |
//! | 58..66 | total, RAO, u64 little-endian |
//!
//! The voucher key may therefore be a coldkey: a transaction's payload is longer than 66 bytes (hashes of genesis and of
//! a block alone are 64) or, above 256 bytes, a hash of 32.
//!
//! Between processes a [`SignedVoucher`] travels as its SCALE encoding, 80 bytes: channel, total (both as above),
//! signature (64 bytes). In a header or in JSON: those bytes in hex.
//!
//! ```
//! use ganglion_primitives::{ChannelId, Hash, SignedVoucher, Voucher, TAO};
//! use sp_core::{sr25519, Pair};
//!
//! let (user, genesis) = (sr25519::Pair::from_seed(&[7; 32]), Hash::repeat_byte(1));
//! let voucher = Voucher { channel: ChannelId(5), total: 2 * TAO };
//! let signed = SignedVoucher { voucher, signature: user.sign(&voucher.preimage(&genesis)) };
//! assert!(signed.is_signed_by(&user.public(), &genesis));
//! assert!(!signed.is_signed_by(&user.public(), &Hash::repeat_byte(2)), "another chain");
//! ```

use crate::{ChannelId, Hash, Rao, VoucherKey};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::sr25519;
use sp_runtime::traits::{BlakeTwo256, Hash as _, Verify};

/// What every preimage begins with: the kind of message and the version of its layout.
pub const VOUCHER_DOMAIN: [u8; 18] = *b"ganglion/voucher/1";

/// Length of a preimage, in bytes.
pub const VOUCHER_LENGTH: usize = 66;

/// A promise: of `channel`'s deposit, the provider may have taken `total` in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Voucher {
    /// The channel it is good for.
    pub channel: ChannelId,
    /// RAO since the channel was opened, what was redeemed before included.
    pub total: Rao,
}

impl Voucher {
    /// The bytes to sign on the chain whose block 0 has the hash `genesis`; the module's documentation has the layout.
    pub fn preimage(&self, genesis: &Hash) -> [u8; VOUCHER_LENGTH] {
        let mut bytes = [0; VOUCHER_LENGTH];
        bytes[..18].copy_from_slice(&VOUCHER_DOMAIN);
        bytes[18..50].copy_from_slice(&genesis.0);
        bytes[50..58].copy_from_slice(&self.channel.0.to_le_bytes());
        bytes[58..].copy_from_slice(&self.total.to_le_bytes());
        bytes
    }

    /// BLAKE2b-256 of the preimage: the voucher's name in logs and receipts. Nothing signs it.
    pub fn hash(&self, genesis: &Hash) -> Hash {
        BlakeTwo256::hash(&self.preimage(genesis))
    }
}

/// A voucher with the user's signature: what a provider keeps and redeems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SignedVoucher {
    /// What is promised.
    pub voucher: Voucher,
    /// sr25519, by the channel's voucher key, over the preimage.
    pub signature: sr25519::Signature,
}

impl SignedVoucher {
    /// Whether `key` signed it for the chain whose block 0 has the hash `genesis`.
    pub fn is_signed_by(&self, key: &VoucherKey, genesis: &Hash) -> bool {
        self.signature.verify(&self.voucher.preimage(genesis)[..], key)
    }
}
