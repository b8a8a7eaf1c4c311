//! What the calls weigh.

use frame_support::weights::{constants::ParityDbWeight, Weight};

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

/// Counted by hand: rows read and written, and the time of signature checks.
impl WeightInfo for () {
    fn open_channel() -> Weight {
        // Besides the channel's rows, those of a coldkey that the ledger doesn't know yet.
        call(8, 9)
    }

    fn top_up() -> Weight {
        call(4, 3)
    }

    fn redeem(vouchers: u32) -> Weight {
        // A channel and its hotkey; one sr25519 check.
        let each = ParityDbWeight::get().reads_writes(2, 1).saturating_add(micros(80));
        call(6, 2).saturating_add(each.saturating_mul(u64::from(vouchers)))
    }

    fn close() -> Weight {
        call(8, 5)
    }

    fn settle() -> Weight {
        call(5, 5)
    }
}

fn call(reads: u64, writes: u64) -> Weight {
    ParityDbWeight::get().reads_writes(reads, writes).saturating_add(micros(30))
}

fn micros(count: u64) -> Weight {
    Weight::from_parts(count.saturating_mul(1_000_000), 0)
}
