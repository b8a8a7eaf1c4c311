//! The network's own runtime API, call by call.

use super::View;
use crate::error::ClientError;
use codec::{DecodeAll, Encode};
use ganglion_keys::PublicKey;
use ganglion_primitives::{
    info::{DelegatePage, GovernanceInfo, HotkeyInfo, Limits, NominatorPage, Producers, WeightsPage},
    AccountPositions, ChannelId, ChannelInfo, EmissionInfo, HotkeyId, Metagraph, NetUid, RegistrationTerms, SubnetInfo,
    Uid,
};

/// All of these fail as a read does ([`ClientError::Unreachable`], [`ClientError::Timeout`], [`ClientError::Rpc`] where
/// the node doesn't know the block or has dropped its state, [`ClientError::Answer`]), or with [`ClientError::Shape`] if the
/// chain answers in another form.
impl View<'_> {
    async fn network<T: DecodeAll>(&self, name: &str, arguments: impl Encode) -> Result<T, ClientError> {
        self.call(&format!("NetworkApi_{name}"), &arguments.encode()).await
    }

    /// Every subnet, by number, with its hyperparameters.
    ///
    /// # Errors
    /// See above.
    pub async fn subnets(&self) -> Result<Vec<SubnetInfo>, ClientError> {
        self.network("subnets", ()).await
    }

    /// One subnet; `None` if there is none of that number.
    ///
    /// # Errors
    /// See above.
    pub async fn subnet(&self, netuid: impl Into<NetUid>) -> Result<Option<SubnetInfo>, ClientError> {
        let netuid = netuid.into();
        Ok(self.subnets().await?.into_iter().find(|subnet| subnet.netuid == netuid))
    }

    /// A subnet's neurons; `None` if there is no such subnet.
    ///
    /// # Errors
    /// See above.
    pub async fn metagraph(&self, netuid: impl Into<NetUid>) -> Result<Option<Metagraph>, ClientError> {
        self.network("metagraph", netuid.into()).await
    }

    /// What it takes to join a subnet; `None` if there is no such subnet.
    ///
    /// # Errors
    /// See above.
    pub async fn registration(&self, netuid: impl Into<NetUid>) -> Result<Option<RegistrationTerms>, ClientError> {
        self.network("registration", netuid.into()).await
    }

    /// The state of the token: issuance, halving, when each subnet is paid next.
    ///
    /// # Errors
    /// See above.
    pub async fn emission(&self) -> Result<EmissionInfo, ClientError> {
        self.network("emission", ()).await
    }

    /// What an account has.
    ///
    /// # Errors
    /// See above.
    pub async fn account(&self, key: &PublicKey) -> Result<AccountPositions, ClientError> {
        self.network("account", key.0).await
    }

    /// A hotkey at a glance; `None` if nobody ever registered it.
    ///
    /// # Errors
    /// See above.
    pub async fn hotkey(&self, hotkey: &PublicKey) -> Result<Option<HotkeyInfo>, ClientError> {
        self.network("hotkey", hotkey.0).await
    }

    /// A page of a hotkey's nominators: up to `limit` (256 at most) after `after`; `None` if nobody ever registered it.
    ///
    /// # Errors
    /// See above.
    pub async fn nominators(
        &self,
        hotkey: &PublicKey,
        after: Option<PublicKey>,
        limit: u32,
    ) -> Result<Option<NominatorPage>, ClientError> {
        self.network("nominators", (hotkey.0, after.map(|key| key.0), limit)).await
    }

    /// A page of the hotkeys with a validator permit in some subnet: up to `limit` (256 at most) from `from` on.
    ///
    /// # Errors
    /// See above.
    pub async fn delegates(&self, from: HotkeyId, limit: u32) -> Result<DelegatePage, ClientError> {
        self.network("delegates", (from, limit)).await
    }

    /// The 64: who produces blocks, who wants to.
    ///
    /// # Errors
    /// See above.
    pub async fn producers(&self) -> Result<Producers, ClientError> {
        self.network("producers", ()).await
    }

    /// Blocks during which a producer's root weights count; `None` if the chain doesn't say.
    ///
    /// # Errors
    /// See above.
    pub async fn root_weights_lifetime(&self) -> Result<Option<u32>, ClientError> {
        self.constant("Validators", "RootWeightsLifetime").await
    }

    /// When a hotkey may act again in a subnet; `None` if there is no such subnet.
    ///
    /// # Errors
    /// See above.
    pub async fn limits(&self, netuid: impl Into<NetUid>, hotkey: &PublicKey) -> Result<Option<Limits>, ClientError> {
        self.network("limits", (netuid.into(), hotkey.0)).await
    }

    /// A page of the weights that a subnet's neurons have set on others, from uid `from` on: up to `limit` rows (64 at
    /// most); `None` if there is no such subnet.
    ///
    /// # Errors
    /// See above.
    pub async fn weights(
        &self,
        netuid: impl Into<NetUid>,
        from: impl Into<Uid>,
        limit: u32,
    ) -> Result<Option<WeightsPage>, ClientError> {
        self.network("weights", (netuid.into(), from.into(), limit)).await
    }

    /// A page of referenda, latest first: up to `limit` (256 at most) before number `before`.
    ///
    /// # Errors
    /// See above.
    pub async fn governance(&self, before: Option<u32>, limit: u32) -> Result<GovernanceInfo, ClientError> {
        self.network("governance", (before, limit)).await
    }

    /// One payment channel; `None` if it never was or is settled.
    ///
    /// # Errors
    /// See above.
    pub async fn channel(&self, channel: impl Into<ChannelId>) -> Result<Option<ChannelInfo>, ClientError> {
        self.network("channel", channel.into()).await
    }

    /// The payment channels that a coldkey opened, oldest first.
    ///
    /// # Errors
    /// See above.
    pub async fn channels_of(&self, user: &PublicKey) -> Result<Vec<ChannelInfo>, ClientError> {
        self.network("channels_of", user.0).await
    }

    /// A page of the payment channels to a hotkey: up to `limit` (256 at most) after `after`. An empty page is the end.
    ///
    /// # Errors
    /// See above.
    pub async fn channels_to(
        &self,
        provider: &PublicKey,
        after: Option<ChannelId>,
        limit: u32,
    ) -> Result<Vec<ChannelInfo>, ClientError> {
        self.network("channels_to", (provider.0, after, limit)).await
    }
}
