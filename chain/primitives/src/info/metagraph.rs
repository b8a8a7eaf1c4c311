//! A subnet's neurons.

use crate::{AccountId, BlockNumber, Endpoint, NetUid, NeuronId, Rao, SubnetInfo};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// A subnet's neurons, one column per property; the row number is the uid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Metagraph {
    /// The subnet.
    pub netuid: NetUid,
    /// The block this was read at.
    pub block: BlockNumber,
    /// Blocks between two epochs.
    pub tempo: u16,
    /// The block whose start runs the next epoch.
    pub next_epoch: BlockNumber,
    /// Identity for life.
    pub ids: Vec<NeuronId>,
    /// Hotkeys.
    pub hotkeys: Vec<AccountId>,
    /// Who owns the hotkey.
    pub coldkeys: Vec<AccountId>,
    /// Block of registration.
    pub registered_at: Vec<BlockNumber>,
    /// Block of the last weight setting; `None` is never.
    pub last_update: Vec<Option<BlockNumber>>,
    /// Where the axon listens.
    pub endpoints: Vec<Option<Endpoint>>,
    /// Stake on the hotkey (own and nominated), RAO.
    pub stake: Vec<Rao>,
    /// Whether the neuron may set weights on others.
    pub permits: Vec<bool>,
    /// Whether its weights counted in the last epoch.
    pub active: Vec<bool>,
    /// Rank, in 1/65535 of the subnet's sum.
    pub rank: Vec<u16>,
    /// Share of the weight on the neuron that survived clipping, in 1/65535.
    pub trust: Vec<u16>,
    /// Share of the neuron's own weights that survived clipping, in 1/65535.
    pub validator_trust: Vec<u16>,
    /// The weight that the stake majority supports, in 1/65535.
    pub consensus: Vec<u16>,
    /// Share of the miners' half, in 1/65535.
    pub incentive: Vec<u16>,
    /// Share of the validators' half, in 1/65535.
    pub dividends: Vec<u16>,
    /// RAO paid in the last epoch.
    pub emission: Vec<Rao>,
    /// RAO paid since registration.
    pub earned: Vec<Rao>,
    /// Where the neuron's Prometheus metrics are.
    pub prometheus: Vec<Option<Endpoint>>,
    /// The subnet itself.
    pub subnet: SubnetInfo,
}

impl Metagraph {
    /// Number of neurons.
    pub fn len(&self) -> usize {
        self.hotkeys.len()
    }

    /// Whether nobody has registered yet.
    pub fn is_empty(&self) -> bool {
        self.hotkeys.is_empty()
    }

    /// The uid of `hotkey`, if it is registered here.
    pub fn uid_of(&self, hotkey: &AccountId) -> Option<usize> {
        self.hotkeys.iter().position(|key| key == hotkey)
    }
}
