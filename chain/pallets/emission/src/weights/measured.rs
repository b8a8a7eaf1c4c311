//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn split(s: u32, m: u32) -> Weight {
        weight(1_085_446_000, 7, 4)
            .saturating_add(weight(5_572_647, 2, 1).saturating_mul(s.into()))
            .saturating_add(weight(17_634_254, 1, 0).saturating_mul(m.into()))
    }

    fn schedule() -> Weight {
        weight(966_893_000, 130, 0)
    }

    fn epoch(n: u32) -> Weight {
        weight(2_705_074_294, 138, 109).saturating_add(weight(2_356_408, 0, 0).saturating_mul(n.into()))
    }

    fn pairs(p: u32) -> Weight {
        weight(4_681_346_250, 370, 134).saturating_add(weight(13_856_662, 0, 0).saturating_mul(p.into()))
    }
}
