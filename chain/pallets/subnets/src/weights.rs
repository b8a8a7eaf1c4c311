//! What the calls weigh.

use crate::MAX_SUBNETS;
use frame_support::weights::{constants::ParityDbWeight, Weight};

/// Weights of the calls, for the worst case, and of cleaning up.
pub trait WeightInfo {
    /// `set_hyperparameters`.
    fn set_hyperparameters() -> Weight;
    /// `create`, replacing the weakest of [`MAX_SUBNETS`].
    fn create() -> Weight;
    /// `dissolve`.
    fn dissolve() -> Weight;
    /// `set_identity`, every field full.
    fn set_identity() -> Weight;
    /// `transfer_ownership`.
    fn transfer_ownership() -> Weight;
    /// `set_terms`.
    fn set_terms() -> Weight;
    /// Removing `rows` rows of a dissolved subnet, each a neuron with all that belongs to it.
    fn clear(rows: u32) -> Weight;
}

/// Counted by hand.
impl WeightInfo for () {
    fn set_hyperparameters() -> Weight {
        counted(4, 2, 20)
    }

    fn create() -> Weight {
        // Every subnet and its emission is read to find the weakest.
        counted(u64::from(MAX_SUBNETS) * 2 + 14, 16, 200)
    }

    // With the signer's coldkey and its announced swap, which would forbid it.
    fn dissolve() -> Weight {
        counted(9, 8, 60)
    }

    fn set_identity() -> Weight {
        counted(3, 2, 30)
    }

    // As above.
    fn transfer_ownership() -> Weight {
        counted(8, 5, 30)
    }

    fn set_terms() -> Weight {
        counted(1, 2, 10)
    }

    fn clear(rows: u32) -> Weight {
        // Every call asks each pallet: validators look through 64 members' votes. A row is at most a neuron's seat, key,
        // count, two endpoints, weights, commitment and bonds.
        counted(91, 25, 110).saturating_add(counted(14, 14, 20).saturating_mul(rows.into()))
    }
}

fn counted(reads: u64, writes: u64, microseconds: u64) -> Weight {
    ParityDbWeight::get().reads_writes(reads, writes).saturating_add(Weight::from_parts(microseconds * 1_000_000, 0))
}
