//! Users' requests that validators may ask again.
//!
//! Only what a user allows is kept (`"store": true` in an OpenAI-shaped request), only if the subnet calls it
//! [fit](Repeatable::is_fit), and nothing that says who asked or when beyond its hour. The file is private to the operator
//! who runs the gateway and the validator; it holds the newest [`MOST`] requests of the last day. Nobody learns from the
//! wire which requests are repetitions: they are sent like any other, with a new seed.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::audit::{self, AuditError};
use crate::receipts::SignedReceipt;
use crate::seed::Dice;
use crate::store::{self, StoreError};
use crate::subnet::Subnet;

/// The kind of tasks that are users' requests.
pub const KIND: &str = "organic";
/// Most requests kept.
pub const MOST: usize = 256;
/// How long one is kept.
const AGE: Duration = Duration::from_secs(24 * 3600);
/// At most one is taken in this time: a sample is enough, and a flood of requests must not become one of writing.
const PACE: Duration = Duration::from_secs(1);
/// How often a reader looks at the file.
const LOOK: Duration = Duration::from_secs(30);
/// Longest file, bytes.
const FILE: u64 = 4 << 20;

/// A subnet's request, as far as it can be asked again.
pub trait Repeatable: Clone + Serialize + DeserializeOwned {
    /// Whether it is worth asking again: short, complete in itself, and one that any miner would take.
    fn is_fit(&self) -> bool;

    /// The same with another seed.
    fn seeded(self, seed: u64) -> Self;

    /// Whether both ask for the same.
    fn asks_for_the_same(&self, other: &Self) -> bool;
}

/// A request and the hour in which it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept<Q> {
    request: Q,
    /// Seconds since 1970, rounded down to the hour.
    hour: u64,
}

struct State<Q> {
    kept: Vec<Kept<Q>>,
    read_at: Option<Instant>,
    taken_at: Option<Instant>,
}

/// The requests, and their file. The gateway's process offers, the validator's draws.
pub struct Organics<Q> {
    path: PathBuf,
    state: Mutex<State<Q>>,
}

impl<Q> std::fmt::Debug for Organics<Q> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Organics({})", self.path.display())
    }
}

impl<Q: Repeatable> Organics<Q> {
    /// The requests in `path`, which needn't exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let state = State { kept: Vec::new(), read_at: None, taken_at: None };
        Self { path: path.into(), state: Mutex::new(state) }
    }

    /// Keeps a request whose user allows it, if it is fit and none was taken within the last second. Returns whether it
    /// was kept. Writes a small file: not for a thread that others wait for.
    ///
    /// # Errors
    /// If the file can't be read or written.
    pub fn offer(&self, request: &Q) -> Result<bool, StoreError> {
        if !request.is_fit() {
            return Ok(false);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.taken_at.is_some_and(|at| at.elapsed() < PACE) {
            return Ok(false);
        }
        state.taken_at = Some(Instant::now());
        let now = now();
        let mut kept = self.load(now)?;
        if kept.iter().any(|known| known.request.asks_for_the_same(request)) {
            return Ok(false);
        }
        kept.push(Kept { request: request.clone().seeded(0), hour: now - now % 3600 });
        let spare = kept.len().saturating_sub(MOST);
        kept.drain(..spare);
        let content = serde_json::to_vec(&kept).unwrap_or_default();
        store::write_private(&self.path, &content)?;
        state.kept = kept;
        Ok(true)
    }

    /// One of the requests with a new seed; `None` if there are none. A file that can't be read counts as empty, and is
    /// told of in the log.
    pub fn draw(&self, dice: &mut Dice) -> Option<Q> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.read_at.is_none_or(|at| at.elapsed() >= LOOK) {
            state.read_at = Some(Instant::now());
            state.kept = self.load(now()).unwrap_or_else(|error| {
                tracing::warn!(%error, "users' requests can't be read");
                Vec::new()
            });
        }
        if state.kept.is_empty() {
            return None;
        }
        let request = dice.pick(&state.kept).request.clone();
        Some(request.seeded(dice.bits()))
    }

    /// What the file holds and is still young and fit.
    fn load(&self, now: u64) -> Result<Vec<Kept<Q>>, StoreError> {
        let Some(content) = store::read(&self.path, FILE)? else { return Ok(Vec::new()) };
        let damaged =
            |error: serde_json::Error| StoreError::Damaged { path: self.path.clone(), reason: error.to_string() };
        let mut kept: Vec<Kept<Q>> = serde_json::from_slice(&content).map_err(damaged)?;
        kept.retain(|kept| now.saturating_sub(kept.hour) < AGE.as_secs() && kept.request.is_fit());
        kept.truncate(MOST);
        Ok(kept)
    }
}

/// Whether a validator that has users' requests asks one of them, `share` times in a thousand: the first throw of a seed's
/// dice.
pub fn may_be_organic(dice: &mut Dice, share: u64) -> bool {
    dice.chance(share, 1000)
}

/// Where a task came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It follows from the seed.
    Seed,
    /// The validator says that it was a user's request, which nobody else can draw again. The seed at least had one asked:
    /// a validator can't call every task so that it would rather choose itself.
    Organic,
}

/// Checks the signature, the secret, and that the receipt's task is what its seed leads to, on a subnet where `share` of a
/// thousand tasks may be users' requests.
///
/// # Errors
/// What doesn't hold.
pub fn origin_of_task<S: Subnet>(
    subnet: &S,
    share: u64,
    signed: &SignedReceipt,
    secret: [u8; 32],
) -> Result<Origin, AuditError> {
    if signed.receipt.kind != KIND {
        return audit::check(subnet, signed, secret).map(|()| Origin::Seed);
    }
    let seed = audit::seed(signed, secret)?;
    match may_be_organic(&mut seed.dice(), share) {
        true => Ok(Origin::Organic),
        false => Err(AuditError::Request),
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
