//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
    fn register() -> Weight {
        weight(12_457_979_000, 413, 26)
    }

    fn burned_register() -> Weight {
        weight(8_090_727_000, 410, 26)
    }

    fn serve_axon() -> Weight {
        weight(561_925_000, 5, 1)
    }

    fn serve_prometheus() -> Weight {
        weight(515_547_000, 5, 1)
    }

    fn swap_hotkey() -> Weight {
        weight(631_245_000, 8, 8)
    }

    fn announce_coldkey_swap() -> Weight {
        weight(100_248_000, 8, 6)
    }

    fn swap_coldkey() -> Weight {
        weight(207_249_000, 12, 11)
    }

    fn dispute_coldkey_swap() -> Weight {
        weight(34_144_000, 2, 1)
    }

    fn decline_coldkey_swap() -> Weight {
        weight(40_666_000, 2, 2)
    }

    fn resolve_coldkey_swap() -> Weight {
        weight(225_874_000, 12, 11)
    }

    fn adjust_prices(d: u32) -> Weight {
        weight(80_281_827, 2, 1).saturating_add(weight(4_494_748, 1, 0).saturating_mul(d.into()))
    }
}
