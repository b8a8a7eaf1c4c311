//! How long a miner usually takes.

use std::time::Duration;

/// The newest times that count.
const KEPT: usize = 32;
/// With fewer, nobody knows what is usual.
const ENOUGH: usize = 16;

/// What a time is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timed {
    /// A whole answer.
    Whole,
    /// The first word of a streamed answer.
    First,
    /// An answer to an exact question, whole or just begun: who computes it has both at once.
    Exact,
}

/// A moving average, and the newest times.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    mean: Option<Duration>,
    /// Microseconds, in a ring.
    recent: [u32; KEPT],
    added: usize,
}

impl Times {
    /// One more.
    pub(crate) fn add(&mut self, took: Duration) {
        self.mean = Some(match self.mean {
            None => took,
            Some(before) => before / 4 * 3 + took / 4,
        });
        if let Some(place) = self.recent.get_mut(self.added % KEPT) {
            *place = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        }
        self.added = self.added.wrapping_add(1);
    }

    /// The moving average, in which the newest counts a quarter; `None` without any.
    pub(crate) fn mean(&self) -> Option<Duration> {
        self.mean
    }

    /// The time that nineteen of twenty keep; `None` while that isn't known.
    pub(crate) fn p95(&self) -> Option<Duration> {
        let known = self.added.min(KEPT);
        if known < ENOUGH {
            return None;
        }
        let mut sorted = self.recent;
        let sorted = sorted.get_mut(..known)?;
        sorted.sort_unstable();
        let rank = (known * 95).div_ceil(100).saturating_sub(1);
        sorted.get(rank).map(|micros| Duration::from_micros(u64::from(*micros)))
    }

    /// From when on an answer is late: beyond what is usual, but not before `least` and not after `most`. Where nothing is
    /// usual yet, `most`.
    pub(crate) fn late(&self, least: Duration, most: Duration) -> Duration {
        self.p95().map_or(most, |usual| usual.max(least).min(most))
    }

    /// The same where it is for the miner to show that it takes longer: where nothing is usual yet, `least`.
    pub(crate) fn soon(&self, least: Duration, most: Duration) -> Duration {
        self.p95().map_or(least.min(most), |_| self.late(least, most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_average_follows_and_the_tail_is_known_after_some() {
        let mut times = Times::default();
        assert_eq!((times.mean(), times.p95()), (None, None));
        times.add(millis(100));
        assert_eq!(times.mean(), Some(millis(100)));
        times.add(millis(200));
        assert_eq!(times.mean(), Some(millis(125)));
        (0..13).for_each(|_| times.add(millis(100)));
        assert_eq!(times.p95(), None, "fifteen say too little");
        times.add(millis(700));
        assert_eq!(times.p95(), Some(millis(700)));
        // One of 32 is beyond what nineteen of twenty keep.
        (0..31).for_each(|number| times.add(millis(number)));
        assert_eq!(times.p95(), Some(millis(30)));
        (0..100).for_each(|_| times.add(millis(5)));
        assert_eq!(times.p95(), Some(millis(5)), "old ones are forgotten");
    }

    #[test]
    fn lateness_is_bounded() {
        let mut times = Times::default();
        assert_eq!(times.late(millis(50), millis(8000)), millis(8000), "a stranger gets all the time");
        assert_eq!(times.soon(millis(50), millis(8000)), millis(50), "unless it is to show that it needs it");
        assert_eq!(times.soon(millis(50), millis(10)), millis(10));
        (0..20).for_each(|_| times.add(millis(1)));
        assert_eq!(times.late(millis(50), millis(8000)), millis(50));
        (0..32).for_each(|_| times.add(millis(300)));
        assert_eq!(times.late(millis(50), millis(8000)), millis(300));
        assert_eq!(times.soon(millis(50), millis(8000)), millis(300), "it has shown it");
        (0..32).for_each(|_| times.add(Duration::MAX));
        assert_eq!(times.late(millis(50), millis(8000)), millis(8000));
        assert_eq!(times.late(millis(50), millis(10)), millis(10), "the upper bound is the one that holds");
    }
}
