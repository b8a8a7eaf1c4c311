//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn set_keys() -> Weight {
        weight(1_462_023_000, 145, 12)
    }

    fn set_root_weights(n: u32) -> Weight {
        weight(168_720_544, 3, 1).saturating_add(weight(4_160_901, 1, 0).saturating_mul(n.into()))
    }

    fn chill() -> Weight {
        weight(159_129_000, 6, 1)
    }

    fn stand() -> Weight {
        weight(74_149_000, 5, 1)
    }

    fn note_author() -> Weight {
        weight(19_267_000, 1, 1)
    }

    fn punish() -> Weight {
        weight(208_552_000, 11, 8)
    }
}
