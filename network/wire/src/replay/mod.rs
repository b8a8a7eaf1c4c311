//! Remembers which nonces were used, as long as they could be used again.
//!
//! A nonce is accepted within a window (12 seconds for `btauth/1`), so only so much has to be remembered; what is older
//! is refused as stale. The memory is bounded, and when it is full requests are refused, never forgotten. With a store,
//! the memory survives a restart.

mod store;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ganglion_keys::PublicKey;

use crate::btauth::{MAX_AGE, MAX_AHEAD};
use store::{Loaded, Store};

/// Nonce and sender. The nonce first, so that the oldest come first.
type Used = (u64, [u8; 32]);

/// In which time a nonce is accepted, in nanoseconds before and after the receiver's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub age: u64,
    pub ahead: u64,
}

/// The window of `btauth/1`.
const BTAUTH: Window = Window { age: MAX_AGE, ahead: MAX_AHEAD };

/// Why a nonce was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotRecorded {
    /// It was used before.
    Replay,
    /// There is no room to remember it, in memory or on disk.
    NoRoom,
}

/// The memory of one axon.
pub(crate) struct ReplayGuard {
    inner: Mutex<Inner>,
    capacity: usize,
    window: Window,
}

struct Inner {
    used: BTreeSet<Used>,
    /// Nothing up to this nonce is accepted: what was used below it is no longer known.
    floor: u64,
    store: Option<Store>,
}

impl ReplayGuard {
    /// A guard that starts at `now` (nanoseconds since 1970) with what the store remembers. Without a store, or when
    /// its file is missing, nonces from before the start are refused; when the file is damaged, so are those that could
    /// have been used just before the start with a clock that is ahead.
    ///
    /// # Errors
    /// If the store cannot be created or read.
    pub fn new(path: Option<PathBuf>, capacity: usize, now: u64) -> std::io::Result<Self> {
        Self::with_window(path, capacity, now, BTAUTH)
    }

    /// As [`new`](Self::new), for nonces that are accepted in another window.
    pub fn with_window(path: Option<PathBuf>, capacity: usize, now: u64, window: Window) -> std::io::Result<Self> {
        let (store, used, floor) = match path {
            None => (None, BTreeSet::new(), now),
            Some(path) => {
                let oldest = now.saturating_sub(window.age);
                let (store, loaded) = Store::open(path, now, capacity, window)?;
                match loaded {
                    Loaded::Sound(used) => {
                        let used: BTreeSet<Used> = used.into_iter().filter(|(nonce, _)| *nonce >= oldest).collect();
                        // What was filtered out is below this floor, whatever the clock does later.
                        (Some(store), used, oldest.saturating_sub(1))
                    }
                    Loaded::Missing => (Some(store), BTreeSet::new(), now),
                    Loaded::Damaged => (Some(store), BTreeSet::new(), now.saturating_add(window.ahead)),
                }
            }
        };
        Ok(Self { inner: Mutex::new(Inner { used, floor, store }), capacity: capacity.max(1), window })
    }

    /// The nonce up to which nothing is accepted.
    pub fn floor(&self) -> u64 {
        self.lock().floor
    }

    /// Whether this sender used this nonce.
    pub fn is_used(&self, sender: &PublicKey, nonce: u64) -> bool {
        self.lock().used.contains(&(nonce, sender.0))
    }

    /// Remembers a nonce; of two callers with the same one, one gets the error.
    pub fn record(&self, sender: &PublicKey, nonce: u64, now: u64) -> Result<(), NotRecorded> {
        let mut inner = self.lock();
        inner.forget_before(now.saturating_sub(self.window.age));
        let entry = (nonce, sender.0);
        if nonce <= inner.floor || inner.used.contains(&entry) {
            return Err(NotRecorded::Replay);
        }
        if inner.used.len() >= self.capacity {
            return Err(NotRecorded::NoRoom);
        }
        // On disk before in effect: a crash in between refuses a request, the other way round would repeat one.
        if let Some(store) = &mut inner.store {
            store.append(entry, now).map_err(|error| {
                tracing::warn!(%error, "cannot write the replay store");
                NotRecorded::NoRoom
            })?;
        }
        inner.used.insert(entry);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change under the lock is a single step, so a panic elsewhere leaves it sound.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Forgets what is too old to be accepted. The floor rises with it, so that a clock set back opens nothing.
    fn forget_before(&mut self, oldest: u64) {
        while let Some(&(nonce, _)) = self.used.first() {
            if nonce >= oldest {
                break;
            }
            self.used.pop_first();
            self.floor = self.floor.max(nonce);
        }
    }
}

#[cfg(test)]
mod tests;
