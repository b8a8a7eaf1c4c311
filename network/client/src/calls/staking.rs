//! Calls of the staking pallet.

calls! {
    /// Backs a hotkey.
    AddStake = "Staking" "add_stake" { hotkey: [u8; 32], amount: u64 }
    /// Stops backing a hotkey.
    RemoveStake = "Staking" "remove_stake" { hotkey: [u8; 32], amount: u64 }
    /// Sets a hotkey's take.
    SetTake = "Staking" "set_take" { hotkey: [u8; 32], take: u16 }
    /// Pays out what has left the slash window.
    Withdraw = "Staking" "withdraw" { hotkey: [u8; 32] }
}
