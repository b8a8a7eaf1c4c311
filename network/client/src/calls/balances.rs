//! Calls of the balances pallet.

use super::Address;

calls! {
    /// Moves TAO without closing the sender's account.
    Transfer = "Balances" "transfer_keep_alive" { dest: Address, value: u64 }
    /// Moves TAO, even the last of it.
    TransferAllowDeath = "Balances" "transfer_allow_death" { dest: Address, value: u64 }
    /// Moves all that can be moved.
    TransferAll = "Balances" "transfer_all" { dest: Address, keep_alive: bool }
}
