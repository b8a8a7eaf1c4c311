//! What the calls weigh.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// Weights of the calls and of what other pallets ask for in hooks, for the worst case.
pub trait WeightInfo {
    /// `set_keys`, with a full list of candidates.
    fn set_keys() -> Weight;
    /// `set_root_weights` of `n` subnets, by the last of 64 members.
    fn set_root_weights(n: u32) -> Weight;
    /// `chill`.
    fn chill() -> Weight;
    /// `stand`.
    fn stand() -> Weight;
    /// Noting a block's author.
    fn note_author() -> Weight;
    /// Punishing one offender.
    fn punish() -> Weight;
}

/// Counted by hand: rows read and written, and microseconds of computing.
fn counted(reads: u64, writes: u64, microseconds: u64) -> Weight {
    ParityDbWeight::get()
        .reads_writes(reads, writes)
        .saturating_add(Weight::from_parts(microseconds.saturating_mul(1_000_000), 0))
}

impl WeightInfo for () {
    fn set_keys() -> Weight {
        // Two signatures; a list of 16 KiB, in which the poorest non-member is sought; the keys of two candidates.
        counted(160, 14, 350)
    }

    fn set_root_weights(n: u32) -> Weight {
        counted(4, 1, 30).saturating_add(counted(1, 0, 1).saturating_mul(n.into()))
    }

    fn chill() -> Weight {
        counted(8, 1, 40)
    }

    fn stand() -> Weight {
        counted(6, 1, 20)
    }

    fn note_author() -> Weight {
        counted(3, 1, 10)
    }

    fn punish() -> Weight {
        counted(16, 12, 100)
    }
}
