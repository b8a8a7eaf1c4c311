//! Bounds how many answers are computed at once, and how many callers may wait.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A counting gate with a bounded queue.
pub(crate) struct Slots {
    state: Mutex<State>,
    freed: Condvar,
    at_once: usize,
    waiting: usize,
    patience: Duration,
}

#[derive(Default)]
struct State {
    running: usize,
    waiting: usize,
}

/// Held while an answer is computed.
pub(crate) struct Slot<'a>(&'a Slots);

impl Slots {
    /// `at_once` answers run, `waiting` more callers queue, each for at most `patience`.
    pub(crate) fn new(at_once: usize, waiting: usize, patience: Duration) -> Self {
        Self { state: Mutex::default(), freed: Condvar::new(), at_once: at_once.max(1), waiting, patience }
    }

    /// Waits for a turn; `None` if the queue is full or patience ran out.
    pub(crate) fn enter(&self) -> Option<Slot<'_>> {
        let deadline = Instant::now() + self.patience;
        let mut state = self.lock();
        if state.running < self.at_once {
            state.running += 1;
            return Some(Slot(self));
        }
        if state.waiting >= self.waiting {
            return None;
        }
        state.waiting += 1;
        while state.running >= self.at_once {
            let now = Instant::now();
            if now >= deadline {
                state.waiting -= 1;
                return None;
            }
            state = self.freed.wait_timeout(state, deadline - now).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.waiting -= 1;
        state.running += 1;
        Some(Slot(self))
    }

    /// A thread that panicked left the counters right (its slot was dropped), so poison means nothing here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running = state.running.saturating_sub(1);
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_bounded_and_turns_are_passed_on() {
        let slots = Slots::new(1, 1, Duration::from_secs(20));
        let first = slots.enter().expect("free");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| slots.enter().is_some());
            while slots.lock().waiting == 0 {
                std::thread::yield_now();
            }
            assert!(slots.enter().is_none(), "the queue holds one");
            drop(first);
            assert!(second.join().expect("no panic"));
        });
        assert!(slots.enter().is_some());
    }

    #[test]
    fn patience_ends() {
        let slots = Slots::new(1, 4, Duration::from_millis(10));
        let _held = slots.enter().expect("free");
        assert!(slots.enter().is_none());
    }
}
