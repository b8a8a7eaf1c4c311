//! A ledger in memory that knows payment channels and nothing else.

use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use ganglion_keys::{Keypair, PublicKey, Signature};
use ganglion_primitives::{
    AccountId, ChannelId, ChannelInfo, Endpoint, Hash, Metagraph, NetUid, NeuronId, Rao, RegistrationTerms,
    SignedVoucher, SubnetInfo, VoucherKey,
};
use ganglion_subnet::{Block, Chain, ChainError};

pub const GENESIS: [u8; 32] = [7; 32];

#[derive(Default)]
pub struct Ledger(Mutex<Vec<ChannelInfo>>);

impl Ledger {
    pub fn channels(&self) -> MutexGuard<'_, Vec<ChannelInfo>> {
        self.0.lock().expect("no test panics while it holds the channels")
    }

    /// Opens a channel; its number.
    pub fn open(&self, provider: PublicKey, voucher_key: PublicKey, deposit: Rao) -> u64 {
        let mut channels = self.channels();
        let id = channels.len() as u64;
        channels.push(ChannelInfo {
            id: ChannelId(id),
            user: AccountId::from([9; 32]),
            provider: AccountId::from(provider.0),
            voucher_key: VoucherKey::from_raw(voucher_key.0),
            deposit,
            redeemed: 0,
            closes_at: None,
        });
        id
    }
}

fn nothing<T>() -> Result<T, ChainError> {
    Err(ChainError::Refused("nobody asks for that here".into()))
}

#[async_trait]
impl Chain for Ledger {
    fn genesis_hash(&self) -> [u8; 32] {
        GENESIS
    }

    async fn best(&self) -> Result<Block, ChainError> {
        nothing()
    }

    async fn subnet(&self, _: NetUid) -> Result<SubnetInfo, ChainError> {
        nothing()
    }

    async fn metagraph(&self, _: NetUid) -> Result<Metagraph, ChainError> {
        nothing()
    }

    async fn registration(&self, _: NetUid) -> Result<RegistrationTerms, ChainError> {
        nothing()
    }

    async fn register(&self, _: NetUid, _: PublicKey, _: PublicKey, _: u64, _: u32) -> Result<(), ChainError> {
        nothing()
    }

    async fn serve_axon(&self, _: &Keypair, _: NetUid, _: Endpoint) -> Result<(), ChainError> {
        nothing()
    }

    async fn serve_prometheus(&self, _: &Keypair, _: NetUid, _: Endpoint) -> Result<(), ChainError> {
        nothing()
    }

    async fn set_weights(&self, _: &Keypair, _: NetUid, _: &[(NeuronId, u16)], _: u64) -> Result<(), ChainError> {
        nothing()
    }

    async fn commit_weights(&self, _: &Keypair, _: NetUid, _: [u8; 32]) -> Result<u32, ChainError> {
        nothing()
    }

    async fn reveal_weights(
        &self,
        _: &Keypair,
        _: NetUid,
        _: &[(NeuronId, u16)],
        _: [u8; 16],
        _: u64,
    ) -> Result<(), ChainError> {
        nothing()
    }

    async fn channel(&self, channel: ChannelId) -> Result<Option<ChannelInfo>, ChainError> {
        Ok(self.channels().iter().find(|info| info.id == channel).cloned())
    }

    async fn channels_to(&self, provider: PublicKey, _: usize) -> Result<Vec<ChannelInfo>, ChainError> {
        let provider = AccountId::from(provider.0);
        Ok(self.channels().iter().filter(|info| info.provider == provider).cloned().collect())
    }

    /// As the real one: who has signed it, and what wasn't paid before.
    async fn redeem(&self, _: &Keypair, vouchers: &[SignedVoucher], worth: Rao) -> Result<(), ChainError> {
        assert!(vouchers.len() <= 64, "a call takes 64");
        let mut paid = 0;
        for signed in vouchers {
            let mut channels = self.channels();
            let found = channels.iter_mut().find(|info| info.id == signed.voucher.channel);
            let Some(info) = found else { continue };
            let key = PublicKey(info.voucher_key.0);
            let message = signed.voucher.preimage(&Hash::from(GENESIS));
            assert!(key.verify(&message, &Signature(signed.signature.0)), "the ledger would refuse it");
            let covered = signed.voucher.total.min(info.deposit);
            paid += covered.saturating_sub(info.redeemed);
            info.redeemed = info.redeemed.max(covered);
        }
        assert_eq!(paid, worth, "the miner knows what it gets");
        Ok(())
    }
}
