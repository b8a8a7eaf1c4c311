//! The inner loop: one SHA-256 block and one Keccak permutation a nonce.

use super::keccak::first_lane_of_hash;
use crate::{meets, seal};

/// SHA-256's initial state.
const SHA256_START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
/// Bytes hashed by SHA-256: nonce and digest.
const MESSAGE: usize = 40;

/// A digest and a difficulty, prepared for trying many nonces.
pub(super) struct Work {
    digest: [u8; 32],
    difficulty: u64,
    /// The padded message of SHA-256; the nonce goes into its first 8 bytes.
    block: [u8; 64],
    /// The first 8 bytes of a seal that meets the difficulty are at most this.
    limit: u64,
}

impl Work {
    /// `None` for difficulty 0, which nothing meets.
    pub(super) fn new(digest: &[u8; 32], difficulty: u64) -> Option<Self> {
        let limit = u64::MAX.checked_div(difficulty)?;
        let mut block = [0; 64];
        let tail = digest.iter().chain(&[0x80]);
        block.iter_mut().skip(MESSAGE - digest.len()).zip(tail).for_each(|(to, from)| *to = *from);
        let bits = (MESSAGE as u64 * 8).to_be_bytes();
        block.iter_mut().rev().zip(bits.iter().rev()).for_each(|(to, from)| *to = *from);
        Some(Self { digest: *digest, difficulty, block, limit })
    }

    /// The first of `count` nonces from `first` on whose seal meets the difficulty, and that seal.
    pub(super) fn scan(&self, first: u64, count: u64) -> Option<(u64, [u8; 32])> {
        let mut block = self.block;
        for offset in 0..count {
            let nonce = first.wrapping_add(offset);
            block[..8].copy_from_slice(&nonce.to_le_bytes());
            if seal_head(&block) <= self.limit {
                // Rare: now the whole seal counts.
                let seal = seal(&self.digest, nonce);
                if meets(&seal, self.difficulty) {
                    return Some((nonce, seal));
                }
            }
        }
        None
    }
}

/// The first 8 bytes of the seal, as a big-endian number.
#[inline]
fn seal_head(block: &[u8; 64]) -> u64 {
    let mut state = SHA256_START;
    sha2::compress256(&mut state, &[(*block).into()]);
    // SHA-256 writes big-endian words of 4 bytes, Keccak reads little-endian lanes of 8.
    let lane = |low: u32, high: u32| u64::from(low.swap_bytes()) | u64::from(high.swap_bytes()) << 32;
    let [a, b, c, d, e, f, g, h] = state;
    first_lane_of_hash([lane(a, b), lane(c, d), lane(e, f), lane(g, h)]).swap_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn head(seal: &[u8; 32]) -> u64 {
        seal.iter().take(8).fold(0, |head, byte| head << 8 | u64::from(*byte))
    }

    proptest! {
        #[test]
        fn head_is_the_seals(digest: [u8; 32], nonce: u64) {
            let mut block = Work::new(&digest, 1).expect("not 0").block;
            block[..8].copy_from_slice(&nonce.to_le_bytes());
            prop_assert_eq!(seal_head(&block), head(&seal(&digest, nonce)));
        }

        #[test]
        fn limit_passes_every_seal_that_meets(seal: [u8; 32], shift in 0u32..64, difficulty: u64) {
            let difficulty = (difficulty >> shift).max(1);
            let limit = Work::new(&[0; 32], difficulty).expect("not 0").limit;
            prop_assert!(head(&seal) <= limit || !meets(&seal, difficulty));
        }

        #[test]
        fn scan_finds_the_first(digest: [u8; 32], first: u64, difficulty in 1u64..30) {
            let found = Work::new(&digest, difficulty).expect("not 0").scan(first, 60);
            let plain = (0..60)
                .map(|offset| first.wrapping_add(offset))
                .map(|nonce| (nonce, seal(&digest, nonce)))
                .find(|(_, seal)| meets(seal, difficulty));
            prop_assert_eq!(found, plain);
        }
    }

    #[test]
    fn nothing_meets_zero() {
        assert!(Work::new(&[0; 32], 0).is_none());
    }
}
