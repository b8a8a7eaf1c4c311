//! Calls of the weights pallet.

use ganglion_primitives::NeuronId;

calls! {
    /// Sets weights openly.
    SetWeights = "Weights" "set_weights" { netuid: u16, weights: Vec<(u64, u16)>, version_key: u64 }
    /// Commits to weights.
    CommitWeights = "Weights" "commit_weights" { netuid: u16, hash: [u8; 32] }
    /// Reveals committed weights.
    RevealWeights = "Weights" "reveal_weights" {
        netuid: u16, weights: Vec<(u64, u16)>, salt: [u8; 16], version_key: u64,
    }
}

/// Weights in the form the calls take.
pub(crate) fn plain(weights: &[(NeuronId, u16)]) -> Vec<(u64, u16)> {
    weights.iter().map(|(id, weight)| (id.0, *weight)).collect()
}
