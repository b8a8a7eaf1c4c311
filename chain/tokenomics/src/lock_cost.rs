//! What creating a subnet costs.
//!
//! The price doubles with each new subnet and falls in a straight line: after one reduction interval it is what the last
//! owner paid, after two it is nothing, though never below the minimum. Source: `protocol.md` §11.1.

/// What the price of a new subnet depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// RAO locked for the last subnet.
    pub last_cost: u64,
    /// RAO that a subnet costs at least.
    pub min_cost: u64,
    /// Block in which the last subnet was created; 0 when none was, and then the price is not doubled.
    pub last_block: u64,
    /// Blocks in which the price falls by `last_cost`. Counts as 1 when 0 (the original divides by it).
    pub reduction_interval: u64,
}

/// RAO to lock for a new subnet in block `now`.
///
/// max(`min_cost`, `last_cost` · m − ⌊`last_cost` / `reduction_interval`⌋ · (`now` − `last_block`)) with m = 2, or 1 before
/// the first subnet. Saturates at both ends of the range instead of overflowing.
///
/// ```
/// use ganglion_tokenomics::lock_cost::{lock_cost, Lock};
/// let lock = Lock { last_cost: 2_000, min_cost: 500, last_block: 100, reduction_interval: 10 };
/// assert_eq!(lock_cost(&lock, 100), 4_000);
/// assert_eq!(lock_cost(&lock, 110), 2_000);
/// assert_eq!(lock_cost(&lock, 200), 500);
/// ```
pub const fn lock_cost(lock: &Lock, now: u64) -> u64 {
    let factor = if lock.last_block == 0 { 1 } else { 2 };
    let interval = if lock.reduction_interval == 0 { 1 } else { lock.reduction_interval };
    let fall = (lock.last_cost / interval).saturating_mul(now.saturating_sub(lock.last_block));
    let cost = lock.last_cost.saturating_mul(factor).saturating_sub(fall);
    if cost < lock.min_cost {
        lock.min_cost
    } else {
        cost
    }
}
