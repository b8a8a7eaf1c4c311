//! What everybody knows: the quantiles of all moves of the past.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::history::Past;
use crate::horizon::{Asset, Horizon};
use crate::models::{volatility, DECAY};
use crate::quantiles::Quantiles;

/// Seconds in an epoch of the baseline.
pub const EPOCH: u64 = 86_400;
/// Fewest moves that say anything.
const FEWEST: usize = 100;
/// Most moves that are sorted.
const MOST: usize = 20_000;

/// What a forecast over one horizon is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Yard {
    /// The time ahead.
    pub horizon: Horizon,
    /// The unit of losses, basis points: the volatility that was known before the start, grown with the root of time. The
    /// same for everybody, so that it changes no order.
    pub sigma: f64,
    /// What everybody knows.
    pub base: Quantiles,
}

impl Yard {
    /// From what was known at the start: the baseline from all history before the last midnight, the same for all validators
    /// that have the same (whoever came later to a live market or to a chain's world has a shorter one); the unit from
    /// everything. `None` if too little is known.
    pub fn at(past: &Past, horizon: Horizon) -> Option<Self> {
        Self::with(past, horizon, long_run(&past.before(midnight(past)), horizon)?)
    }

    /// With a baseline of another origin.
    pub fn with(past: &Past, horizon: Horizon, base: Quantiles) -> Option<Self> {
        Self::of(past, volatility(past, DECAY).ok()?, horizon, base)
    }

    /// One for each of these times ahead that is a number of whole steps, with one look at the past for all; none if too
    /// little is known.
    pub fn all(past: &Past, bases: &[(Horizon, Quantiles)]) -> Vec<Self> {
        let Ok(step) = volatility(past, DECAY) else { return Vec::new() };
        bases.iter().filter_map(|(horizon, base)| Self::of(past, step, *horizon, *base)).collect()
    }

    /// When the volatility of a step is known, basis points.
    fn of(past: &Past, step: f64, horizon: Horizon, base: Quantiles) -> Option<Self> {
        let steps = horizon.steps(past.step())?;
        Some(Self { horizon, sigma: step * (steps as f64).sqrt(), base })
    }
}

/// The baselines of the day. To make one, all moves of the past are sorted: once a day is often enough.
#[derive(Debug, Default)]
pub struct Almanac(Mutex<BTreeMap<(Asset, Horizon), (u64, Quantiles)>>);

impl Almanac {
    /// What [`Yard::at`] says for each of these times ahead; `None` if it says nothing for one.
    pub fn yards(&self, past: &Past, horizons: &[Horizon]) -> Option<Vec<Yard>> {
        let base = |horizon: &Horizon| Some((*horizon, self.base(past, *horizon)?));
        let bases: Vec<(Horizon, Quantiles)> = horizons.iter().map(base).collect::<Option<_>>()?;
        Some(Yard::all(past, &bases)).filter(|yards| yards.len() == horizons.len())
    }

    fn base(&self, past: &Past, horizon: Horizon) -> Option<Quantiles> {
        let (midnight, key) = (midnight(past), (past.asset().clone(), horizon));
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, base)) = lock().get(&key).filter(|(of, _)| *of == midnight) {
            return Some(*base);
        }
        let base = long_run(&past.before(midnight), horizon)?;
        // As many as there are assets and times that a validator asks about.
        lock().insert(key, (midnight, base));
        Some(base)
    }
}

/// The last midnight before a past ends.
fn midnight(past: &Past) -> u64 {
    past.cut() - past.cut() % EPOCH
}

/// The quantiles of all moves over `horizon`, overlapping ones included. `None` with fewer than a hundred.
pub fn long_run(past: &Past, horizon: Horizon) -> Option<Quantiles> {
    let steps = horizon.steps(past.step()).filter(|steps| *steps > 0)?;
    let stride = past.quotes().len().div_ceil(MOST).max(1);
    let mut moves: Vec<f64> = past.moves(steps, stride).map(|(_, size)| size).collect();
    if moves.len() < FEWEST {
        return None;
    }
    moves.sort_by(f64::total_cmp);
    Quantiles::of_sample(&moves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Archive, Quote};
    use crate::models::tests::hours;

    /// What validators hold forecasts against doesn't know the future either.
    #[test]
    fn a_poisoned_future_changes_no_yard() {
        let (clean, hour) = (hours(1000, 20.0, 60.0, 2), Horizon::seconds(3600).expect("an hour"));
        let cut = 700 * 3600;
        let later = (701..1000).map(|hour| Quote { time: hour * 3600, price: 1e12 });
        let quotes = clean.past(cut).quotes().iter().copied().chain(later).collect();
        let poisoned = Archive::new(Asset::btc(), 3600, quotes).expect("an archive");
        assert_eq!(Yard::at(&clean.past(cut), hour), Yard::at(&poisoned.past(cut), hour));
    }

    #[test]
    fn an_almanac_says_what_was_looked_up_and_turns_at_midnight() {
        let (market, almanac) = (hours(1000, 20.0, 60.0, 1), Almanac::default());
        let horizons = [1, 3].map(|hours| Horizon::seconds(hours * 3600).expect("hours"));
        // Twice in a day, on the next one, and on the first again, as by a clock that was set back.
        for hour in [20 * 24, 20 * 24 + 23, 21 * 24, 20 * 24 + 5] {
            let past = market.past(hour * 3600);
            let right: Option<Vec<Yard>> = horizons.iter().map(|horizon| Yard::at(&past, *horizon)).collect();
            assert_eq!(almanac.yards(&past, &horizons), right, "{hour}");
            assert!(right.is_some());
        }
        let minute = Horizon::seconds(60).expect("a minute");
        assert_eq!(almanac.yards(&market.past(900 * 3600), &[horizons[0], minute]), None);
        assert_eq!(almanac.yards(&market.past(80 * 3600), &horizons), None, "too little is known");
    }

    #[test]
    fn the_baseline_is_that_of_midnight_and_the_unit_that_of_now() {
        let (market, hour) = (hours(1000, 20.0, 60.0, 1), Horizon::seconds(3600).expect("an hour"));
        let at = |hour_of: u64| Yard::at(&market.past(hour_of * 3600), hour).expect("enough");
        let (early, late, next) = (at(20 * 24), at(20 * 24 + 23), at(21 * 24));
        assert_eq!(early.base, late.base);
        assert_ne!(early.sigma, late.sigma);
        assert_ne!(early.base, next.base);
        assert!((late.base.values()[18] - late.base.values()[0]) > 60.0);
        assert!(Yard::at(&market.past(80 * 3600), hour).is_none());
        assert!(Yard::at(&market.past(900 * 3600), Horizon::seconds(60).expect("a minute")).is_none());
    }
}
