//! What the threads of a search share, and what each of them does.

use super::{
    control::{Control, Target},
    work::Work,
    Solution,
};
use crate::Challenge;
use std::sync::{
    atomic::{AtomicBool, AtomicU64, Ordering},
    mpsc::Sender,
};

/// Nonces a thread takes at a time: about 2 ms of work, hence how late it notices that something changed.
const BATCH: u64 = 4096;

pub(super) struct Search<'a> {
    given: Target,
    control: &'a Control,
    next_nonce: AtomicU64,
    hashes: AtomicU64,
    stopped: AtomicBool,
}

/// Stops the threads when it goes out of scope.
pub(super) struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(challenge: Challenge, difficulty: u64, first_nonce: u64, control: &'a Control) -> Self {
        Self {
            given: Target { challenge, difficulty },
            control,
            next_nonce: AtomicU64::new(first_nonce),
            hashes: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    pub(super) fn stop_on_drop(&self) -> StopOnDrop<'_> {
        StopOnDrop(&self.stopped)
    }

    pub(super) fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// Searches until somebody finds a seal or the search ends.
    pub(super) fn run(&self, found: &Sender<Solution>) {
        while !self.is_over() {
            // Read before the target: a replacement in between costs one batch, never goes unnoticed.
            let version = self.control.version();
            let target = self.control.target(self.given);
            let Some(work) = Work::new(&target.challenge.digest(), target.difficulty) else { return };
            while !self.is_over() && self.control.version() == version {
                let first = self.next_nonce.fetch_add(BATCH, Ordering::Relaxed);
                let Some((nonce, seal)) = work.scan(first, BATCH) else {
                    self.hashes.fetch_add(BATCH, Ordering::Relaxed);
                    continue;
                };
                let tried = nonce.wrapping_sub(first).wrapping_add(1);
                let hashes = self.hashes.fetch_add(tried, Ordering::Relaxed).saturating_add(tried);
                // Nobody listens any more if another thread was faster.
                let _ = found.send(Solution { challenge: target.challenge, nonce, seal, hashes });
                self.stopped.store(true, Ordering::Relaxed);
                return;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.control.is_cancelled()
    }
}
