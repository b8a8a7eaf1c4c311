//! What the calls weigh.

mod measured;

use frame_support::weights::Weight;

/// Weights of the calls and of what other pallets ask for in hooks, for the worst case.
pub trait WeightInfo {
    /// `set_keys`, with a full list of candidates.
    fn set_keys() -> Weight;
    /// `set_root_weights` of `n` subnets, by the last of 64 members.
    fn set_root_weights(n: u32) -> Weight;
    /// `chill`.
    fn chill() -> Weight;
    /// `stand`.
    fn stand() -> Weight;
    /// Noting a block's author.
    fn note_author() -> Weight;
    /// Punishing one offender.
    fn punish() -> Weight;
}
