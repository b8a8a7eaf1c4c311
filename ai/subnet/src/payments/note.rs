//! A voucher between its bytes on the wire and what the ledger takes.

use ganglion_keys::{Keypair, PublicKey, Signature};
use ganglion_primitives::{ChannelId, Hash, Rao, SignedVoucher, Voucher};
use ganglion_wire::payment::{self, VOUCHER_BYTES};

/// A voucher with its signature, in 80 bytes: channel and total (u64, little-endian), signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is promised.
    pub voucher: Voucher,
    /// By the channel's voucher key, one hopes.
    pub signature: Signature,
}

impl Note {
    /// Promises `total` RAO of `channel` on the chain whose block 0 has the hash `genesis`.
    pub fn sign(channel: ChannelId, total: Rao, genesis: &[u8; 32], key: &Keypair) -> Self {
        let voucher = Voucher { channel, total };
        Self { voucher, signature: key.sign(&voucher.preimage(&Hash::from(*genesis))) }
    }

    /// Whether `key` signed it for the chain whose block 0 has the hash `genesis`.
    pub fn is_signed_by(&self, key: &PublicKey, genesis: &[u8; 32]) -> bool {
        key.verify(&self.voucher.preimage(&Hash::from(*genesis)), &self.signature)
    }

    /// As it travels.
    pub fn to_bytes(self) -> payment::Voucher {
        let mut bytes = [0; VOUCHER_BYTES];
        bytes[..8].copy_from_slice(&self.voucher.channel.0.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.voucher.total.to_le_bytes());
        bytes[16..].copy_from_slice(&self.signature.0);
        bytes
    }

    /// As it travelled. Any 80 bytes are one; whether it is good is another question.
    pub fn from_bytes(bytes: &payment::Voucher) -> Self {
        let (mut channel, mut total, mut signature) = ([0; 8], [0; 8], [0; 64]);
        channel.copy_from_slice(&bytes[..8]);
        total.copy_from_slice(&bytes[8..16]);
        signature.copy_from_slice(&bytes[16..]);
        let voucher = Voucher { channel: ChannelId(u64::from_le_bytes(channel)), total: u64::from_le_bytes(total) };
        Self { voucher, signature: Signature(signature) }
    }

    /// As the ledger takes it.
    pub fn to_ledger(self) -> SignedVoucher {
        SignedVoucher { voucher: self.voucher, signature: self.signature.0.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_ledger() {
        let (key, genesis) = (Keypair::from_seed([7; 32]), [9; 32]);
        let note = Note::sign(ChannelId(0x0102_0304), 1_234_567, &genesis, &key);
        assert_eq!(Note::from_bytes(&note.to_bytes()), note);
        assert_eq!(note.to_bytes()[..16], [4, 3, 2, 1, 0, 0, 0, 0, 0x87, 0xd6, 0x12, 0, 0, 0, 0, 0]);
        let ledger = note.to_ledger();
        assert_eq!((ledger.voucher, ledger.signature.0), (note.voucher, note.signature.0));
        assert!(note.is_signed_by(&key.public(), &genesis) && !note.is_signed_by(&key.public(), &[8; 32]));
        let other = Note { voucher: Voucher { total: 1_234_568, ..note.voucher }, ..note };
        assert!(!other.is_signed_by(&key.public(), &genesis));
    }
}
