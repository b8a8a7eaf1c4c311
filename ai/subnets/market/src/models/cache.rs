//! What was fitted, until there is much more to fit to.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::history::Past;

/// Most fits that are kept.
const MOST: usize = 64;
/// Steps of the market after which a fit is made anew.
const STEPS: u64 = 250;

/// Whose fit: asset, step and horizon in steps.
type Key = (String, u32, usize);

/// Fits by market and horizon. Each was made from what was known at its time; one of a later time is never used.
#[derive(Debug)]
pub(super) struct Cache<T>(Mutex<BTreeMap<Key, (u64, T)>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Cache<T> {
    /// The fit for these prices, made by `fit` if there is none of the last steps.
    pub(super) fn get<E>(&self, past: &Past, steps: usize, fit: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let key = (past.asset().name().to_owned(), past.step(), steps);
        let now = past.quotes().last().map_or(0, |quote| quote.time);
        let age = STEPS.saturating_mul(u64::from(past.step()));
        let known =
            self.lock().get(&key).filter(|(at, _)| now.checked_sub(*at).is_some_and(|since| since < age)).cloned();
        if let Some((_, fitted)) = known {
            return Ok(fitted);
        }
        let fitted = fit()?;
        let mut fits = self.lock();
        if fits.len() >= MOST {
            fits.clear();
        }
        fits.insert(key, (now, fitted.clone()));
        Ok(fitted)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Key, (u64, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::hours;
    use super::*;

    #[test]
    fn fits_age_and_none_comes_from_the_future() {
        let market = hours(1000, 10.0, 10.0, 1);
        let cache = Cache::default();
        let get = |hour: u64, value: u64| cache.get(&market.past(hour * 3600), 1, || Ok::<_, ()>(value));
        assert_eq!(get(500, 1), Ok(1));
        assert_eq!(get(749, 2), Ok(1));
        assert_eq!(get(750, 3), Ok(3));
        assert_eq!(get(500, 4), Ok(4), "the other is of a later time");
        assert_eq!(cache.get(&market.past(3_600_000), 2, || Err::<u64, _>("none")), Err("none"));
    }
}
