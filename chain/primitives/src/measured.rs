//! What measured work weighs.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// The weight of so many picoseconds of computing, rows read and rows written, as `measure_weights` counts them. Rows cost
/// what the node's database takes for them.
pub fn weight(picoseconds: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(picoseconds, 0).saturating_add(ParityDbWeight::get().reads_writes(reads, writes))
}
