//! Seeds of tasks and the portable randomness drawn from them.
//!
//! A seed fixes a task for ever: whoever learns the ingredients later can draw the same task again and check it. So
//! the generator must not change with a library's version; it is SHA-256 in counter mode.

use sha2::{Digest, Sha256};

/// The 32 bytes that a task is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(pub [u8; 32]);

/// What a round's seed is made of.
#[derive(Clone, Copy, Debug)]
pub struct Beacon<'a> {
    /// Hash of a recent block: unknown before it existed.
    pub block_hash: &'a [u8; 32],
    /// The subnet.
    pub netuid: u16,
    /// The validator that asks.
    pub hotkey: &'a [u8; 32],
    /// The validator's secret of this tempo: unknown to everybody else until revealed.
    pub secret: &'a [u8; 32],
    /// The round, never used twice under one secret.
    pub round: u64,
}

impl Seed {
    /// The seed of a round.
    pub fn of(beacon: &Beacon<'_>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"ganglion/task-seed/1");
        hasher.update(beacon.block_hash);
        hasher.update(beacon.netuid.to_le_bytes());
        hasher.update(beacon.hotkey);
        hasher.update(beacon.secret);
        hasher.update(beacon.round.to_le_bytes());
        Self(hasher.finalize().into())
    }

    /// A fresh stream of randomness, the same for the same seed.
    pub fn dice(&self) -> Dice {
        Dice { seed: self.0, block: 0, buffer: [0; 32], used: 32 }
    }
}

/// Deterministic, portable randomness.
#[derive(Clone, Debug)]
pub struct Dice {
    seed: [u8; 32],
    block: u64,
    buffer: [u8; 32],
    used: usize,
}

impl Dice {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        if self.used + 8 > self.buffer.len() {
            let mut hasher = Sha256::new();
            hasher.update(self.seed);
            hasher.update(self.block.to_le_bytes());
            self.buffer = hasher.finalize().into();
            self.block = self.block.wrapping_add(1);
            self.used = 0;
        }
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.buffer[self.used..self.used + 8]);
        self.used += 8;
        u64::from_le_bytes(bytes)
    }

    /// A number below `bound`, each equally likely; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Numbers in the incomplete last stretch would favour small remainders.
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.bits();
            if number < limit {
                return number % bound;
            }
        }
    }

    /// A number from `low` to `high`, both included; `low` if the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low);
        if width <= 0 {
            return low;
        }
        low.saturating_add(self.below(width as u64 + 1) as i64)
    }

    /// True `numerator` times out of `denominator`.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// An index below `length`; 0 if `length` is 0.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// One element.
    ///
    /// # Panics
    /// If `items` is empty, which only a mistake in a task's own tables can cause.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// `count` different elements in random order (all of them if there are fewer).
    pub fn sample<T: Clone>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut chosen = items.to_vec();
        self.shuffle(&mut chosen);
        chosen.truncate(count);
        chosen
    }

    /// Puts `items` in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ingredient_changes_the_seed() {
        let base = Beacon { block_hash: &[1; 32], netuid: 1, hotkey: &[2; 32], secret: &[3; 32], round: 4 };
        let seeds = [
            Seed::of(&base),
            Seed::of(&Beacon { block_hash: &[9; 32], ..base }),
            Seed::of(&Beacon { netuid: 2, ..base }),
            Seed::of(&Beacon { hotkey: &[9; 32], ..base }),
            Seed::of(&Beacon { secret: &[9; 32], ..base }),
            Seed::of(&Beacon { round: 5, ..base }),
        ];
        for (i, a) in seeds.iter().enumerate() {
            assert!(seeds.iter().skip(i + 1).all(|b| a != b));
        }
    }

    #[test]
    fn the_stream_is_fixed_for_ever() {
        let mut dice = Seed([0; 32]).dice();
        // SHA-256 of 40 zero bytes starts with these eight bytes.
        let mut expected = [0; 8];
        expected.copy_from_slice(&Sha256::digest([0; 40])[..8]);
        assert_eq!(dice.bits(), u64::from_le_bytes(expected));
    }

    #[test]
    fn ranges_are_kept_and_covered() {
        let mut dice = Seed([7; 32]).dice();
        let mut seen = [false; 5];
        for _ in 0..200 {
            let number = dice.between(-2, 2);
            assert!((-2..=2).contains(&number));
            seen[(number + 2) as usize] = true;
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!((dice.below(0), dice.between(3, 1)), (0, 3));
    }

    #[test]
    fn a_sample_has_no_element_twice() {
        let mut sample = Seed([8; 32]).dice().sample(&[1, 2, 3, 4, 5], 4);
        sample.sort_unstable();
        sample.dedup();
        assert_eq!(sample.len(), 4);
    }
}
