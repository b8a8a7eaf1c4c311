//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn register() -> Weight {
        weight(13_935_646_000, 425, 26)
    }

    fn burned_register() -> Weight {
        weight(10_130_310_000, 422, 26)
    }

    fn serve_axon() -> Weight {
        weight(805_976_000, 6, 1)
    }

    fn serve_prometheus() -> Weight {
        weight(628_960_000, 6, 1)
    }

    fn swap_hotkey() -> Weight {
        weight(722_395_000, 8, 8)
    }

    fn announce_coldkey_swap() -> Weight {
        weight(210_782_000, 8, 6)
    }

    fn swap_coldkey() -> Weight {
        weight(407_955_000, 12, 11)
    }

    fn dispute_coldkey_swap() -> Weight {
        weight(63_818_000, 2, 1)
    }

    fn decline_coldkey_swap() -> Weight {
        weight(68_976_000, 2, 2)
    }

    fn resolve_coldkey_swap() -> Weight {
        weight(422_640_000, 12, 11)
    }

    fn adjust_prices(d: u32) -> Weight {
        weight(149_862_129, 2, 1).saturating_add(weight(8_902_735, 1, 0).saturating_mul(d.into()))
    }
}
