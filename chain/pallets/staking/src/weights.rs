//! What calls and services cost.

mod measured;

use frame_support::weights::Weight;

/// What this pallet's calls cost, and the services that other pallets use in hooks.
pub trait WeightInfo {
    /// Weight of `add_stake`.
    fn add_stake() -> Weight;
    /// Weight of `remove_stake` when stake leaves at once.
    fn remove_stake() -> Weight;
    /// Weight of `remove_stake` behind a block producer.
    fn leave() -> Weight;
    /// Weight of `set_take`.
    fn set_take() -> Weight;
    /// Weight of `withdraw`.
    fn withdraw() -> Weight;
    /// Weight of [`Pallet::pay_from_stake`](crate::Pallet::pay_from_stake).
    fn pay_from_stake() -> Weight;
    /// Weight of [`Pallet::pay_from`](crate::Pallet::pay_from) with one payment in it.
    fn pay_from() -> Weight;
    /// Weight of [`Payout::credit`](crate::Payout::credit), for any number of nominators.
    fn credit() -> Weight;
    /// Weight of [`Pallet::slash`](crate::Pallet::slash), for any number of nominators.
    fn slash() -> Weight;
    /// Weight of [`Pallet::rekey_hotkey`](crate::Pallet::rekey_hotkey) or of
    /// [`Pallet::rekey_coldkey`](crate::Pallet::rekey_coldkey).
    fn rekey() -> Weight;
}
