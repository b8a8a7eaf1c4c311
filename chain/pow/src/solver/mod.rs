//! Finds a nonce whose seal meets a difficulty, on all cores.
//!
//! ```
//! use ganglion_pow::{meets, seal, solver::{Control, Solver}, Challenge};
//! let challenge = Challenge {
//!     genesis_hash: [1; 32], netuid: 1, block_hash: [2; 32], hotkey: [3; 32], coldkey: [4; 32],
//! };
//! let found = Solver::default()
//!     .solve(&challenge, 1_000, &Control::new(), |progress| eprintln!("{:.0} hashes/s", progress.rate))
//!     .expect("nobody cancels");
//! assert!(meets(&seal(&challenge.digest(), found.nonce), 1_000));
//! ```

mod control;
mod keccak;
mod search;
mod work;

pub use control::Control;

use crate::Challenge;
use search::Search;
use std::{
    num::NonZeroUsize,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// More threads than any machine has cores.
const MAX_THREADS: usize = 1024;
/// The shortest time between two reports.
const MIN_INTERVAL: Duration = Duration::from_millis(10);

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Hashes so far, by all threads.
    pub hashes: u64,
    /// Time since the search began.
    pub elapsed: Duration,
    /// Hashes a second since the last report, by all threads.
    pub rate: f64,
    /// Threads at work.
    pub threads: usize,
}

/// A seal that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Solution {
    /// What it solves. If the challenge was replaced in the very moment, this can still be the one before: its block is
    /// recent enough for the seal to be worth sending.
    pub challenge: Challenge,
    /// The nonce.
    pub nonce: u64,
    /// The seal of that nonce.
    pub seal: [u8; 32],
    /// Hashes the search took, by all threads.
    pub hashes: u64,
}

/// Searches nonces on several threads.
#[derive(Clone, Debug)]
pub struct Solver {
    threads: usize,
    interval: Duration,
    first_nonce: u64,
}

impl Default for Solver {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Solver {
    /// A solver with so many threads; 0 takes all cores this process may use.
    pub fn new(threads: usize) -> Self {
        let threads = match threads {
            0 => thread::available_parallelism().map_or(1, NonZeroUsize::get),
            given => given,
        };
        Self { threads: threads.min(MAX_THREADS), interval: Duration::from_millis(500), first_nonce: 0 }
    }

    /// Time between two calls of the progress callback: half a second unless told, 10 ms at least.
    #[must_use]
    pub fn with_interval(self, interval: Duration) -> Self {
        Self { interval: interval.max(MIN_INTERVAL), ..self }
    }

    /// Where the search begins; 0 unless told. It goes up from there and wraps.
    #[must_use]
    pub fn with_first_nonce(self, first_nonce: u64) -> Self {
        Self { first_nonce, ..self }
    }

    /// Threads it uses.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Searches until a seal is found, `None` if `control` cancelled it first or the difficulty is 0, which nothing meets.
    ///
    /// Blocks the calling thread, on which `progress` is called now and then (call it from asynchronous code through
    /// something like `spawn_blocking`). Takes `difficulty` hashes on average. Cancelling takes a few milliseconds. A seal
    /// that was found is never dropped, whatever `control` says at the same time.
    pub fn solve(
        &self,
        challenge: &Challenge,
        difficulty: u64,
        control: &Control,
        mut progress: impl FnMut(Progress),
    ) -> Option<Solution> {
        let search = Search::new(*challenge, difficulty, self.first_nonce, control);
        let began = Instant::now();
        thread::scope(|scope| {
            // Also when `progress` panics: the scope waits for the threads.
            let _stop = search.stop_on_drop();
            let (found, solutions) = mpsc::channel();
            let mut threads = 0;
            for number in 0..self.threads {
                let (search, found) = (&search, found.clone());
                let named = thread::Builder::new().name(format!("pow-{number}"));
                let run = move || search.run(&found);
                threads += usize::from(named.spawn_scoped(scope, run).is_ok());
            }
            if threads == 0 {
                // The system gives no thread: this one does the work, without reports.
                search.run(&found);
            }
            drop(found);
            let (mut before, mut hashes_before) = (Duration::ZERO, 0);
            loop {
                match solutions.recv_timeout(self.interval) {
                    Ok(solution) => return Some(solution),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) => {
                        let (elapsed, hashes) = (began.elapsed(), search.hashes());
                        let seconds = elapsed.saturating_sub(before).as_secs_f64().max(f64::MIN_POSITIVE);
                        let rate = hashes.saturating_sub(hashes_before) as f64 / seconds;
                        (before, hashes_before) = (elapsed, hashes);
                        progress(Progress { hashes, elapsed, rate, threads });
                    }
                }
            }
        })
    }
}
