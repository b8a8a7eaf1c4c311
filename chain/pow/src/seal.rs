//! The seal, and when it is good enough.

use sha2::Sha256;
use sha3::{Digest, Keccak256};

/// The seal of a nonce: keccak256(sha256(nonce ‖ digest)), the nonce in 8 bytes, little-endian. `digest` is
/// [`Challenge::digest`](crate::Challenge::digest).
pub fn seal(digest: &[u8; 32], nonce: u64) -> [u8; 32] {
    let inner = Sha256::new().chain_update(nonce.to_le_bytes()).chain_update(digest).finalize();
    Keccak256::digest(inner).into()
}

/// Whether a seal proves `difficulty` expected hashes: read as a big-endian number, it times the difficulty must stay
/// below 2²⁵⁶. Nothing meets difficulty 0.
///
/// ```
/// use ganglion_pow::meets;
/// let mut seal = [0; 32];
/// seal[0] = 0x40; // a quarter of 2²⁵⁶
/// assert!(meets(&seal, 3) && !meets(&seal, 4));
/// ```
pub fn meets(seal: &[u8; 32], difficulty: u64) -> bool {
    // Long multiplication from the last byte on; what is carried out of the first byte is beyond 256 bits.
    let carry = seal.iter().rev().fold(0u128, |carry, byte| (u128::from(*byte) * u128::from(difficulty) + carry) >> 8);
    difficulty > 0 && carry == 0
}
