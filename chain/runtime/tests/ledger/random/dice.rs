//! Chance that can be repeated: SplitMix64, the same on every machine.

/// A stream of random numbers.
pub struct Dice(u64);

impl Dice {
    /// The stream that `seed` begins.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 if `limit` is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number().checked_rem(limit).unwrap_or(0)
    }

    /// True `times` in a hundred.
    pub fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    /// One of `choices`, which isn't empty.
    pub fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// One of `choices`, if there is any.
    pub fn any<T>(&mut self, mut choices: Vec<T>) -> Option<T> {
        if choices.is_empty() {
            return None;
        }
        let chosen = self.below(choices.len() as u64) as usize;
        Some(choices.swap_remove(chosen))
    }

    /// Up to `most` bytes.
    pub fn bytes(&mut self, most: u64) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length).map(|_| self.number() as u8).collect()
    }

    /// `N` bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.number() as u8)
    }

    /// A number as users and attackers choose them: nought, one, small, around `typical`, or the largest.
    pub fn amount(&mut self, typical: u64) -> u64 {
        match self.below(20) {
            0 => 0,
            1 => 1,
            2 => u64::MAX,
            3 => self.number(),
            4 => typical,
            5..=8 => self.below(1_000),
            _ => self.below(typical.saturating_mul(2).saturating_add(1)),
        }
    }
}
