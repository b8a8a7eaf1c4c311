//! What calls weigh.

mod measured;

use frame_support::weights::Weight;

/// Weight of each call in the worst case: a subnet of 4 096 neurons.
pub trait WeightInfo {
    /// Sets `named` weights.
    fn set_weights(named: u32) -> Weight;
    /// Writes a commitment.
    fn commit_weights() -> Weight;
    /// Checks the hash of `named` weights and sets them.
    fn reveal_weights(named: u32) -> Weight;
}
