//! Prices that come one after the other.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Feed, Outcome};
use crate::history::{Archive, ArchiveError, Past, Quote};
use crate::horizon::{Asset, Horizon};

/// Most assets.
const MOST: usize = 256;

/// Whose clock the prices follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The world's.
    World,
    /// It goes on by a step with each price, about this long after the last.
    Steps(Duration),
}

/// What has come so far.
#[derive(Debug)]
pub struct Tape {
    clock: Clock,
    step: u32,
    archives: Mutex<BTreeMap<Asset, Archive>>,
}

impl Tape {
    /// An empty tape of these assets, with `step` seconds between two prices.
    ///
    /// # Errors
    /// [`ArchiveError::Step`] if `step` is 0; [`ArchiveError::Length`] with more than 256 assets.
    pub fn new(assets: &[Asset], step: u32, clock: Clock) -> Result<Self, ArchiveError> {
        if assets.len() > MOST {
            return Err(ArchiveError::Length);
        }
        let mut archives = BTreeMap::new();
        for asset in assets {
            archives.insert(asset.clone(), Archive::new(asset.clone(), step, Vec::new())?);
        }
        Ok(Self { clock, step, archives: Mutex::new(archives) })
    }

    /// Takes the newest price of an asset; that of an unknown asset is dropped.
    ///
    /// # Errors
    /// If it is no price or not the newest: what has been told stays as it is.
    pub fn push(&self, asset: &Asset, quote: Quote) -> Result<(), ArchiveError> {
        match self.lock().get_mut(asset) {
            Some(archive) => archive.push(quote),
            None => Ok(()),
        }
    }

    /// Takes what is known of an asset's past, as a start.
    pub fn fill(&self, archive: Archive) {
        if let Some(known) = self.lock().get_mut(archive.asset()).filter(|_| archive.step() == self.step) {
            *known = archive;
        }
    }

    fn newest(&self) -> u64 {
        self.lock().values().filter_map(Archive::last).map(|quote| quote.time).max().unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Asset, Archive>> {
        self.archives.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feed for Tape {
    fn name(&self) -> &str {
        match self.clock {
            Clock::World => "live",
            Clock::Steps(_) => "steps",
        }
    }

    fn step(&self) -> u32 {
        self.step
    }

    fn now(&self) -> u64 {
        match self.clock {
            Clock::World => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            Clock::Steps(_) => self.newest(),
        }
    }

    fn wall(&self, seconds: u64) -> Duration {
        match self.clock {
            Clock::World => Duration::from_secs(seconds),
            Clock::Steps(each) => {
                let steps = seconds.div_ceil(u64::from(self.step.max(1)));
                each.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
            }
        }
    }

    fn market(&self, wall: Duration) -> u64 {
        match self.clock {
            Clock::World => wall.as_secs().saturating_add(u64::from(wall.subsec_nanos() > 0)),
            Clock::Steps(each) => {
                let steps = wall.as_millis().div_ceil(each.as_millis().max(1));
                // Prices may come early: another step is on the safe side.
                let steps = u64::try_from(steps).unwrap_or(u64::MAX).saturating_add(1);
                steps.saturating_mul(u64::from(self.step))
            }
        }
    }

    fn past(&self, asset: &Asset) -> Option<Past> {
        let now = self.now();
        self.lock().get(asset).map(|archive| archive.past(now))
    }

    fn price(&self, asset: &Asset, time: u64) -> Option<f64> {
        self.lock().get(asset)?.at(time)
    }

    fn outcome(&self, asset: &Asset, from: u64, horizon: Horizon) -> Outcome {
        let archives = self.lock();
        let Some(archive) = archives.get(asset) else { return Outcome::Missing };
        if let Some(known) = archive.outcome(from, horizon) {
            return Outcome::Known(known);
        }
        // Prices come in order: what hasn't come before a later one never will.
        let end = from.saturating_add(u64::from(horizon.as_secs()));
        let newest = archive.last().map_or(0, |quote| quote.time);
        drop(archives);
        let late = end.saturating_add(2 * u64::from(self.step)) < self.now();
        match newest >= end || (late && self.clock == Clock::World) {
            true => Outcome::Missing,
            false => Outcome::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(step: u64) -> Quote {
        Quote { time: step * 300, price: (step as f64).exp() }
    }

    #[test]
    fn outcomes_come_with_the_prices_and_gaps_stay_gaps() {
        let (btc, five) = (Asset::btc(), Horizon::seconds(300).expect("five minutes"));
        let tape = Tape::new(std::slice::from_ref(&btc), 300, Clock::Steps(Duration::from_secs(1))).expect("a tape");
        for step in [1, 2, 4] {
            tape.push(&btc, quote(step)).expect("a price");
        }
        assert_eq!(tape.now(), 1200);
        let Outcome::Known(known) = tape.outcome(&btc, 300, five) else { panic!("it is over") };
        assert!((known - 1e4).abs() < 1e-6);
        assert_eq!(tape.outcome(&btc, 600, five), Outcome::Missing);
        assert_eq!(tape.outcome(&btc, 1200, five), Outcome::Pending);
        for bad in [quote(4), quote(3), Quote { time: 1501, price: 1.0 }, Quote { time: 1500, price: f64::NAN }] {
            assert!(tape.push(&btc, bad).is_err());
        }
        assert!(tape.push(&"ETH".parse().expect("a name"), quote(9)).is_ok(), "nobody asked for it");
        assert_eq!(tape.past(&btc).expect("bitcoin").quotes().len(), 3);
        assert!(Tape::new(&[btc], 0, Clock::World).is_err());
    }

    #[test]
    fn a_step_is_as_long_as_it_takes() {
        let tape = Tape::new(&[Asset::btc()], 300, Clock::Steps(Duration::from_secs(2))).expect("a tape");
        assert_eq!(tape.wall(30_000), Duration::from_secs(200));
        // Three seconds are two steps, and one for safety.
        assert_eq!(tape.market(Duration::from_secs(3)), 900);
        assert_eq!(tape.opening(Duration::from_secs(3)), 1200);
        let world = Tape::new(&[Asset::btc()], 300, Clock::World).expect("a tape");
        assert!(world.opening(Duration::from_secs(10)) > world.now() + 10 && world.now() > 1_700_000_000);
        assert_eq!(world.outcome(&Asset::btc(), 300, Horizon::seconds(300).expect("fine")), Outcome::Missing);
    }
}
