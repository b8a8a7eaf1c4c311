//! What holds for every seal and difficulty. `PROPTEST_CASES=10000 cargo test --release -p ganglion-pow` for more cases.

use ganglion_pow::{meets, seal, Challenge};
use proptest::prelude::*;

/// ⌊(2²⁵⁶ − 1) / divisor⌋, by long division of 64-bit digits.
fn greatest_seal(divisor: u64) -> [u8; 32] {
    let (mut remainder, mut quotient) = (0u128, [0; 32]);
    for digit in quotient.chunks_mut(8) {
        let dividend = remainder << 64 | u128::from(u64::MAX);
        let part = u64::try_from(dividend / u128::from(divisor)).expect("the remainder is smaller than the divisor");
        digit.copy_from_slice(&part.to_be_bytes());
        remainder = dividend % u128::from(divisor);
    }
    quotient
}

/// The number after `seal`, `None` after the last.
fn successor(seal: [u8; 32]) -> Option<[u8; 32]> {
    let mut next = seal;
    for byte in next.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte > 0 {
            return Some(next);
        }
    }
    None
}

fn challenges() -> impl Strategy<Value = Challenge> {
    any::<([u8; 32], u16, [u8; 32], [u8; 32], [u8; 32])>().prop_map(
        |(genesis_hash, netuid, block_hash, hotkey, coldkey)| Challenge {
            genesis_hash,
            netuid,
            block_hash,
            hotkey,
            coldkey,
        },
    )
}

proptest! {
    #[test]
    fn seals_up_to_the_quotient_meet(seal: [u8; 32], difficulty: u64, shift in 0u32..64) {
        let difficulty = (difficulty >> shift).max(1);
        let greatest = greatest_seal(difficulty);
        // Arrays compare from the first byte on, as big-endian numbers do.
        prop_assert_eq!(meets(&seal, difficulty), seal <= greatest);
        prop_assert!(meets(&greatest, difficulty));
        if let Some(weaker) = successor(greatest) {
            prop_assert!(!meets(&weaker, difficulty));
        }
    }

    #[test]
    fn harder_is_never_easier(seal: [u8; 32], a: u64, b: u64) {
        let (easy, hard) = (a.min(b).max(1), a.max(b).max(1));
        prop_assert!(meets(&seal, easy) || !meets(&seal, hard));
    }

    #[test]
    fn nothing_meets_zero_and_everything_meets_one(seal: [u8; 32]) {
        prop_assert!(!meets(&seal, 0));
        prop_assert!(meets(&seal, 1));
    }

    #[test]
    fn every_bit_of_the_challenge_counts(challenge in challenges(), bit in 0usize..1040) {
        let flip = |field: &mut [u8; 32], bit: usize| field[bit / 8] ^= 1 << (bit % 8);
        let mut other = challenge;
        match bit {
            0..=255 => flip(&mut other.genesis_hash, bit),
            256..=511 => flip(&mut other.block_hash, bit - 256),
            512..=767 => flip(&mut other.hotkey, bit - 512),
            768..=1023 => flip(&mut other.coldkey, bit - 768),
            _ => other.netuid ^= 1 << (bit - 1024),
        }
        prop_assert_ne!(challenge.preimage(), other.preimage());
        prop_assert_ne!(challenge.digest(), other.digest());
    }

    #[test]
    fn nonces_give_different_seals(digest: [u8; 32], a: u64, b: u64) {
        prop_assert_eq!(a == b, seal(&digest, a) == seal(&digest, b));
    }
}
