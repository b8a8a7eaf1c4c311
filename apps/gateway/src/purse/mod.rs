//! A personal gateway's purse: it pays miners from channels that its user's coldkey opened, and never more than allowed.
//!
//! The purse has a **voucher key** of its own, in its folder, which signs requests and vouchers alike. It holds no TAO: a thief
//! of the folder could promise what lies in open channels, and only to the miners they lead to. The coldkey signs
//! openings and top-ups and nothing else.
//!
//! Bounds: a miner whose answer costs more than [`PurseSettings::max_price`] is passed over; all deposits ever made from one
//! folder stay within [`PurseSettings::budget`] (what comes back from closed channels doesn't count as unspent; the chain's fees
//! come on top); of a channel, no more is promised than it holds, and no answer is paid twice but as
//! [`promises`](ganglion_subnet::payments::promises) says.

mod bank;
mod funds;
mod home;
mod prices;
mod spent;

pub use bank::{Bank, BankError, ChainBank};
pub(crate) use home::at_home;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{future::BoxFuture, FutureExt};
use ganglion_keys::Keypair;
use ganglion_primitives::{ChannelId, Rao, TAO};
use ganglion_subnet::{
    payments::{
        promises::{PromiseError, Promises},
        Note,
    },
    store::{self, Lock, StoreError},
};
use ganglion_wire::{
    description::Description,
    payment::{Demand, Payment, Purse, Voucher},
    Target,
};
use rand::{rngs::OsRng, RngCore};
use tokio::sync::OnceCell;

use crate::announced;
use funds::Funds;
use prices::Prices;

/// How often one request looks for a deposit that others don't use up before it: each time, another one was served.
const TOP_UPS: usize = 16;

/// What a purse may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurseSettings {
    /// RAO that a channel is opened or topped up with.
    pub deposit: Rao,
    /// RAO that may be put into channels in all.
    pub budget: Rao,
    /// Most RAO for one answer.
    pub max_price: Rao,
}

impl Default for PurseSettings {
    /// 0.1 TAO a channel, 1 TAO in all, 0.001 TAO for an answer at most.
    fn default() -> Self {
        Self { deposit: TAO / 10, budget: TAO, max_price: TAO / 1000 }
    }
}

/// The purse of a personal gateway. Clones share it.
#[derive(Clone)]
pub struct PersonalPurse(Arc<Inner>);

struct Inner {
    settings: PurseSettings,
    folder: PathBuf,
    key: Arc<Keypair>,
    prices: Prices,
    bank: Arc<dyn Bank>,
    /// There once the chain has been reached: it says which one it is.
    funds: OnceCell<Arc<Funds>>,
    _lock: Lock,
}

impl fmt::Debug for PersonalPurse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalPurse({}, {:?})", self.0.key.public(), self.0.settings)
    }
}

impl PersonalPurse {
    /// Opens the purse in `folder`, making its voucher key if there is none. One process a folder.
    ///
    /// # Errors
    /// If another process has the folder, or a file can't be read or written, or is damaged.
    pub fn open(folder: &Path, settings: PurseSettings, bank: Arc<dyn Bank>) -> Result<Self, StoreError> {
        store::folder(folder)?;
        let lock = Lock::take(folder)?;
        let key = Arc::new(voucher_key(&folder.join("voucher-key"))?);
        let (folder, prices, funds) = (folder.to_owned(), Prices::default(), OnceCell::new());
        Ok(Self(Arc::new(Inner { settings, folder, key, prices, bank, funds, _lock: lock })))
    }

    /// The key that signs requests and vouchers.
    pub fn key(&self) -> Arc<Keypair> {
        self.0.key.clone()
    }

    /// Remembers what a miner's document asks for an answer of synapse `name`.
    pub(crate) fn announced(&self, target: &Target, name: &str, description: &Description) {
        if let Some(price) = announced::price(description, name) {
            self.0.prices.learn(target, name, price);
        }
    }

    /// Whether a miner isn't asked for an answer of synapse `name`: it is known to cost too much, or it wants to be paid for
    /// nothing.
    pub fn passes_over(&self, target: &Target, name: &str) -> bool {
        let too_much = self.0.prices.known(target, name).is_some_and(|price| price > self.0.settings.max_price);
        too_much || self.0.funds.get().is_some_and(|funds| funds.is_stuck(&target.hotkey))
    }
}

impl Inner {
    async fn funds(&self) -> Result<&Arc<Funds>, String> {
        self.funds
            .get_or_try_init(|| async {
                let genesis = self.bank.genesis().await.map_err(|error| error.reason)?;
                let funds = Funds::open(&self.folder, genesis, self.settings, self.key.clone(), self.bank.clone())
                    .map_err(|error| error.to_string())?;
                Ok::<_, String>(Arc::new(funds))
            })
            .await
    }

    async fn pay(&self, target: &Target, name: &str) -> Result<Option<Box<dyn Payment>>, String> {
        let price = self.prices.of(target, name).await?;
        if price == 0 {
            return Ok(None);
        }
        if price > self.settings.max_price {
            return Err(format!("an answer costs {price} RAO, more than is allowed: see --max-price"));
        }
        let funds = self.funds().await?;
        let mut channel = funds.channel(target.hotkey).await?;
        for _ in 0..TOP_UPS {
            match funds.promise(channel, price).await {
                Err(PromiseError::Deposit(needed)) => channel = funds.top_up(channel, needed).await?,
                promised => return paid(promised),
            }
        }
        // What was put in last is there for this request, too.
        paid(funds.promise(channel, price).await)
    }
}

/// A promise as a payment, or why there is none.
fn paid(promised: Result<Promise, PromiseError>) -> Result<Option<Box<dyn Payment>>, String> {
    match promised {
        Ok(promise) => Ok(Some(Box::new(promise))),
        Err(PromiseError::Deposit(_)) => {
            Err("the channel's deposit is used up by other requests: try again, or see --deposit".into())
        }
        Err(error) => Err(error.to_string()),
    }
}

impl Purse for PersonalPurse {
    fn pay<'a>(&'a self, target: &'a Target, name: &'a str) -> BoxFuture<'a, Result<Option<Box<dyn Payment>>, String>> {
        self.0.pay(target, name).boxed()
    }

    fn demanded(&self, target: &Target, name: &str, demand: &Demand) -> bool {
        self.0.prices.learn(target, name, demand.price_rao);
        if demand.price_rao == 0 || demand.price_rao > self.0.settings.max_price {
            return false;
        }
        let Some(channel) = demand.channel else { return true };
        self.0.funds.get().is_some_and(|funds| funds.demanded(&target.hotkey, channel, demand))
    }
}

/// A total that was promised for one request.
struct Promise {
    promises: Arc<Mutex<Promises>>,
    channel: ChannelId,
    price: Rao,
    note: Note,
    answered: bool,
}

impl Payment for Promise {
    fn voucher(&self) -> Voucher {
        self.note.to_bytes()
    }

    fn answered(mut self: Box<Self>) {
        self.answered = true;
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        let mut promises = lock(&self.promises);
        if self.answered {
            promises.answered(self.channel, self.price);
        } else {
            promises.unanswered(self.channel, self.price);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Changes are single steps, so a panic elsewhere leaves it sound.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The key in the file (32 bytes, its owner's alone), or a new one.
fn voucher_key(path: &Path) -> Result<Keypair, StoreError> {
    let mut seed = [0; 32];
    match store::read(path, 32)? {
        Some(bytes) if bytes.len() == 32 => seed.copy_from_slice(&bytes),
        Some(_) => {
            let reason = "a voucher key has 32 bytes; the channels that it signs for can be closed by their coldkey";
            return Err(StoreError::Damaged { path: path.into(), reason: reason.into() });
        }
        None => {
            OsRng.try_fill_bytes(&mut seed).map_err(|error| StoreError::Io {
                path: path.into(),
                source: io::Error::other(format!("no random numbers: {error}")),
            })?;
            store::write_private(path, &seed)?;
        }
    }
    Ok(Keypair::from_seed(seed))
}

#[cfg(test)]
mod tests;
