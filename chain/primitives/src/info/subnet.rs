//! A subnet and what it takes to join it.

use crate::{AccountId, BlockNumber, Hash, Hyperparameters, NetUid, Rao};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// What a subnet's owner says about it, UTF-8. Nobody checks that it is true. An empty field says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SubnetIdentity {
    /// What it is for; may have line breaks.
    pub description: Vec<u8>,
    /// Its web site.
    pub url: Vec<u8>,
    /// Where its source code is.
    pub repository: Vec<u8>,
    /// The address of a picture.
    pub logo: Vec<u8>,
    /// A Discord channel or user.
    pub discord: Vec<u8>,
    /// How else to reach the owner.
    pub contact: Vec<u8>,
}

/// One subnet at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
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
    /// When it came to be.
    pub created_at: BlockNumber,
    /// RAO that its owner gets back when it is dissolved.
    pub lock: Rao,
    /// The first block in which a newcomer may replace it; `None` is never.
    pub replaceable_from: Option<BlockNumber>,
    /// Until it launches, while nobody in it has stake: the first block whose epoch pays, as long as nobody else joins.
    pub launches_at: Option<BlockNumber>,
    /// Expected number of hashes of a seal that admits a neuron.
    pub difficulty: u64,
    /// Price of admission without work, RAO.
    pub burn: Rao,
    /// How it presents itself.
    pub identity: Option<SubnetIdentity>,
    /// All numbers in its rules.
    pub hyperparameters: Hyperparameters,
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
