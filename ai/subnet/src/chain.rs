//! The ledger as the loops see it.

use async_trait::async_trait;
use ganglion_client::{Client, ClientError, Write};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{
    ChannelId, ChannelInfo, Endpoint, Metagraph, NetUid, NeuronId, Rao, RegistrationTerms, SignedVoucher, SubnetInfo,
};

/// A block, by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Height.
    pub number: u32,
    /// Hash.
    pub hash: [u8; 32],
}

/// Why the ledger didn't do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChainError {
    /// Nobody answers, or not in time: the same call may work later.
    #[error("{0}")]
    Away(String),
    /// The chain said no, in its own words.
    #[error("{0}")]
    Refused(String),
    /// The chain said that it is too early.
    #[error("{reason}")]
    TooEarly {
        /// Its own words.
        reason: String,
        /// The first block that takes it.
        block: u32,
    },
    /// There is no such subnet.
    #[error("subnet {0} does not exist on this chain")]
    NoSubnet(NetUid),
}

/// What the loops need of the ledger; [`Client`] is the real one.
#[async_trait]
pub trait Chain: Send + Sync + 'static {
    /// Hash of block 0.
    fn genesis_hash(&self) -> [u8; 32];
    /// The best block.
    async fn best(&self) -> Result<Block, ChainError>;
    /// A subnet's settings.
    async fn subnet(&self, netuid: NetUid) -> Result<SubnetInfo, ChainError>;
    /// A subnet's neurons.
    async fn metagraph(&self, netuid: NetUid) -> Result<Metagraph, ChainError>;
    /// What it takes to join.
    async fn registration(&self, netuid: NetUid) -> Result<RegistrationTerms, ChainError>;
    /// Joins with a seal.
    async fn register(
        &self,
        netuid: NetUid,
        coldkey: PublicKey,
        hotkey: PublicKey,
        nonce: u64,
        block: u32,
    ) -> Result<(), ChainError>;
    /// Announces an axon.
    async fn serve_axon(&self, hotkey: &Keypair, netuid: NetUid, endpoint: Endpoint) -> Result<(), ChainError>;
    /// Announces where metrics are, and the pages beside them.
    async fn serve_prometheus(&self, hotkey: &Keypair, netuid: NetUid, endpoint: Endpoint) -> Result<(), ChainError>;
    /// Sets weights in the open.
    async fn set_weights(
        &self,
        hotkey: &Keypair,
        netuid: NetUid,
        weights: &[(NeuronId, u16)],
        version_key: u64,
    ) -> Result<(), ChainError>;
    /// Commits to hidden weights; answers the block that holds the commitment.
    async fn commit_weights(&self, hotkey: &Keypair, netuid: NetUid, hash: [u8; 32]) -> Result<u32, ChainError>;
    /// Shows what was committed to.
    async fn reveal_weights(
        &self,
        hotkey: &Keypair,
        netuid: NetUid,
        weights: &[(NeuronId, u16)],
        salt: [u8; 16],
        version_key: u64,
    ) -> Result<(), ChainError>;
    /// A payment channel; `None` if there is none of that number, or it has been settled. A ledger may have none at all.
    async fn channel(&self, channel: ChannelId) -> Result<Option<ChannelInfo>, ChainError> {
        let _ = channel;
        Ok(None)
    }
    /// The payment channels to a hotkey: at least `most`, if there are so many.
    async fn channels_to(&self, provider: PublicKey, most: usize) -> Result<Vec<ChannelInfo>, ChainError> {
        let _ = (provider, most);
        Ok(Vec::new())
    }
    /// Redeems vouchers, 64 at most, that pay `worth` RAO, if that costs less.
    async fn redeem(&self, hotkey: &Keypair, vouchers: &[SignedVoucher], worth: Rao) -> Result<(), ChainError> {
        let _ = (hotkey, vouchers, worth);
        Err(ChainError::Refused("this ledger has no payment channels".into()))
    }
}

/// Channels in one page.
const PAGE: u32 = 256;

impl From<ClientError> for ChainError {
    fn from(error: ClientError) -> Self {
        let reason = error.to_string();
        match error.retry() {
            Some(retry) => Self::TooEarly { reason, block: retry.block },
            None if error.is_transient() => Self::Away(reason),
            None => Self::Refused(reason),
        }
    }
}

#[async_trait]
impl Chain for Client {
    fn genesis_hash(&self) -> [u8; 32] {
        Client::genesis_hash(self)
    }

    async fn best(&self) -> Result<Block, ChainError> {
        let best = Client::best(self).await?;
        Ok(Block { number: best.number, hash: best.hash })
    }

    async fn subnet(&self, netuid: NetUid) -> Result<SubnetInfo, ChainError> {
        let subnets = Client::subnets(self).await?;
        subnets.into_iter().find(|subnet| subnet.netuid == netuid).ok_or(ChainError::NoSubnet(netuid))
    }

    async fn metagraph(&self, netuid: NetUid) -> Result<Metagraph, ChainError> {
        Client::metagraph(self, netuid).await?.ok_or(ChainError::NoSubnet(netuid))
    }

    async fn registration(&self, netuid: NetUid) -> Result<RegistrationTerms, ChainError> {
        Client::registration(self, netuid).await?.ok_or(ChainError::NoSubnet(netuid))
    }

    async fn register(
        &self,
        netuid: NetUid,
        coldkey: PublicKey,
        hotkey: PublicKey,
        nonce: u64,
        block: u32,
    ) -> Result<(), ChainError> {
        Client::register_pow(self, netuid, coldkey, hotkey, nonce, block).await?;
        Ok(())
    }

    async fn serve_axon(&self, hotkey: &Keypair, netuid: NetUid, endpoint: Endpoint) -> Result<(), ChainError> {
        Client::serve_axon(self, hotkey, netuid, endpoint).await?;
        Ok(())
    }

    async fn serve_prometheus(&self, hotkey: &Keypair, netuid: NetUid, endpoint: Endpoint) -> Result<(), ChainError> {
        Client::send(self, hotkey, &Write::serve_prometheus(netuid, endpoint)).await?;
        Ok(())
    }

    async fn set_weights(
        &self,
        hotkey: &Keypair,
        netuid: NetUid,
        weights: &[(NeuronId, u16)],
        version_key: u64,
    ) -> Result<(), ChainError> {
        Client::set_weights(self, hotkey, netuid, weights, version_key).await?;
        Ok(())
    }

    async fn commit_weights(&self, hotkey: &Keypair, netuid: NetUid, hash: [u8; 32]) -> Result<u32, ChainError> {
        Ok(Client::commit_weights(self, hotkey, netuid, hash).await?.block_number)
    }

    async fn reveal_weights(
        &self,
        hotkey: &Keypair,
        netuid: NetUid,
        weights: &[(NeuronId, u16)],
        salt: [u8; 16],
        version_key: u64,
    ) -> Result<(), ChainError> {
        Client::reveal_weights(self, hotkey, netuid, weights, salt, version_key).await?;
        Ok(())
    }

    async fn channel(&self, channel: ChannelId) -> Result<Option<ChannelInfo>, ChainError> {
        Ok(self.latest().channel(channel).await?)
    }

    async fn channels_to(&self, provider: PublicKey, most: usize) -> Result<Vec<ChannelInfo>, ChainError> {
        // All pages are of one block: pages of several, by nodes of which one lags behind, would lack channels that there are.
        let block = self.best().await?.hash;
        let mut all: Vec<ChannelInfo> = Vec::new();
        while all.len() < most {
            let page = self.at(block).channels_to(&provider, all.last().map(|channel| channel.id), PAGE).await?;
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        Ok(all)
    }

    async fn redeem(&self, hotkey: &Keypair, vouchers: &[SignedVoucher], worth: Rao) -> Result<(), ChainError> {
        let plan = self.plan(hotkey.public(), Write::redeem(vouchers)).await?;
        if plan.fee() >= worth {
            return Err(ChainError::Refused(format!("the fee, {} RAO, is as much as the vouchers pay", plan.fee())));
        }
        if plan.is_refused() {
            let reasons = plan.warnings().iter().filter(|warning| warning.refused).map(ToString::to_string);
            let reasons = reasons.collect::<Vec<_>>().join("; ");
            let advice = "the hotkey pays the fee: send it a little TAO";
            return Err(ChainError::Refused(format!("{reasons} ({advice})")));
        }
        plan.send(hotkey).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_client::Retry;

    #[test]
    fn when_to_try_again_is_kept() {
        let refused = |retry| ClientError::Rejected {
            call: "Weights.set_weights".into(),
            reason: "it is too early".into(),
            refusal: None,
            retry,
        };
        let early = ChainError::from(refused(Some(Retry { block: 41, seconds: 96 })));
        assert!(matches!(early, ChainError::TooEarly { block: 41, .. }), "{early:?}");
        assert!(matches!(ChainError::from(refused(None)), ChainError::Refused(_)));
        let lost = ClientError::NotIncluded { call: "Weights.set_weights".into(), until: 7 };
        assert!(matches!(ChainError::from(lost), ChainError::Away(_)));
    }
}
