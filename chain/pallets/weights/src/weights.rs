//! What calls weigh.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// Weight of each call in the worst case: a subnet of 4 096 neurons.
pub trait WeightInfo {
    /// Sets `named` weights.
    fn set_weights(named: u32) -> Weight;
    /// Writes a commitment.
    fn commit_weights() -> Weight;
    /// Checks the hash of `named` weights and sets them.
    fn reveal_weights(named: u32) -> Weight;
}

/// Database accesses as the benchmarks count them, and nanoseconds of computing by hand.
fn counted(reads: u64, writes: u64, nanos: u64) -> Weight {
    ParityDbWeight::get().reads_writes(reads, writes).saturating_add(Weight::from_parts(nanos.saturating_mul(1_000), 0))
}

/// Nanoseconds to read 4 096 seats and look for names among them.
const SEATS: u64 = 300_000;

impl WeightInfo for () {
    fn set_weights(named: u32) -> Weight {
        counted(27, 3, u64::from(named).saturating_mul(150).saturating_add(SEATS))
    }

    fn commit_weights() -> Weight {
        counted(10, 3, 50_000)
    }

    fn reveal_weights(named: u32) -> Weight {
        counted(28, 4, u64::from(named).saturating_mul(200).saturating_add(SEATS))
    }
}
