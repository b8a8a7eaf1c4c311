//! How demand moves the price of joining a subnet.
//!
//! There are two ways in: **work** (a seal that meets the difficulty) and **burn** (TAO that is recycled). Once an
//! interval, the registrations of each kind are compared with the target. Too many: the way that was used more gets
//! dearer. Too few: the way that was used *less* gets cheaper. Both move when both were used alike.
//!
//! Source: `protocol.md` §7.5, to the last bit: a smoothed value α·v + (1 − α)·v·(r + t)/(2t) with 18 fractional bits.

/// What joining costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Expected number of hashes of a seal.
    pub difficulty: u64,
    /// RAO to recycle.
    pub burn: u64,
}

/// How many joined during the interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By work.
    pub by_work: u16,
    /// By burn.
    pub by_burn: u16,
}

/// What a subnet allows, and how fast its terms move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Least difficulty.
    pub min_difficulty: u64,
    /// Greatest difficulty.
    pub max_difficulty: u64,
    /// Least burn, RAO.
    pub min_burn: u64,
    /// Greatest burn, RAO.
    pub max_burn: u64,
    /// How much of the old value stays, in 1/(2⁶⁴ − 1): 0 follows demand at once, `u64::MAX` never.
    pub alpha: u64,
    /// Registrations wanted in an interval. With 0 there is nothing to aim at: terms are only kept within bounds.
    pub target: u16,
}

/// Fractional bits of the formula.
const FRACTION: u32 = 18;
const ONE: u128 = 1 << FRACTION;

/// Whether terms last adjusted in block `last` are adjusted again in block `now`.
pub const fn is_due(now: u64, last: u64, interval: u64) -> bool {
    now.saturating_sub(last) >= interval
}

/// The terms of the next interval.
///
/// | | more by work | more by burn | alike |
/// |---|---|---|---|
/// | above target | difficulty rises | burn rises | both |
/// | at or below target | burn falls | difficulty falls | both |
///
/// ```
/// use ganglion_tokenomics::adjustment::{adjust, Bounds, Counts, Terms};
/// let bounds = Bounds { max_difficulty: 1 << 40, max_burn: 1 << 40, target: 1, ..Default::default() };
/// let terms = Terms { difficulty: 20_000, burn: 1_000 };
/// let crowded = adjust(terms, Counts { by_work: 3, by_burn: 0 }, &bounds);
/// assert_eq!(crowded, Terms { difficulty: 40_000, burn: 1_000 });
/// ```
pub fn adjust(terms: Terms, counts: Counts, bounds: &Bounds) -> Terms {
    let Counts { by_work, by_burn } = counts;
    let registrations = by_work.saturating_add(by_burn);
    let (difficulty_moves, burn_moves) = if by_work == by_burn {
        (true, true)
    } else {
        let work_leads = by_work > by_burn;
        let crowded = registrations > bounds.target;
        (work_leads == crowded, work_leads != crowded)
    };
    let Bounds { alpha, target, .. } = *bounds;
    let mut next = terms;
    if difficulty_moves {
        let (min, max) = (bounds.min_difficulty, bounds.max_difficulty);
        next.difficulty = moved(terms.difficulty, registrations, target, alpha, min, max);
    }
    if burn_moves {
        next.burn = moved(terms.burn, registrations, target, alpha, bounds.min_burn, bounds.max_burn);
    }
    next
}

/// One value of the terms, moved by `registrations` against `target` and kept within `min` and `max` (the same unit as
/// `current`; where they contradict each other, `max` wins). See [`Bounds`] for `alpha` and `target`.
pub fn moved(current: u64, registrations: u16, target: u16, alpha: u64, min: u64, max: u64) -> u64 {
    // No sum below leaves 128 bits: 64 (value) + 17 (registrations + target) + 18 (fraction) + 18 (1 − alpha).
    let current_bits = u128::from(current) << FRACTION;
    let next_bits = match u128::from(target) {
        0 => current_bits,
        wanted => {
            let alpha_bits = (u128::from(alpha) << FRACTION) / u128::from(u64::MAX);
            let demand_bits = current_bits * (u128::from(registrations) + wanted) / (2 * wanted);
            u128::from(current) * alpha_bits + (((ONE - alpha_bits) * demand_bits) >> FRACTION)
        }
    };
    if next_bits >= u128::from(max) << FRACTION {
        max
    } else if next_bits <= u128::from(min) << FRACTION {
        min.min(max)
    } else {
        // Below max, hence within 64 bits.
        (next_bits >> FRACTION) as u64
    }
}
