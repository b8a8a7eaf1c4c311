//! Markets of other days, once more.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Feed, Outcome};
use crate::history::{Archive, Past};
use crate::horizon::{Asset, Horizon};

/// The slowest that a market is played, times as fast as it happened.
pub(crate) const SLOWEST: f64 = 1e-3;

/// Archives that are played from a moment on. Public history can be looked up: for rehearsals, not for pay.
#[derive(Debug)]
pub struct Replay {
    archives: BTreeMap<Asset, Archive>,
    step: u32,
    start: u64,
    begun: Begun,
    /// Seconds of the market's clock in one of the world's.
    speed: f64,
}

/// When it began.
#[derive(Clone, Copy, Debug)]
enum Begun {
    /// With this process.
    Here(Instant),
    /// At this time, seconds since 1970.
    Then(u64),
}

impl Begun {
    fn elapsed(self) -> Duration {
        match self {
            Self::Here(instant) => instant.elapsed(),
            Self::Then(seconds) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                now.saturating_sub(Duration::from_secs(seconds))
            }
        }
    }
}

impl Replay {
    /// Plays `archives` from `start` (seconds since 1970), `speed` times as fast as it happened (0.001 to 10⁶). `None` if
    /// there are none, or if they have different steps.
    pub fn new(archives: Vec<Archive>, start: u64, speed: f64) -> Option<Self> {
        let step = archives.first()?.step();
        if archives.iter().any(|archive| archive.step() != step) || !speed.is_finite() {
            return None;
        }
        let archives = archives.into_iter().map(|archive| (archive.asset().clone(), archive)).collect();
        Some(Self { archives, step, start, begun: Begun::Here(Instant::now()), speed: speed.clamp(SLOWEST, 1e6) })
    }

    /// The same, begun at a time (seconds since 1970) that several processes agree on.
    #[must_use]
    pub fn since(self, began: u64) -> Self {
        Self { begun: Begun::Then(began), ..self }
    }
}

impl Feed for Replay {
    fn name(&self) -> &str {
        "replay"
    }

    fn step(&self) -> u32 {
        self.step
    }

    fn now(&self) -> u64 {
        self.start.saturating_add((self.begun.elapsed().as_secs_f64() * self.speed) as u64)
    }

    fn wall(&self, seconds: u64) -> Duration {
        Duration::try_from_secs_f64(seconds as f64 / self.speed).unwrap_or(Duration::MAX)
    }

    fn market(&self, wall: Duration) -> u64 {
        (wall.as_secs_f64() * self.speed).ceil() as u64
    }

    fn past(&self, asset: &Asset) -> Option<Past> {
        self.archives.get(asset).map(|archive| archive.past(self.now()))
    }

    fn outcome(&self, asset: &Asset, from: u64, horizon: Horizon) -> Outcome {
        let end = from.saturating_add(u64::from(horizon.as_secs()));
        let Some(archive) = self.archives.get(asset) else { return Outcome::Missing };
        if self.now() < end {
            return Outcome::Pending;
        }
        archive.outcome(from, horizon).map_or(Outcome::Missing, Outcome::Known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::tests::hours;

    #[test]
    fn nothing_is_told_before_its_time() {
        let (market, hour) = (hours(100, 9.0, 9.0, 1), Horizon::seconds(3600).expect("an hour"));
        let feed = Replay::new(vec![market.clone()], 50 * 3600, 1e-3).expect("a feed");
        let past = feed.past(&Asset::btc()).expect("bitcoin");
        assert_eq!((past.cut(), past.quotes().len()), (50 * 3600, 50));
        let ask = |from: u64| feed.outcome(&Asset::btc(), from * 3600, hour);
        assert_eq!(ask(49), Outcome::Known(market.outcome(49 * 3600, hour).expect("known")));
        assert_eq!((ask(50), ask(9_999), ask(0)), (Outcome::Pending, Outcome::Pending, Outcome::Missing));
        assert_eq!(feed.outcome(&"ETH".parse().expect("a name"), 3600, hour), Outcome::Missing);
        assert!(feed.past(&"ETH".parse().expect("a name")).is_none());
        // A second of waiting is a thousandth of the market's, so that the next hour's price is unknown.
        assert_eq!(feed.opening(Duration::from_secs(1)), 51 * 3600);
        let agreed = Replay::new(vec![market.clone()], 0, 1e6).expect("a feed").since(1_000_000_000);
        assert!(agreed.now() > 1_000_000_000_000 && agreed.outcome(&Asset::btc(), 3600, hour) != Outcome::Pending);
        assert!(Replay::new(Vec::new(), 0, 1.0).is_none() && Replay::new(vec![market], 0, f64::NAN).is_none());
    }
}
