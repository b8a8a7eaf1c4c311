//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn open_channel() -> Weight {
        weight(299_371_000, 6, 6)
    }

    fn top_up() -> Weight {
        weight(265_452_000, 4, 3)
    }

    fn redeem(n: u32) -> Weight {
        weight(58_268_224, 6, 2).saturating_add(weight(300_546_525, 2, 1).saturating_mul(n.into()))
    }

    fn close() -> Weight {
        weight(337_504_000, 8, 5)
    }

    fn settle() -> Weight {
        weight(309_892_000, 5, 5)
    }
}
