//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn set_keys() -> Weight {
        weight(1_727_953_000, 145, 13)
    }

    fn set_root_weights(n: u32) -> Weight {
        weight(107_112_039, 3, 1).saturating_add(weight(7_701_276, 1, 0).saturating_mul(n.into()))
    }

    fn chill() -> Weight {
        weight(212_324_000, 6, 1)
    }

    fn stand() -> Weight {
        weight(106_432_000, 5, 1)
    }

    fn note_author() -> Weight {
        weight(40_941_000, 1, 1)
    }

    fn punish() -> Weight {
        weight(343_993_000, 11, 8)
    }
}
