//! The channels of a purse on one chain: opened when they are needed, one at a time, and topped up.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use ganglion_client::tao;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{ChannelId, ChannelInfo, Rao};
use ganglion_subnet::{
    payments::{
        promises::{PromiseError, Promises},
        Note,
    },
    store::StoreError,
};
use ganglion_wire::payment::Demand;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use super::{lock, spent::Spent, Bank, BankError, Promise, PurseSettings};

/// A channel that can be paid from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub id: ChannelId,
    pub provider: PublicKey,
    pub deposit: Rao,
    pub redeemed: Rao,
}

/// What is there, and what was promised of it.
pub(super) struct Funds {
    settings: PurseSettings,
    genesis: [u8; 32],
    key: Arc<Keypair>,
    bank: Arc<dyn Bank>,
    promises: Arc<Mutex<Promises>>,
    channels: Mutex<HashMap<PublicKey, Open>>,
    /// Opens and tops up one after the other: else each late miner's neighbour would get a channel, too. `None` until the
    /// channels were read.
    turn: Arc<Turn<Option<Spent>>>,
    spent_file: PathBuf,
}

impl Funds {
    pub fn open(
        folder: &Path,
        genesis: [u8; 32],
        settings: PurseSettings,
        key: Arc<Keypair>,
        bank: Arc<dyn Bank>,
    ) -> Result<Self, StoreError> {
        // Channels have the same numbers on every chain.
        let chain: String = genesis.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let promises = Promises::open(&folder.join(format!("promises-{chain}")))?;
        Ok(Self {
            settings,
            genesis,
            key,
            bank,
            promises: Arc::new(Mutex::new(promises)),
            channels: Mutex::default(),
            turn: Arc::default(),
            spent_file: folder.join(format!("spent-{chain}")),
        })
    }

    /// Whether the channel to `provider` isn't used any more, for its claims.
    pub fn is_stuck(&self, provider: &PublicKey) -> bool {
        let channel = lock(&self.channels).get(provider).map(|open| open.id);
        channel.is_some_and(|channel| lock(&self.promises).of(channel).stuck)
    }

    /// The channel to `provider`, opened if there is none.
    pub async fn channel(self: &Arc<Self>, provider: PublicKey) -> Result<Open, String> {
        let known = lock(&self.channels).get(&provider).copied();
        match known {
            Some(open) => Ok(open),
            None => self.ensure(provider, 0).await,
        }
    }

    /// The same channel with at least `needed` RAO in it.
    pub async fn top_up(self: &Arc<Self>, channel: Open, needed: Rao) -> Result<Open, String> {
        self.ensure(channel.provider, needed).await
    }

    /// Promises `price` RAO for one request. On disk before it is known.
    pub async fn promise(self: &Arc<Self>, channel: Open, price: Rao) -> Result<Promise, PromiseError> {
        let (promises, key, genesis) = (Arc::clone(&self.promises), Arc::clone(&self.key), self.genesis);
        let made = tokio::task::spawn_blocking(move || {
            let total = lock(&promises).promise(channel.id, price, channel.deposit, channel.redeemed)?;
            let note = Note::sign(channel.id, total, &genesis, &key);
            Ok::<_, PromiseError>(Promise { promises, channel: channel.id, price, note, answered: false })
        });
        let made = made.await.unwrap_or_else(|error| {
            let source = std::io::Error::other(error.to_string());
            Err(StoreError::Io { path: self.spent_file.clone(), source }.into())
        })?;
        // Two answers ahead, so that hardly any request waits for a block.
        let ahead = made.note.voucher.total.saturating_add(price.saturating_mul(2));
        if ahead > channel.deposit {
            let funds = Arc::clone(self);
            tokio::spawn(async move {
                if let Err(reason) = funds.ensure(channel.provider, ahead).await {
                    tracing::warn!(target: "ganglion::gateway", %reason, "a channel can't be topped up");
                }
            });
        }
        Ok(made)
    }

    /// A miner asks for more on a channel. Whether to try once more.
    pub fn demanded(&self, provider: &PublicKey, channel: u64, demand: &Demand) -> bool {
        let known = lock(&self.channels).get(provider).copied();
        // Nobody speaks about another's channel.
        let Some(open) = known.filter(|open| open.id.0 == channel) else { return false };
        match demand.total_rao {
            Some(total) => lock(&self.promises).demanded(open.id, total, demand.price_rao),
            None => {
                // It is closing, the miner says: the chain will tell.
                lock(&self.channels).remove(provider);
                true
            }
        }
    }

    /// A channel to `provider` with at least `needed` RAO in it.
    async fn ensure(self: &Arc<Self>, provider: PublicKey, needed: Rao) -> Result<Open, String> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let funds = Arc::clone(self);
        // A caller that hangs up must not leave it half done.
        let done = tokio::spawn(async move { funds.in_turn(turn, provider, needed).await }).await;
        done.unwrap_or_else(|_| Err("the payment broke down: try again".into()))
    }

    async fn in_turn(
        &self,
        mut turn: OwnedMutexGuard<Option<Spent>>,
        provider: PublicKey,
        needed: Rao,
    ) -> Result<Open, String> {
        self.read(&mut turn).await?;
        let open = lock(&self.channels).get(&provider).copied();
        let missing = match open {
            Some(open) if open.deposit >= needed => return Ok(open),
            Some(open) => needed.saturating_sub(open.deposit),
            None => needed,
        };
        let amount = missing.max(self.settings.deposit);
        let Some(spent) = turn.as_mut() else { return Err("the channels weren't read".into()) };
        if !spent.reserve(amount, self.settings.budget).map_err(|error| error.to_string())? {
            let budget = tao(self.settings.budget);
            return Err(format!("{} more would go beyond the budget of {budget}: see --budget", tao(amount)));
        }
        let done = match open {
            Some(open) => self.bank.top_up(open.id, amount).await,
            None => self.bank.open(provider, amount, self.key.public()).await,
        };
        if let Err(BankError { reason, unsure }) = done {
            if !unsure {
                spent.release(amount).map_err(|error| error.to_string())?;
            }
            return Err(reason);
        }
        self.read(&mut turn).await?;
        let open = lock(&self.channels).get(&provider).copied();
        open.ok_or_else(|| "the channel is open, and the node doesn't show it yet: try again".into())
    }

    /// Reads the channels that our key signs for.
    async fn read(&self, spent: &mut Option<Spent>) -> Result<(), String> {
        let all = self.bank.channels().await.map_err(|error| error.reason)?;
        let own = |info: &&ChannelInfo| info.voucher_key.0 == self.key.public().0;
        if spent.is_none() {
            let least = all.iter().filter(own).fold(0, |sum: Rao, info| sum.saturating_add(info.deposit));
            *spent = Some(Spent::open(self.spent_file.clone(), least).map_err(|error| error.to_string())?);
        }
        let usable = all.iter().filter(own).filter(|info| info.closes_at.is_none()).map(|info| {
            let provider = PublicKey(<[u8; 32]>::from(info.provider.clone()));
            (provider, Open { id: info.id, provider, deposit: info.deposit, redeemed: info.redeemed })
        });
        *lock(&self.channels) = usable.collect();
        Ok(())
    }
}
