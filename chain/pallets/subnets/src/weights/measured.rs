//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn set_hyperparameters() -> Weight {
        weight(64_170_000, 3, 1)
    }

    fn create() -> Weight {
        weight(1_149_787_000, 139, 15)
    }

    fn dissolve() -> Weight {
        weight(146_335_000, 8, 7)
    }

    fn set_identity() -> Weight {
        weight(41_959_000, 2, 1)
    }

    fn transfer_ownership() -> Weight {
        weight(64_801_000, 5, 1)
    }

    fn set_terms() -> Weight {
        weight(11_201_000, 0, 1)
    }

    fn clear(r: u32) -> Weight {
        weight(66_104_000, 40, 40).saturating_add(weight(99_491_320, 5, 6).saturating_mul(r.into()))
    }
}
