//! Transactions. Each returns once a best block has it and it succeeded there.

use crate::{
    calls::{
        plain, AddStake, BurnedRegister, CommitWeights, Register, RemoveStake, RevealWeights, ServeAxon, SetTake,
        SetWeights, Transfer,
    },
    client::Client,
    error::ClientError,
    Inclusion,
};
use codec::Encode;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{Endpoint, NetUid, NeuronId, Rao};
use subxt::utils::{AccountId32, MultiAddress};

/// What a commitment to weights contains.
///
/// BLAKE2b-256 of the SCALE encoding of hotkey, subnet, weights, salt and version key.
pub fn commit_hash(
    hotkey: &PublicKey,
    netuid: NetUid,
    weights: &[(NeuronId, u16)],
    salt: &[u8; 16],
    version_key: u64,
) -> [u8; 32] {
    sp_crypto_hashing::blake2_256(&(hotkey.0, netuid, weights, salt, version_key).encode())
}

/// Every method here waits at most [`crate::Deadlines::inclusion`] and fails with [`ClientError::Rejected`] (the pool
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
        let call = Register { netuid: netuid.into().0, block_number, nonce, hotkey: hotkey.0, coldkey: coldkey.0 };
        self.send_bare(call).await
    }

    /// Registers `hotkey` by paying the burn from `coldkey`.
    ///
    /// # Errors
    /// See above.
    pub async fn burned_register(
        &self,
        coldkey: &Keypair,
        netuid: impl Into<NetUid>,
        hotkey: PublicKey,
    ) -> Result<Inclusion, ClientError> {
        let netuid = netuid.into().0;
        self.sign_and_send(coldkey, || BurnedRegister { netuid, hotkey: hotkey.0 }).await
    }

    /// Announces where a registered neuron's axon listens. No fee.
    ///
    /// # Errors
    /// See above.
    pub async fn serve_axon(
        &self,
        hotkey: &Keypair,
        netuid: impl Into<NetUid>,
        endpoint: Endpoint,
    ) -> Result<Inclusion, ClientError> {
        let netuid = netuid.into().0;
        self.sign_and_send(hotkey, || ServeAxon { netuid, endpoint: endpoint.into() }).await
    }

    /// Sets a registered neuron's weights on others, openly. No fee. Weights are relative.
    ///
    /// # Errors
    /// See above.
    pub async fn set_weights(
        &self,
        hotkey: &Keypair,
        netuid: impl Into<NetUid>,
        weights: &[(NeuronId, u16)],
        version_key: u64,
    ) -> Result<Inclusion, ClientError> {
        let netuid = netuid.into().0;
        self.sign_and_send(hotkey, || SetWeights { netuid, weights: plain(weights), version_key }).await
    }

    /// Commits to weights by [`commit_hash`]. No fee.
    ///
    /// # Errors
    /// See above.
    pub async fn commit_weights(
        &self,
        hotkey: &Keypair,
        netuid: impl Into<NetUid>,
        hash: [u8; 32],
    ) -> Result<Inclusion, ClientError> {
        let netuid = netuid.into().0;
        self.sign_and_send(hotkey, || CommitWeights { netuid, hash }).await
    }

    /// Reveals what an earlier commitment contains. No fee.
    ///
    /// # Errors
    /// See above.
    pub async fn reveal_weights(
        &self,
        hotkey: &Keypair,
        netuid: impl Into<NetUid>,
        weights: &[(NeuronId, u16)],
        salt: [u8; 16],
        version_key: u64,
    ) -> Result<Inclusion, ClientError> {
        let netuid = netuid.into().0;
        self.sign_and_send(hotkey, || RevealWeights { netuid, weights: plain(weights), salt, version_key }).await
    }

    /// Moves `amount` RAO of `coldkey` onto `hotkey` as stake.
    ///
    /// # Errors
    /// See above.
    pub async fn add_stake(&self, coldkey: &Keypair, hotkey: PublicKey, amount: Rao) -> Result<Inclusion, ClientError> {
        self.sign_and_send(coldkey, || AddStake { hotkey: hotkey.0, amount }).await
    }

    /// Takes `amount` RAO of `coldkey`'s stake on `hotkey` back.
    ///
    /// # Errors
    /// See above.
    pub async fn remove_stake(
        &self,
        coldkey: &Keypair,
        hotkey: PublicKey,
        amount: Rao,
    ) -> Result<Inclusion, ClientError> {
        self.sign_and_send(coldkey, || RemoveStake { hotkey: hotkey.0, amount }).await
    }

    /// Sets the part of a validator's dividends that its owner keeps from nominators, in 1/65535.
    ///
    /// # Errors
    /// See above.
    pub async fn set_take(&self, coldkey: &Keypair, hotkey: PublicKey, take: u16) -> Result<Inclusion, ClientError> {
        self.sign_and_send(coldkey, || SetTake { hotkey: hotkey.0, take }).await
    }

    /// Sends `amount` RAO, leaving the sender's account open.
    ///
    /// # Errors
    /// See above.
    pub async fn transfer(&self, coldkey: &Keypair, to: PublicKey, amount: Rao) -> Result<Inclusion, ClientError> {
        self.sign_and_send(coldkey, || Transfer { dest: MultiAddress::Id(AccountId32(to.0)), value: amount }).await
    }
}
