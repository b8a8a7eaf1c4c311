//! What the calls weigh.

mod measured;

use frame_support::weights::Weight;

/// Weights of this pallet's calls, worst cases.
pub trait WeightInfo {
    /// [`Call::open_channel`](crate::Call::open_channel), with an almost full list of channels.
    fn open_channel() -> Weight;
    /// [`Call::top_up`](crate::Call::top_up).
    fn top_up() -> Weight;
    /// [`Call::redeem`](crate::Call::redeem) with `vouchers` vouchers, each to another hotkey of one owner.
    fn redeem(vouchers: u32) -> Weight;
    /// [`Call::close`](crate::Call::close) by the provider's owner, which ends the channel at once.
    fn close() -> Weight;
    /// [`Call::settle`](crate::Call::settle).
    fn settle() -> Weight;
}
