//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn set_weights(n: u32) -> Weight {
        weight(732_758_379, 10, 1).saturating_add(weight(235_141, 0, 0).saturating_mul(n.into()))
    }

    fn commit_weights() -> Weight {
        weight(497_614_000, 4, 1)
    }

    fn reveal_weights(n: u32) -> Weight {
        weight(932_966_572, 11, 2).saturating_add(weight(193_198, 0, 0).saturating_mul(n.into()))
    }
}
