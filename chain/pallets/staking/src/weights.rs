//! What calls and services cost.

use frame_support::weights::{constants::ParityDbWeight, Weight};

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

/// Counted by hand: rows read and written, and microseconds of computing.
fn counted(micros: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(micros.saturating_mul(1_000_000), 0)
        .saturating_add(ParityDbWeight::get().reads_writes(reads, writes))
}

impl WeightInfo for () {
    // Balances of two accounts, the hotkey's id, row, stake and nomination, the coldkey's id and list, departures, the
    // total; for a new coldkey its rows and the next id.
    fn add_stake() -> Weight {
        counted(60, 11, 9)
    }

    // As above; with what hears of it.
    fn remove_stake() -> Weight {
        counted(60, 14, 8)
    }

    fn leave() -> Weight {
        counted(50, 10, 5)
    }

    fn set_take() -> Weight {
        counted(15, 3, 1)
    }

    fn withdraw() -> Weight {
        counted(70, 13, 10)
    }

    // Three rows for each of 16 positions, and those that taking stake off changes.
    fn pay_from_stake() -> Weight {
        counted(60, 54, 4)
    }

    // Two balances and the total.
    fn pay_from() -> Weight {
        counted(30, 3, 3)
    }

    // The stake; for nominators' sake the hotkey's row; the first time, the owner's list.
    fn credit() -> Weight {
        counted(5, 3, 2)
    }

    // Stake, leaving stake, the hotkey's row, the pot, the total, issuance.
    fn slash() -> Weight {
        counted(40, 6, 5)
    }

    // The old key's id, the row, the new key's id, what it was before and whose that is, its account.
    fn rekey() -> Weight {
        counted(20, 6, 6)
    }
}
