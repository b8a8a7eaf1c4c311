//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn set_weights(n: u32) -> Weight {
        weight(1_059_146_557, 22, 1).saturating_add(weight(171_504, 0, 0).saturating_mul(n.into()))
    }

    fn commit_weights() -> Weight {
        weight(476_590_000, 5, 1)
    }

    fn reveal_weights(n: u32) -> Weight {
        weight(1_516_107_556, 23, 2).saturating_add(weight(162_110, 0, 0).saturating_mul(n.into()))
    }
}
