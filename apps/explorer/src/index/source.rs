//! Where the indexer reads.

use crate::store::{Backing, MOST_NOMINATORS};
use async_trait::async_trait;
use ganglion_client::{ChainBlock, ChainCall, Client, ClientError, UnreadableCall};
use ganglion_keys::PublicKey;
use ganglion_primitives::{
    info::{GovernanceInfo, Producers},
    AccountPositions, EmissionInfo, Metagraph, NetUid, SubnetInfo,
};

/// Blocks on their way at the same time.
const PARALLEL: usize = 32;

/// A chain as the indexer reads it; `at` is the hash of the block whose ledger is asked for. All of it fails as the
/// client does.
#[async_trait]
pub trait Source: Send + Sync {
    /// Hash of block 0.
    fn genesis(&self) -> [u8; 32];
    /// Height of the last finalised block.
    async fn finalized(&self) -> Result<u32, ClientError>;
    /// Some of the blocks from a height on, at least one if there is one.
    async fn blocks(&self, from: u32, count: u32) -> Result<Vec<ChainBlock>, ClientError>;
    /// The token.
    async fn emission(&self, at: [u8; 32]) -> Result<EmissionInfo, ClientError>;
    /// All subnets.
    async fn subnets(&self, at: [u8; 32]) -> Result<Vec<SubnetInfo>, ClientError>;
    /// A subnet's neurons.
    async fn metagraph(&self, netuid: NetUid, at: [u8; 32]) -> Result<Option<Metagraph>, ClientError>;
    /// The producers.
    async fn producers(&self, at: [u8; 32]) -> Result<Producers, ClientError>;
    /// Who stands behind a producer.
    async fn backing(&self, hotkey: [u8; 32], at: [u8; 32]) -> Result<Option<Backing>, ClientError>;
    /// A page of referenda.
    async fn governance(&self, before: Option<u32>, limit: u32, at: [u8; 32]) -> Result<GovernanceInfo, ClientError>;
    /// Calls that were proposed, in the order of their bytes.
    async fn calls(
        &self,
        encoded: &[Vec<u8>],
        at: [u8; 32],
    ) -> Result<Vec<Result<ChainCall, UnreadableCall>>, ClientError>;
    /// What an account has.
    async fn account(&self, key: [u8; 32], at: [u8; 32]) -> Result<AccountPositions, ClientError>;
}

#[async_trait]
impl Source for Client {
    fn genesis(&self) -> [u8; 32] {
        self.genesis_hash()
    }

    async fn finalized(&self) -> Result<u32, ClientError> {
        Ok(Client::finalized(self).await?.number)
    }

    async fn blocks(&self, from: u32, count: u32) -> Result<Vec<ChainBlock>, ClientError> {
        Client::blocks(self, from, count, PARALLEL).await
    }

    async fn emission(&self, at: [u8; 32]) -> Result<EmissionInfo, ClientError> {
        self.at(at).emission().await
    }

    async fn subnets(&self, at: [u8; 32]) -> Result<Vec<SubnetInfo>, ClientError> {
        self.at(at).subnets().await
    }

    async fn metagraph(&self, netuid: NetUid, at: [u8; 32]) -> Result<Option<Metagraph>, ClientError> {
        self.at(at).metagraph(netuid).await
    }

    async fn producers(&self, at: [u8; 32]) -> Result<Producers, ClientError> {
        self.at(at).producers().await
    }

    async fn backing(&self, hotkey: [u8; 32], at: [u8; 32]) -> Result<Option<Backing>, ClientError> {
        let page = self.at(at).nominators(&PublicKey(hotkey), None, MOST_NOMINATORS).await?;
        Ok(page.map(|page| Backing {
            take: page.hotkey.take,
            own: page.hotkey.own,
            nominators: u32::try_from(page.nominators.len()).unwrap_or(u32::MAX),
        }))
    }

    async fn governance(&self, before: Option<u32>, limit: u32, at: [u8; 32]) -> Result<GovernanceInfo, ClientError> {
        self.at(at).governance(before, limit).await
    }

    async fn calls(
        &self,
        encoded: &[Vec<u8>],
        at: [u8; 32],
    ) -> Result<Vec<Result<ChainCall, UnreadableCall>>, ClientError> {
        self.at(at).calls(encoded).await
    }

    async fn account(&self, key: [u8; 32], at: [u8; 32]) -> Result<AccountPositions, ClientError> {
        self.at(at).account(&PublicKey(key)).await
    }
}
