//! What the calls weigh.

mod measured;

use frame_support::weights::Weight;

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
