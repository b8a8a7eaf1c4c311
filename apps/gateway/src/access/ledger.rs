//! What the chain says of a coldkey, and how what was used becomes TAO.

use std::sync::{Arc, Mutex};

use futures::{future::BoxFuture, FutureExt};
use ganglion_client::{Client, ClientError};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{ChannelId, ChannelInfo, Rao};
use ganglion_subnet::{payments::Note, Chain};
use tokio::sync::OnceCell;

use super::{
    dues::{is_news, is_ours, Shown, Used},
    lock,
};

/// Vouchers in one transaction.
const BATCH: usize = 64;
/// Channels to the gateway that are read as pages; strangers open them. Those of its users beyond are asked for one by one.
const MOST: usize = 1 << 16;

/// One channel of a coldkey to the gateway that isn't closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Its number.
    pub channel: u64,
    /// All RAO ever put in.
    pub deposit: Rao,
    /// RAO of that which were redeemed: they were used, whatever the counts say.
    pub redeemed: Rao,
}

/// What a coldkey has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// RAO behind hotkeys, own and nominated.
    pub stake: Rao,
    /// Its channels, oldest first.
    pub channels: Vec<Credit>,
}

/// What became of what was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// RAO that were paid.
    pub paid: Rao,
    /// Channels that are settled. Nothing is to be known of them any more: their numbers never come again.
    pub settled: Vec<u64>,
    /// Why the rest wasn't paid, if that is so.
    pub failed: Option<String>,
}

/// The chain, as a public gateway needs it.
pub trait Ledger: Send + Sync + 'static {
    /// What a coldkey has, in finalised blocks.
    fn standing(&self, coldkey: PublicKey) -> BoxFuture<'_, Result<Standing, String>>;
    /// Redeems what was used of channels (number, RAO in all): of all of them, or of those that are closing.
    fn collect(&self, used: Vec<(u64, Rao)>, all: bool) -> BoxFuture<'_, Result<Collected, String>>;
}

/// The chain itself. It connects when it is needed first.
pub struct ChainLedger {
    nodes: Vec<String>,
    hotkey: Arc<Keypair>,
    client: OnceCell<Client>,
    /// What had been used of channels when they had nothing to redeem.
    quiet: Mutex<Used>,
}

impl ChainLedger {
    /// Channels to `hotkey` whose voucher key it is too, on the chain of the first of `nodes` that answers.
    pub fn new(nodes: Vec<String>, hotkey: Arc<Keypair>) -> Self {
        Self { nodes, hotkey, client: OnceCell::new(), quiet: Mutex::default() }
    }

    async fn client(&self) -> Result<&Client, ClientError> {
        self.client.get_or_try_init(|| Client::connect(&self.nodes)).await
    }

    fn is_ours(&self, channel: &ChannelInfo) -> bool {
        is_ours(&self.hotkey.public(), channel)
    }

    async fn read(&self, coldkey: PublicKey) -> Result<Standing, ClientError> {
        let client = self.client().await?;
        let finalised = client.at(client.finalized().await?.hash);
        let account = finalised.account(&coldkey).await?;
        let channels = finalised.channels_of(&coldkey).await?;
        let open = channels.iter().filter(|channel| self.is_ours(channel) && channel.closes_at.is_none());
        Ok(Standing {
            stake: account.positions.iter().fold(0, |sum: Rao, position| sum.saturating_add(position.stake)),
            channels: open
                .map(|channel| Credit { channel: channel.id.0, deposit: channel.deposit, redeemed: channel.redeemed })
                .collect(),
        })
    }

    /// Redeems in batches. The chain isn't asked at all if it can't have anything to say.
    async fn redeem(&self, used: Used, all: bool) -> Result<Collected, String> {
        let asks = !used.is_empty() && (all || is_news(&used, &lock(&self.quiet)));
        if !asks {
            return Ok(Collected::default());
        }
        let client = self.client().await.map_err(|error| error.to_string())?;
        let shown = self.shown(client, &used).await?;
        *lock(&self.quiet) = shown.quiet(&used);
        let genesis = client.genesis_hash();
        let mut collected = Collected { settled: shown.settled(&used), ..Collected::default() };
        for batch in shown.due(&used, all).chunks(BATCH) {
            let note = |channel, total| Note::sign(ChannelId(channel), total, &genesis, &self.hotkey);
            let vouchers: Vec<_> = batch.iter().map(|due| note(due.channel, due.total).to_ledger()).collect();
            let worth = batch.iter().fold(0, |sum: Rao, due| sum.saturating_add(due.worth));
            if let Err(error) = Chain::redeem(client, &self.hotkey, &vouchers, worth).await {
                collected.failed = Some(error.to_string());
                break;
            }
            collected.paid = collected.paid.saturating_add(worth);
        }
        Ok(collected)
    }

    /// The channels to this gateway, page by page.
    async fn shown(&self, client: &Client, used: &Used) -> Result<Shown, String> {
        let own = self.hotkey.public();
        let listed = Chain::channels_to(client, own, MOST).await.map_err(|error| error.to_string())?;
        let whole = listed.len() < MOST;
        let mut shown = Shown::of(own, listed, whole);
        for channel in shown.beyond(used) {
            if let Some(info) = client.latest().channel(channel).await.map_err(|error| error.to_string())? {
                shown.add(info);
            }
        }
        Ok(shown)
    }
}

impl Ledger for ChainLedger {
    fn standing(&self, coldkey: PublicKey) -> BoxFuture<'_, Result<Standing, String>> {
        async move { self.read(coldkey).await.map_err(|error| error.to_string()) }.boxed()
    }

    fn collect(&self, used: Vec<(u64, Rao)>, all: bool) -> BoxFuture<'_, Result<Collected, String>> {
        self.redeem(used.into_iter().collect(), all).boxed()
    }
}
