//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn split(s: u32, m: u32) -> Weight {
        weight(1_433_477_000, 7, 4)
            .saturating_add(weight(15_881_209, 2, 1).saturating_mul(s.into()))
            .saturating_add(weight(19_641_591, 1, 0).saturating_mul(m.into()))
    }

    fn schedule() -> Weight {
        weight(1_143_760_000, 130, 0)
    }

    fn epoch(n: u32) -> Weight {
        weight(5_022_472_256, 139, 109).saturating_add(weight(25_047_715, 0, 0).saturating_mul(n.into()))
    }

    fn pairs(p: u32) -> Weight {
        weight(37_328_649_314, 383, 134).saturating_add(weight(31_299_291, 0, 0).saturating_mul(p.into()))
    }
}
