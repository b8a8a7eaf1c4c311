//! Short ways to what is read most.

use crate::{client::Client, error::ClientError};
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountPositions, EmissionInfo, Metagraph, NetUid, RegistrationTerms, SubnetInfo};

/// At the best block; [`Client::at`] and [`Client::latest`] have all reads. Errors are those of [`View`](crate::View)'s.
impl Client {
    /// Every subnet, by number.
    ///
    /// # Errors
    /// See above.
    pub async fn subnets(&self) -> Result<Vec<SubnetInfo>, ClientError> {
        self.latest().subnets().await
    }

    /// A subnet's neurons; `None` if there is no such subnet.
    ///
    /// # Errors
    /// See above.
    pub async fn metagraph(&self, netuid: impl Into<NetUid>) -> Result<Option<Metagraph>, ClientError> {
        self.latest().metagraph(netuid).await
    }

    /// A subnet's neurons at the block of that hash.
    ///
    /// # Errors
    /// See above.
    pub async fn metagraph_at(
        &self,
        netuid: impl Into<NetUid>,
        block_hash: [u8; 32],
    ) -> Result<Option<Metagraph>, ClientError> {
        self.at(block_hash).metagraph(netuid).await
    }

    /// What it takes to join a subnet; `None` if there is no such subnet.
    ///
    /// # Errors
    /// See above.
    pub async fn registration(&self, netuid: impl Into<NetUid>) -> Result<Option<RegistrationTerms>, ClientError> {
        self.latest().registration(netuid).await
    }

    /// The state of the token.
    ///
    /// # Errors
    /// See above.
    pub async fn emission(&self) -> Result<EmissionInfo, ClientError> {
        self.latest().emission().await
    }

    /// What an account has.
    ///
    /// # Errors
    /// See above.
    pub async fn account(&self, key: &PublicKey) -> Result<AccountPositions, ClientError> {
        self.latest().account(key).await
    }
}
