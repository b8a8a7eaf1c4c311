//! What the runtime API answers.

use crate::{AccountId, BlockNumber, Endpoint, Hash, NetUid, NeuronId, Rao};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// One subnet at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SubnetInfo {
    /// Its number.
    pub netuid: NetUid,
    /// Its name, UTF-8.
    pub name: Vec<u8>,
    /// Who sets its hyperparameters; `None` is governance.
    pub owner: Option<AccountId>,
    /// Seats taken.
    pub neurons: u16,
    /// Seats there are.
    pub max_neurons: u16,
    /// Blocks between two epochs.
    pub tempo: u16,
    /// The block whose start runs the next epoch.
    pub next_epoch: BlockNumber,
    /// RAO waiting for the next epoch.
    pub pending: Rao,
    /// RAO credited in the last block.
    pub emission: Rao,
    /// Whether weights must be committed before they are revealed.
    pub commit_reveal: bool,
    /// Length of a commit interval, in blocks.
    pub commit_interval: BlockNumber,
    /// Least number of blocks between two weight settings of one neuron.
    pub weights_rate_limit: BlockNumber,
    /// The version that `set_weights` must name at least.
    pub weights_version: u64,
}

/// What it takes to join a subnet now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RegistrationTerms {
    /// Whether the subnet admits neurons at all.
    pub open: bool,
    /// Expected number of hashes of a seal.
    pub difficulty: u64,
    /// Price of registration without work, RAO, recycled.
    pub burn: Rao,
    /// Hash of block 0, part of the seal's preimage.
    pub genesis_hash: Hash,
    /// The block that a seal should be bound to: the latest one whose hash is known.
    pub block_number: BlockNumber,
    /// That block's hash.
    pub block_hash: Hash,
    /// How many blocks later a seal is still taken.
    pub seal_lifetime: BlockNumber,
}

/// A subnet's neurons, one column per property; the row number is the uid.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
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

/// The state of the token.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct EmissionInfo {
    /// The block this was read at.
    pub block: BlockNumber,
    /// RAO in existence.
    pub issuance: Rao,
    /// RAO minted since genesis.
    pub emitted: Rao,
    /// RAO destroyed by registrations, key swaps and fees.
    pub recycled: Rao,
    /// RAO that the next block mints.
    pub block_emission: Rao,
    /// Issuance at which that halves next.
    pub next_halving: Rao,
    /// RAO in pots that no account owns yet.
    pub pending: Rao,
}

/// One stake of an account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Position {
    /// The hotkey that is backed.
    pub hotkey: AccountId,
    /// Whether the account owns that hotkey.
    pub owned: bool,
    /// Worth now, RAO.
    pub stake: Rao,
}

/// What an account has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AccountPositions {
    /// Spendable balance, RAO.
    pub free: Rao,
    /// Stakes, own and nominated, at most 256.
    pub positions: Vec<Position>,
}
