//! When a child that died may start again.

use std::time::{Duration, Instant};

/// How often a child is restarted before it is given up.
const MOST: u32 = 5;
/// A child that ran this long is taken to be well again.
const STEADY: Duration = Duration::from_secs(120);

/// Restarts after 1, 2, 4, 8 and 16 seconds, then no more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    restarts: u32,
}

impl Backoff {
    /// The pause before the next restart of a child that was up for `uptime`; `None` when it's enough.
    pub fn next(&mut self, uptime: Duration) -> Option<Duration> {
        if uptime >= STEADY {
            self.restarts = 0;
        }
        if self.restarts >= MOST {
            return None;
        }
        let pause = Duration::from_secs(1 << self.restarts);
        self.restarts += 1;
        Some(pause)
    }

    /// As [`Backoff::next`], as a point in time.
    pub fn next_at(&mut self, started: Instant) -> Option<Instant> {
        let now = Instant::now();
        self.next(now.saturating_duration_since(started)).map(|pause| now + pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gives_up_on_the_hopeless_only() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..6).map(|_| backoff.next(Duration::ZERO).map(|pause| pause.as_secs())).collect();
        assert_eq!(pauses, [Some(1), Some(2), Some(4), Some(8), Some(16), None]);
        assert_eq!(backoff.next(STEADY), Some(Duration::from_secs(1)));
    }
}
