//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn add_stake() -> Weight {
        weight(348_801_000, 10, 10)
    }

    fn remove_stake() -> Weight {
        weight(331_987_000, 12, 6)
    }

    fn leave() -> Weight {
        weight(157_493_000, 9, 4)
    }

    fn set_take() -> Weight {
        weight(100_013_000, 4, 1)
    }

    fn withdraw() -> Weight {
        weight(346_585_000, 12, 8)
    }

    fn pay_from_stake() -> Weight {
        weight(588_562_000, 39, 5)
    }

    fn pay_from() -> Weight {
        weight(220_630_000, 5, 4)
    }

    fn credit() -> Weight {
        weight(67_758_000, 3, 2)
    }

    fn slash() -> Weight {
        weight(174_631_000, 6, 5)
    }

    fn rekey() -> Weight {
        weight(95_579_000, 5, 6)
    }
}
