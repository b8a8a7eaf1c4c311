//! The pallets' constants, by concern.

mod consensus;
mod governance;
mod money;
mod network;
mod system;
mod wrappers;

pub use money::{ConstFee, FeeMultiplier, WeightToFee};
pub use system::{BlockLength, BlockWeights};

use ganglion_primitives::Rao;

/// RAO to deposit for `items` rows of the ledger with `bytes` in them; it comes back when they are removed.
const fn deposit(items: u64, bytes: u64) -> Rao {
    items * 20_000_000 + bytes * 10_000
}
