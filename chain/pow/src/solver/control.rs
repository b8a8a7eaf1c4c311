//! Steering a search from outside.

use crate::Challenge;
use std::sync::{
    atomic::{AtomicBool, AtomicU64, Ordering},
    Arc, Mutex, PoisonError,
};

/// Cancels a search or gives it a newer challenge. Clones steer the same search; use one for each search.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    cancelled: AtomicBool,
    /// Counts replacements, so that a thread notices one without taking the lock.
    version: AtomicU64,
    replacement: Mutex<Replacement>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Replacement {
    challenge: Option<Challenge>,
    difficulty: Option<u64>,
}

/// What a thread works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) challenge: Challenge,
    pub(super) difficulty: u64,
}

impl Control {
    /// A control for one search.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the search, for good.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the search was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// Continues with another challenge, such as one on a newer block. It also wins over the challenge of a search that is
    /// about to begin.
    pub fn replace(&self, challenge: Challenge) {
        self.set(|replacement| replacement.challenge = Some(challenge));
    }

    /// [`Control::replace`] with another difficulty, too. With difficulty 0, which nothing meets, the search ends.
    pub fn replace_with(&self, challenge: Challenge, difficulty: u64) {
        self.set(|replacement| {
            *replacement = Replacement { challenge: Some(challenge), difficulty: Some(difficulty) };
        });
    }

    fn set(&self, change: impl FnOnce(&mut Replacement)) {
        change(&mut self.0.replacement.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.version.fetch_add(1, Ordering::Release);
    }

    pub(super) fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }

    /// `given`, as far as it was not replaced.
    pub(super) fn target(&self, given: Target) -> Target {
        let replacement = *self.0.replacement.lock().unwrap_or_else(PoisonError::into_inner);
        Target {
            challenge: replacement.challenge.unwrap_or(given.challenge),
            difficulty: replacement.difficulty.unwrap_or(given.difficulty),
        }
    }
}
