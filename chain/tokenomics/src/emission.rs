//! How much TAO a block mints.
//!
//! Emission starts at one TAO a block and halves each time half of what was still missing from 21 million has been
//! issued. The rule looks at **issuance**, not at the block number: recycled TAO can be earned again, and a chain that
//! recycles reaches its halvings later.
//!
//! Source: `protocol.md` §5.1; halving *k* starts at the issuance ⌈21·10¹⁵ · (1 − 2⁻ᵏ)⌉ RAO, and a block then mints
//! ⌊10⁹ / 2ᵏ⌋ RAO.

/// No more RAO than this ever exists: 21 million TAO.
pub const MAX_SUPPLY: u64 = 21_000_000_000_000_000;

/// RAO minted by a block before the first halving: one TAO.
pub const FIRST_EMISSION: u64 = 1_000_000_000;

/// Halving after which a block mints nothing: 10⁹ < 2³⁰.
const LAST_HALVING: u32 = 30;

/// How many halvings have happened at an issuance of `issuance` RAO; 30 from the last one on, when emission is over.
pub const fn halvings(issuance: u64) -> u32 {
    let missing = MAX_SUPPLY.saturating_sub(issuance);
    // Halving k has happened once the missing part is at most MAX / 2^k, that is, once 2^k ≤ MAX / missing. Powers of
    // two are whole, so the quotient's fraction cannot matter.
    match MAX_SUPPLY.checked_div(missing) {
        Some(times) if times.ilog2() < LAST_HALVING => times.ilog2(),
        _ => LAST_HALVING,
    }
}

/// RAO that the next block mints when `issuance` RAO exist.
///
/// ```
/// use ganglion_tokenomics::emission::block_emission;
/// assert_eq!(block_emission(0), 1_000_000_000);
/// assert_eq!(block_emission(10_499_999_999_999_999), 1_000_000_000);
/// assert_eq!(block_emission(10_500_000_000_000_000), 500_000_000);
/// ```
pub const fn block_emission(issuance: u64) -> u64 {
    FIRST_EMISSION >> halvings(issuance)
}

/// The issuance, in RAO, from which a block mints half as much as now; [`MAX_SUPPLY`] when emission is over.
pub const fn next_halving(issuance: u64) -> u64 {
    match halvings(issuance) {
        LAST_HALVING => MAX_SUPPLY,
        passed => MAX_SUPPLY - (MAX_SUPPLY >> (passed + 1)),
    }
}

/// A stretch of blocks with the same emission, if nothing is recycled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// Halvings passed before it.
    pub halvings: u32,
    /// RAO each of its blocks mints.
    pub emission: u64,
    /// Its first block.
    pub first_block: u64,
    /// RAO in existence before its first block.
    pub issuance: u64,
    /// How many blocks it lasts.
    pub blocks: u64,
}

/// The eras from now to the end of emission: see [`eras`].
#[derive(Clone, Debug)]
pub struct Eras {
    block: u64,
    issuance: u64,
}

/// The eras to come, seen from `block` with `issuance` RAO in existence: where each halving falls if nothing is recycled
/// from here on. Goes from threshold to threshold, so all of it costs 30 steps.
///
/// ```
/// use ganglion_tokenomics::emission::eras;
/// let second = eras(0, 0).nth(1).unwrap();
/// assert_eq!((second.first_block, second.emission), (10_500_000, 500_000_000));
/// ```
pub const fn eras(block: u64, issuance: u64) -> Eras {
    Eras { block, issuance }
}

impl Iterator for Eras {
    type Item = Era;

    fn next(&mut self) -> Option<Era> {
        let emission = block_emission(self.issuance);
        if emission == 0 {
            return None;
        }
        let missing = next_halving(self.issuance).saturating_sub(self.issuance);
        let era = Era {
            halvings: halvings(self.issuance),
            emission,
            first_block: self.block,
            issuance: self.issuance,
            blocks: missing.div_ceil(emission),
        };
        self.block = self.block.saturating_add(era.blocks);
        self.issuance = self.issuance.saturating_add(era.blocks.saturating_mul(emission));
        Some(era)
    }
}
