//! The keys an agent holds, each until its time is over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::protocol::{Listed, Refusal};
use crate::{Keypair, PublicKey};

const MAX_KEYS: usize = 256;
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// A secret in its own allocation, so that a growing table moves no secret; it is erased when dropped.
struct Kept {
    pair: Arc<Keypair>,
    until: Instant,
}

/// Keys by public key. The clock is the machine's monotonic one: it stands still while the machine sleeps.
#[derive(Default)]
pub(super) struct Store(Mutex<HashMap<PublicKey, Kept>>);

impl Store {
    /// The living keys; the others are erased first.
    fn living(&self) -> MutexGuard<'_, HashMap<PublicKey, Kept>> {
        // Nothing below panics while it holds the lock, and the table would still be sound.
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        keys.retain(|_, kept| kept.until > now);
        keys
    }

    /// Erases what is over.
    pub fn expire(&self) {
        drop(self.living());
    }

    /// Keeps `pair` for `time` from now, also if it is there already.
    pub fn add(&self, pair: Keypair, time: Duration) -> Result<(), Refusal> {
        if time.is_zero() || time > LONGEST {
            return Err(Refusal::BadTime);
        }
        let until = Instant::now().checked_add(time).ok_or(Refusal::BadTime)?;
        let public = pair.public();
        let mut keys = self.living();
        if keys.len() >= MAX_KEYS && !keys.contains_key(&public) {
            return Err(Refusal::Full);
        }
        keys.insert(public, Kept { pair: Arc::new(pair), until });
        Ok(())
    }

    pub fn get(&self, public: &PublicKey) -> Result<Arc<Keypair>, Refusal> {
        self.living().get(public).map(|kept| Arc::clone(&kept.pair)).ok_or(Refusal::UnknownKey)
    }

    pub fn remove(&self, public: &PublicKey) -> Result<(), Refusal> {
        self.living().remove(public).map(drop).ok_or(Refusal::UnknownKey)
    }

    pub fn list(&self) -> Vec<Listed> {
        let now = Instant::now();
        let mut list: Vec<_> = self
            .living()
            .iter()
            .map(|(public, kept)| Listed {
                public: *public,
                seconds_left: kept.until.saturating_duration_since(now).as_secs(),
            })
            .collect();
        list.sort_unstable_by_key(|listed| listed.public);
        list
    }
}
