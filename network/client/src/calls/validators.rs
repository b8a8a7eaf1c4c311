//! Calls of the validators pallet.

use super::Encoded;

calls! {
    /// Gives a hotkey session keys and makes it a candidate.
    SetKeys = "Validators" "set_keys" { hotkey: [u8; 32], keys: Encoded, proof: Vec<u8> }
    /// Votes on how emission is split among subnets.
    SetRootWeights = "Validators" "set_root_weights" { weights: Vec<(u16, u16)> }
    /// Steps down from being elected.
    Chill = "Validators" "chill" { hotkey: [u8; 32] }
    /// Ends a chill.
    Stand = "Validators" "stand" { hotkey: [u8; 32] }
}
