//! What calls and hooks weigh.

use frame_support::weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight};

/// Weight of each call and hook in the worst case: subnets are full of 4 096 neurons, whose owners have 256 hotkeys.
pub trait WeightInfo {
    /// Checked and undone by the pool's rule, then done: see `validate_unsigned`.
    fn register() -> Weight;
    /// Finds the neuron to prune and takes its seat.
    fn burned_register() -> Weight;
    /// Writes an endpoint.
    fn serve_axon() -> Weight;
    /// Writes an endpoint.
    fn serve_prometheus() -> Weight;
    /// Changes a hotkey's row, retires its old key and gives the new one an account.
    fn swap_hotkey() -> Weight;
    /// Replaces an announcement.
    fn announce_coldkey_swap() -> Weight;
    /// Changes a coldkey's row and moves its free balance.
    fn swap_coldkey() -> Weight;
    /// Marks an announcement.
    fn dispute_coldkey_swap() -> Weight;
    /// As `swap_coldkey`.
    fn resolve_coldkey_swap() -> Weight;
    /// Removes an announcement.
    fn decline_coldkey_swap() -> Weight;
    /// Moves the prices of `due` subnets out of 128.
    fn adjust_prices(due: u32) -> Weight;
}

/// Database accesses as the benchmarks count them, and microseconds of computing by hand.
fn counted(reads: u64, writes: u64, micros: u64) -> Weight {
    let database: RuntimeDbWeight = ParityDbWeight::get();
    database.reads_writes(reads, writes).saturating_add(Weight::from_parts(micros.saturating_mul(1_000_000), 0))
}

impl WeightInfo for () {
    fn register() -> Weight {
        // 16 pages of seats, two rows for each hotkey of the owner, the outcome of the last epoch. The second time all of
        // it comes from memory.
        counted(430, 30, 4_000)
    }

    fn burned_register() -> Weight {
        counted(430, 30, 2_000)
    }

    fn serve_axon() -> Weight {
        counted(10, 3, 50)
    }

    fn serve_prometheus() -> Weight {
        counted(10, 3, 50)
    }

    fn swap_hotkey() -> Weight {
        counted(16, 10, 100)
    }

    fn announce_coldkey_swap() -> Weight {
        counted(12, 8, 100)
    }

    fn swap_coldkey() -> Weight {
        counted(17, 11, 120)
    }

    fn dispute_coldkey_swap() -> Weight {
        counted(6, 3, 30)
    }

    fn resolve_coldkey_swap() -> Weight {
        counted(17, 11, 120)
    }

    fn decline_coldkey_swap() -> Weight {
        counted(6, 4, 30)
    }

    fn adjust_prices(due: u32) -> Weight {
        let due = u64::from(due);
        counted(due.saturating_add(2), due.min(1), due.saturating_mul(2).saturating_add(60))
    }
}
