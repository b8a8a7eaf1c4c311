//! What a seal is bound to.

use sha3::{Digest, Keccak256};

/// Everything that one piece of work is bound to: it is of no use on another chain, in another subnet, long after its
/// block, or to another pair of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Challenge {
    /// Hash of the chain's block 0.
    pub genesis_hash: [u8; 32],
    /// The subnet to join.
    pub netuid: u16,
    /// Hash of a recent block, so that work cannot be stored.
    pub block_hash: [u8; 32],
    /// Public key of the neuron that joins.
    pub hotkey: [u8; 32],
    /// Public key of its owner.
    pub coldkey: [u8; 32],
}

impl Challenge {
    /// Bytes of the preimage.
    pub const LEN: usize = 130;

    /// The bytes that are hashed.
    ///
    /// | bytes | content |
    /// |---|---|
    /// | 0–31 | genesis hash |
    /// | 32–33 | netuid, little-endian |
    /// | 34–65 | block hash |
    /// | 66–97 | hotkey |
    /// | 98–129 | coldkey |
    pub fn preimage(&self) -> [u8; Self::LEN] {
        let netuid = self.netuid.to_le_bytes();
        let fields: [&[u8]; 5] = [&self.genesis_hash, &netuid, &self.block_hash, &self.hotkey, &self.coldkey];
        let mut preimage = [0; Self::LEN];
        for (to, from) in preimage.iter_mut().zip(fields.into_iter().flatten()) {
            *to = *from;
        }
        preimage
    }

    /// Keccak-256 of the preimage: what the solver hashes with each nonce.
    pub fn digest(&self) -> [u8; 32] {
        Keccak256::digest(self.preimage()).into()
    }
}
