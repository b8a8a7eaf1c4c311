//! What the chain says of a coldkey, and how what was used becomes TAO.

use std::sync::Arc;

use futures::{future::BoxFuture, FutureExt};
use ganglion_client::{Client, ClientError};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{AccountId, ChannelId, ChannelInfo, Rao};
use ganglion_subnet::{payments::Note, Chain};
use tokio::sync::OnceCell;

/// Vouchers in one transaction.
const BATCH: usize = 64;

/// One channel of a coldkey to the gateway that isn't closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Its number.
    pub channel: u64,
    /// All RAO ever put in.
    pub deposit: Rao,
}

/// What a coldkey has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// RAO behind hotkeys, own and nominated.
    pub stake: Rao,
    /// Its channels, oldest first.
    pub channels: Vec<Credit>,
}

/// The chain, as a public gateway needs it.
pub trait Ledger: Send + Sync + 'static {
    /// What a coldkey has, in finalised blocks.
    fn standing(&self, coldkey: PublicKey) -> BoxFuture<'_, Result<Standing, String>>;
    /// Redeems what was used of channels (number, RAO in all): of all of them, or of those that are closing. The RAO that
    /// were paid.
    fn collect(&self, used: Vec<(u64, Rao)>, all: bool) -> BoxFuture<'_, Result<Rao, String>>;
}

/// The chain itself. It connects when it is needed first.
pub struct ChainLedger {
    nodes: Vec<String>,
    hotkey: Arc<Keypair>,
    client: OnceCell<Client>,
}

impl ChainLedger {
    /// Channels to `hotkey` whose voucher key it is too, on the chain of the first of `nodes` that answers.
    pub fn new(nodes: Vec<String>, hotkey: Arc<Keypair>) -> Self {
        Self { nodes, hotkey, client: OnceCell::new() }
    }

    async fn client(&self) -> Result<&Client, ClientError> {
        self.client.get_or_try_init(|| Client::connect(&self.nodes)).await
    }

    fn is_ours(&self, channel: &ChannelInfo) -> bool {
        let own = self.hotkey.public();
        channel.provider == AccountId::from(own.0) && channel.voucher_key.0 == own.0
    }

    async fn read(&self, coldkey: PublicKey) -> Result<Standing, ClientError> {
        let client = self.client().await?;
        let finalised = client.at(client.finalized().await?.hash);
        let account = finalised.account(&coldkey).await?;
        let channels = finalised.channels_of(&coldkey).await?;
        let open = channels.iter().filter(|channel| self.is_ours(channel) && channel.closes_at.is_none());
        Ok(Standing {
            stake: account.positions.iter().fold(0, |sum: Rao, position| sum.saturating_add(position.stake)),
            channels: open.map(|channel| Credit { channel: channel.id.0, deposit: channel.deposit }).collect(),
        })
    }

    async fn redeem(&self, used: Vec<(u64, Rao)>, all: bool) -> Result<Rao, String> {
        let client = self.client().await.map_err(|error| error.to_string())?;
        let genesis = client.genesis_hash();
        let mut due: Vec<(Note, Rao)> = Vec::new();
        for (channel, total) in used {
            let found = client.latest().channel(channel).await.map_err(|error| error.to_string())?;
            let Some(info) = found.filter(|info| self.is_ours(info) && (all || info.closes_at.is_some())) else {
                continue;
            };
            let total = total.min(info.deposit);
            let worth = total.saturating_sub(info.redeemed);
            if worth > 0 {
                due.push((Note::sign(ChannelId(channel), total, &genesis, &self.hotkey), worth));
            }
        }
        let mut paid: Rao = 0;
        for batch in due.chunks(BATCH) {
            let vouchers: Vec<_> = batch.iter().map(|(note, _)| note.to_ledger()).collect();
            let worth = batch.iter().fold(0, |sum: Rao, (_, worth)| sum.saturating_add(*worth));
            Chain::redeem(client, &self.hotkey, &vouchers, worth).await.map_err(|error| error.to_string())?;
            paid = paid.saturating_add(worth);
        }
        Ok(paid)
    }
}

impl Ledger for ChainLedger {
    fn standing(&self, coldkey: PublicKey) -> BoxFuture<'_, Result<Standing, String>> {
        async move { self.read(coldkey).await.map_err(|error| error.to_string()) }.boxed()
    }

    fn collect(&self, used: Vec<(u64, Rao)>, all: bool) -> BoxFuture<'_, Result<Rao, String>> {
        self.redeem(used, all).boxed()
    }
}
