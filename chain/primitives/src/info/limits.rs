//! When a neuron may act again.

use crate::{BlockNumber, Uid};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// When a commitment can be revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RevealWindow {
    /// First block that takes the reveal.
    pub from: BlockNumber,
    /// First block that no longer does.
    pub until: BlockNumber,
}

/// The first block in which each feeless call of a hotkey is taken; a block that has come is "now". `None`: not until
/// something else changes (the hotkey has no seat, the subnet wants commitments, there is nothing to reveal, …).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Limits {
    /// The block this was read at; the next one is the first that a transaction can be in.
    pub block: BlockNumber,
    /// The hotkey's seat in the subnet.
    pub uid: Option<Uid>,
    /// `serve_axon`.
    pub serve_axon: Option<BlockNumber>,
    /// `serve_prometheus`.
    pub serve_prometheus: Option<BlockNumber>,
    /// `set_weights`.
    pub set_weights: Option<BlockNumber>,
    /// `commit_weights`.
    pub commit_weights: Option<BlockNumber>,
    /// `reveal_weights`.
    pub reveal_weights: Option<RevealWindow>,
    /// `set_root_weights`, for any subnet.
    pub set_root_weights: Option<BlockNumber>,
}
