//! How fast the index catches up.

use std::time::{Duration, Instant};

/// Blocks since it fell behind, and how long that is ago.
#[derive(Debug, Default)]
pub(super) struct Rate {
    since: Option<Instant>,
    blocks: u64,
}

impl Rate {
    /// Work begins, if it hasn't yet.
    pub(super) fn begin(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// Counts blocks. Says how many a second that makes since the work began.
    pub(super) fn count(&mut self, blocks: u32, now: Instant) -> u32 {
        self.blocks = self.blocks.saturating_add(blocks.into());
        let took = self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        per_second(self.blocks, took) as u32
    }

    /// There is nothing to catch up with.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }
}

/// Blocks a second.
pub(crate) fn per_second(blocks: u64, took: Duration) -> f64 {
    blocks as f64 / took.as_secs_f64().max(1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_counted_from_where_the_work_began() {
        let (mut rate, start) = (Rate::default(), Instant::now());
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        rate.begin(at(0));
        rate.begin(at(5));
        assert_eq!(rate.count(600, at(1)), 600);
        assert_eq!(rate.count(1_400, at(4)), 500);
        rate.end();
        rate.begin(at(100));
        assert_eq!(rate.count(50, at(102)), 25);
        assert_eq!(Rate::default().count(1, at(0)), 1_000_000, "no time is a microsecond");
    }
}
