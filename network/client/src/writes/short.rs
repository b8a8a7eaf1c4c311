//! Short ways to the calls that neurons and wallets make most.

use crate::{client::Client, error::ClientError, write::Write, Inclusion, Signer};
use ganglion_keys::PublicKey;
use ganglion_primitives::{Endpoint, NetUid, NeuronId, Rao};

/// Each of these is [`Client::send`] with one [`Write`]. Every method waits at most [`crate::Deadlines::inclusion`] and fails with [`ClientError::Rejected`] (the pool
/// refused), [`ClientError::Failed`] (a block has it, and it failed), [`ClientError::NotIncluded`] (it expired),
/// [`ClientError::Timeout`] (unknown yet), [`ClientError::Shape`] (the chain's call is another), or as a read does.
impl Client {
    /// Registers `hotkey`, owned by `coldkey`, by work: `nonce` seals the challenge of `block_number`. Needs neither
    /// signature nor fee.
    ///
    /// # Errors
    /// See above.
    pub async fn register_pow(
        &self,
        netuid: impl Into<NetUid>,
        coldkey: PublicKey,
        hotkey: PublicKey,
        nonce: u64,
        block_number: u32,
    ) -> Result<Inclusion, ClientError> {
        self.send_unsigned(&Write::register(netuid, coldkey, hotkey, nonce, block_number)).await
    }

    /// Registers `hotkey` by paying the burn from `coldkey`.
    ///
    /// # Errors
    /// See above.
    pub async fn burned_register(
        &self,
        coldkey: &(impl Signer + ?Sized),
        netuid: impl Into<NetUid>,
        hotkey: PublicKey,
    ) -> Result<Inclusion, ClientError> {
        self.send(coldkey, &Write::burned_register(netuid, hotkey)).await
    }

    /// Announces where a registered neuron's axon listens. No fee.
    ///
    /// # Errors
    /// See above.
    pub async fn serve_axon(
        &self,
        hotkey: &(impl Signer + ?Sized),
        netuid: impl Into<NetUid>,
        endpoint: Endpoint,
    ) -> Result<Inclusion, ClientError> {
        self.send(hotkey, &Write::serve_axon(netuid, endpoint)).await
    }

    /// Sets a registered neuron's weights on others, openly. No fee. Weights are relative.
    ///
    /// # Errors
    /// See above.
    pub async fn set_weights(
        &self,
        hotkey: &(impl Signer + ?Sized),
        netuid: impl Into<NetUid>,
        weights: &[(NeuronId, u16)],
        version_key: u64,
    ) -> Result<Inclusion, ClientError> {
        self.send(hotkey, &Write::set_weights(netuid, weights, version_key)).await
    }

    /// Commits to weights by [`commit_hash`](crate::commit_hash). No fee.
    ///
    /// # Errors
    /// See above.
    pub async fn commit_weights(
        &self,
        hotkey: &(impl Signer + ?Sized),
        netuid: impl Into<NetUid>,
        hash: [u8; 32],
    ) -> Result<Inclusion, ClientError> {
        self.send(hotkey, &Write::commit_weights(netuid, hash)).await
    }

    /// Reveals what an earlier commitment contains. No fee.
    ///
    /// # Errors
    /// See above.
    pub async fn reveal_weights(
        &self,
        hotkey: &(impl Signer + ?Sized),
        netuid: impl Into<NetUid>,
        weights: &[(NeuronId, u16)],
        salt: [u8; 16],
        version_key: u64,
    ) -> Result<Inclusion, ClientError> {
        self.send(hotkey, &Write::reveal_weights(netuid, weights, salt, version_key)).await
    }

    /// Moves `amount` RAO of `coldkey` onto `hotkey` as stake.
    ///
    /// # Errors
    /// See above.
    pub async fn add_stake(
        &self,
        coldkey: &(impl Signer + ?Sized),
        hotkey: PublicKey,
        amount: Rao,
    ) -> Result<Inclusion, ClientError> {
        self.send(coldkey, &Write::add_stake(hotkey, amount)).await
    }

    /// Takes `amount` RAO of `coldkey`'s stake on `hotkey` back.
    ///
    /// # Errors
    /// See above.
    pub async fn remove_stake(
        &self,
        coldkey: &(impl Signer + ?Sized),
        hotkey: PublicKey,
        amount: Rao,
    ) -> Result<Inclusion, ClientError> {
        self.send(coldkey, &Write::remove_stake(hotkey, amount)).await
    }

    /// Sets the part of a validator's dividends that its owner keeps from nominators, in 1/65535.
    ///
    /// # Errors
    /// See above.
    pub async fn set_take(
        &self,
        coldkey: &(impl Signer + ?Sized),
        hotkey: PublicKey,
        take: u16,
    ) -> Result<Inclusion, ClientError> {
        self.send(coldkey, &Write::set_take(hotkey, take)).await
    }

    /// Sends `amount` RAO, leaving the sender's account open.
    ///
    /// # Errors
    /// See above.
    pub async fn transfer(
        &self,
        coldkey: &(impl Signer + ?Sized),
        to: PublicKey,
        amount: Rao,
    ) -> Result<Inclusion, ClientError> {
        self.send(coldkey, &Write::transfer(to, amount)).await
    }
}
