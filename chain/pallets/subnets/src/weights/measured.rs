//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn set_hyperparameters() -> Weight {
        weight(79_176_000, 3, 1)
    }

    fn create() -> Weight {
        weight(2_202_981_000, 139, 15)
    }

    fn dissolve() -> Weight {
        weight(309_377_000, 8, 7)
    }

    fn set_identity() -> Weight {
        weight(87_967_000, 2, 1)
    }

    fn transfer_ownership() -> Weight {
        weight(131_139_000, 5, 1)
    }

    fn set_terms() -> Weight {
        weight(24_753_000, 0, 1)
    }

    fn clear(r: u32) -> Weight {
        weight(8_493_813, 40, 40).saturating_add(weight(138_403_459, 5, 6).saturating_mul(r.into()))
    }
}
