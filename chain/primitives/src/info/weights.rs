//! What a subnet's validators think of its neurons.

use crate::{BlockNumber, Uid};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// One neuron's weights on others.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct WeightsRow {
    /// Who set them.
    pub uid: Uid,
    /// In which block.
    pub set_at: BlockNumber,
    /// On whom, and how much; only the proportions of a row count. Who has left the subnet is left out.
    pub weights: Vec<(Uid, u16)>,
}

/// A page of weights.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct WeightsPage {
    /// The block this was read at.
    pub block: BlockNumber,
    /// By uid; who never set weights is left out.
    pub rows: Vec<WeightsRow>,
    /// What to ask for as `from` to get the next page; `None` ends the list.
    pub next: Option<Uid>,
}
