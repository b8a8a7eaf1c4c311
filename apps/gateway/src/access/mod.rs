//! Public mode: who may use a gateway that is open to everybody, and what it costs them.
//!
//! # Keys
//! A client shows an API key, `Authorization: Bearer gk_…`, as OpenAI's clients do. A key is bound to a **coldkey**, which signs a
//! text that names the gateway, itself and the time ([`keys::Claim`]); `POST /v1/keys` checks it and shows the key, once.
//! Kept is its hash. A signature makes one key: the time must be later than that of the coldkey's key before.
//!
//! # What an answer costs
//! - **By stake**, nothing: each TAO that the coldkey has behind hotkeys, its own or others', gives some answers a day (UTC).
//! - **By deposit**, [`PublicSettings::charge`] RAO: the user opens a payment channel to the gateway's hotkey and names that
//!   hotkey as the channel's voucher key, too. The chain takes channels to hotkeys alone that were registered once, in any
//!   subnet. The gateway counts what was used of it, and redeems just that. Nobody can use what isn't there: deposits are
//!   read in finalised blocks, and leave the gateway a day after a close. The user trusts the gateway to count right, with
//!   the deposit at most.
//!
//! An answer that fails (any status from 400 on) costs nothing, nor does a stream that ends with an error because its miner broke
//! off, nor one that was never begun because the client hung up. A client that hangs up in the middle of a stream, or keeps its
//! miner waiting for as long as no miner may be silent, has had its answer. Redeemed is what answers cost that were given, not
//! what may still fail. What was given is counted in memory and on disk a second later: a crash loses the operator
//! that second's income and that of the answers under way, and bills nobody for what never came.
//!
//! # How much at once
//! One coldkey, whatever the number of its keys, has at most a quarter of the requests under way that the gateway answers at once
//! ([`GatewayConfig::in_flight`](crate::GatewayConfig::in_flight)); more get 429. What fails costs nothing, so that bodies that
//! never end would keep everybody else out for nothing.

mod bill;
mod collect;
mod doors;
mod dues;
pub mod keys;
mod ledger;
pub mod meter;
mod places;

pub use ledger::{ChainLedger, Collected, Credit, Ledger, Standing};

use std::{
    collections::HashMap,
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;
use ganglion_subnet::store::{self, Lock, StoreError};
use tokio::{sync::Semaphore, time::timeout};

pub(crate) use bill::Bill;
pub(crate) use doors::{closed, guard};
use keys::{Hash, Keys};
use meter::{Meter, Over, Taken};

/// How long what the ledger says of a coldkey is good.
const GOOD: Duration = Duration::from_secs(30);
/// When there is nothing left, it is asked again after this.
const SOON: Duration = Duration::from_secs(2);
/// Questions to the ledger at a time, and how long one may take.
const QUESTIONS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(5);

/// What a public gateway asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicSettings {
    /// RAO for an answer that isn't free.
    pub charge: Rao,
    /// Free answers a day for each TAO of stake.
    pub free_per_tao: u32,
}

impl Default for PublicSettings {
    /// 0.0001 TAO for an answer; ten a day for each TAO of stake.
    fn default() -> Self {
        Self { charge: 100_000, free_per_tao: 10 }
    }
}

/// The books of a public gateway. Clones share them.
#[derive(Clone)]
pub struct PublicAccess(Arc<Inner>);

struct Inner {
    settings: PublicSettings,
    /// Whom claims must name, and who redeems.
    gateway: PublicKey,
    keys: Mutex<Keys>,
    meter: Mutex<Meter>,
    ledger: Arc<dyn Ledger>,
    standings: Mutex<HashMap<PublicKey, (Arc<Standing>, Instant)>>,
    questions: Semaphore,
    _lock: Lock,
}

impl fmt::Debug for PublicAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicAccess({}, {:?})", self.0.gateway, self.0.settings)
    }
}

impl PublicAccess {
    /// Opens the books in `folder` of the gateway with the hotkey `gateway`. One process a folder.
    ///
    /// # Errors
    /// If another process has the folder, or a file can't be read, or is damaged.
    pub fn open(
        folder: &Path,
        gateway: PublicKey,
        settings: PublicSettings,
        ledger: Arc<dyn Ledger>,
    ) -> Result<Self, StoreError> {
        store::folder(folder)?;
        let lock = Lock::take(folder)?;
        let keys = Mutex::new(Keys::open(&folder.join("keys.json"))?);
        let meter = Mutex::new(Meter::open(&folder.join("meter.json"))?);
        let (standings, questions) = (Mutex::default(), Semaphore::new(QUESTIONS));
        Ok(Self(Arc::new(Inner { settings, gateway, keys, meter, ledger, standings, questions, _lock: lock })))
    }

    /// Takes what one answer costs from whoever holds the key.
    async fn take(&self, key: Hash, coldkey: PublicKey) -> Result<Taken, Refused> {
        let standing = self.standing(coldkey, GOOD).await.ok_or(Refused::Unknown)?;
        if let Ok(taken) = self.charge(key, coldkey, &standing) {
            return Ok(taken);
        }
        // Something may have been put in since.
        let standing = self.standing(coldkey, SOON).await.ok_or(Refused::Unknown)?;
        self.charge(key, coldkey, &standing).map_err(Refused::Over)
    }

    fn charge(&self, key: Hash, coldkey: PublicKey, standing: &Standing) -> Result<Taken, Over> {
        lock(&self.0.meter).charge(key, coldkey, standing, self.0.settings, today())
    }

    /// What the ledger says of a coldkey, at most `age` ago; `None` if it can't be asked now.
    async fn standing(&self, coldkey: PublicKey, age: Duration) -> Option<Arc<Standing>> {
        let known = lock(&self.0.standings).get(&coldkey).cloned();
        if let Some((standing, _)) = known.filter(|(_, read_at)| read_at.elapsed() < age) {
            return Some(standing);
        }
        let ask = async {
            let _turn = self.0.questions.acquire().await.ok()?;
            self.0.ledger.standing(coldkey).await.ok()
        };
        let found = Arc::new(timeout(PATIENCE, ask).await.ok().flatten()?);
        let mut standings = lock(&self.0.standings);
        if standings.len() >= keys::MOST {
            standings.clear();
        }
        standings.insert(coldkey, (found.clone(), Instant::now()));
        Some(found)
    }
}

/// Why nothing is answered.
enum Refused {
    /// There is nothing left.
    Over(Over),
    /// The ledger can't be asked now.
    Unknown,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Changes are single steps, so a panic elsewhere leaves it sound.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Seconds in a day.
const DAY: u64 = 86_400;

/// Days since 1970.
fn today() -> u64 {
    now() / DAY
}

/// Seconds until the next day (UTC), at least one.
fn until_tomorrow() -> u64 {
    DAY - now() % DAY
}
