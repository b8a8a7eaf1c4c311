//! What calls and hooks weigh.

mod measured;

use frame_support::weights::Weight;

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
