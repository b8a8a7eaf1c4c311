//! Prices, handed out a cut at a time.
//!
//! An [`Archive`] holds all prices that somebody has, perhaps with those of a time that others still call the future (in
//! a replay, or when a round is settled). Nobody forecasts from it: forecasters get a [`Past`], which ends at a moment and
//! has no way to what comes after. What did come after is told by [`Archive::outcome`] alone.

use std::sync::Arc;

use crate::horizon::{Asset, Horizon};

/// Most prices of one asset that are kept: forty years of five minutes.
pub const MOST: usize = 1 << 22;

/// The price of an asset at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quote {
    /// Seconds since 1970 by the market's clock, a whole number of steps.
    pub time: u64,
    /// The price, above 0.
    pub price: f64,
}

/// Why quotes are no archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// The step is 0.
    #[error("the time between two prices must be at least a second")]
    Step,
    /// There are more than [`MOST`].
    #[error("there are too many prices")]
    Length,
    /// One isn't later than its forerunner.
    #[error("the price at {0} s comes after one of the same or a later time")]
    Order(u64),
    /// One lies between two steps.
    #[error("the price at {0} s lies between two steps")]
    Grid(u64),
    /// One isn't a price.
    #[error("the price at {0} s is not a number above 0")]
    Price(u64),
}

/// All known prices of one asset, ascending by time. There may be gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Archive {
    asset: Asset,
    step: u32,
    quotes: Arc<Vec<Quote>>,
}

impl Archive {
    /// Checks the quotes, `step` seconds apart.
    ///
    /// # Errors
    /// See [`ArchiveError`].
    pub fn new(asset: Asset, step: u32, quotes: Vec<Quote>) -> Result<Self, ArchiveError> {
        let mut archive = Self { asset, step, quotes: Arc::default() };
        if step == 0 {
            return Err(ArchiveError::Step);
        }
        if quotes.len() > MOST {
            return Err(ArchiveError::Length);
        }
        let mut before = None;
        for quote in &quotes {
            archive.check(quote, before)?;
            before = Some(quote.time);
        }
        archive.quotes = Arc::new(quotes);
        Ok(archive)
    }

    fn check(&self, quote: &Quote, before: Option<u64>) -> Result<(), ArchiveError> {
        if before.is_some_and(|before| quote.time <= before) {
            return Err(ArchiveError::Order(quote.time));
        }
        if !quote.time.is_multiple_of(u64::from(self.step)) {
            return Err(ArchiveError::Grid(quote.time));
        }
        if !quote.price.is_finite() || quote.price <= 0.0 {
            return Err(ArchiveError::Price(quote.time));
        }
        Ok(())
    }

    /// Adds the newest price. A full archive forgets its older half.
    ///
    /// # Errors
    /// If it is no price or not the newest.
    pub fn push(&mut self, quote: Quote) -> Result<(), ArchiveError> {
        self.check(&quote, self.last().map(|last| last.time))?;
        let quotes = Arc::make_mut(&mut self.quotes);
        if quotes.len() >= MOST {
            quotes.drain(..MOST / 2);
        }
        quotes.push(quote);
        Ok(())
    }

    /// The asset.
    pub fn asset(&self) -> &Asset {
        &self.asset
    }

    /// Seconds between two prices.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// The newest price.
    pub fn last(&self) -> Option<Quote> {
        self.quotes.last().copied()
    }

    /// The times of all prices, for walking through a replay.
    pub fn times(&self) -> impl Iterator<Item = u64> + '_ {
        self.quotes.iter().map(|quote| quote.time)
    }

    /// What is known at `cut` (seconds since 1970): the prices up to then, those of that moment included.
    pub fn past(&self, cut: u64) -> Past {
        let known = self.quotes.partition_point(|quote| quote.time <= cut);
        Past { asset: self.asset.clone(), step: self.step, quotes: Arc::clone(&self.quotes), known, cut }
    }

    /// The log-return from the moment `from` over `horizon`, basis points; `None` while it isn't known, or if one of the
    /// two prices is missing.
    pub fn outcome(&self, from: u64, horizon: Horizon) -> Option<f64> {
        let to = from.checked_add(u64::from(horizon.as_secs()))?;
        Some(basis_points(self.at(from)?, self.at(to)?))
    }

    /// The price at a moment, if there is one.
    pub(crate) fn at(&self, time: u64) -> Option<f64> {
        let place = self.quotes.binary_search_by_key(&time, |quote| quote.time).ok()?;
        self.quotes.get(place).map(|quote| quote.price)
    }
}

/// ln(to/from), basis points.
pub fn basis_points(from: f64, to: f64) -> f64 {
    (to / from).ln() * 1e4
}

/// What is known at a moment. There is no way from here to a later price.
#[derive(Clone, Debug)]
pub struct Past {
    asset: Asset,
    step: u32,
    quotes: Arc<Vec<Quote>>,
    known: usize,
    cut: u64,
}

impl Past {
    /// The asset.
    pub fn asset(&self) -> &Asset {
        &self.asset
    }

    /// Seconds between two prices.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// The moment at which it ends, seconds since 1970.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// The prices, oldest first.
    pub fn quotes(&self) -> &[Quote] {
        self.quotes.get(..self.known).unwrap_or_default()
    }

    /// What was known at an earlier moment; at a later one, the same as now.
    pub fn before(&self, cut: u64) -> Self {
        let known = self.quotes().partition_point(|quote| quote.time <= cut);
        Self { known, cut: cut.min(self.cut), ..self.clone() }
    }

    /// The newest log-returns over one step, basis points, oldest first: at most `most`. None stretches over a gap.
    pub fn returns(&self, most: usize) -> Vec<f64> {
        let quotes = self.quotes();
        let from = quotes.len().saturating_sub(most.saturating_add(1));
        let newest = quotes.get(from..).unwrap_or_default();
        newest.windows(2).filter_map(|two| self.between(&two[0], &two[1], 1)).collect()
    }

    /// The log-return between two prices that are so many steps apart, basis points.
    fn between(&self, from: &Quote, to: &Quote, steps: usize) -> Option<f64> {
        let apart = u64::from(self.step).checked_mul(u64::try_from(steps).ok()?)?;
        (to.time.checked_sub(from.time)? == apart).then(|| basis_points(from.price, to.price))
    }

    /// All log-returns over `steps` steps, basis points, that begin `stride` steps apart; each with the index of the quote
    /// at which it begins. None stretches over a gap.
    pub fn moves(&self, steps: usize, stride: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let quotes = self.quotes();
        let last = quotes.len().saturating_sub(steps);
        (0..last).step_by(stride.max(1)).filter_map(move |from| {
            let to = quotes.get(from.checked_add(steps)?)?;
            Some((from, self.between(quotes.get(from)?, to, steps)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(prices: &[(u64, f64)]) -> Result<Archive, ArchiveError> {
        let quotes = prices.iter().map(|(time, price)| Quote { time: *time, price: *price }).collect();
        Archive::new(Asset::btc(), 60, quotes)
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert_eq!(archive(&[(60, 1.0), (60, 1.0)]).err(), Some(ArchiveError::Order(60)));
        assert_eq!(archive(&[(120, 1.0), (60, 1.0)]).err(), Some(ArchiveError::Order(60)));
        assert_eq!(archive(&[(61, 1.0)]).err(), Some(ArchiveError::Grid(61)));
        for price in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(archive(&[(60, price)]).err(), Some(ArchiveError::Price(60)));
        }
        assert_eq!(Archive::new(Asset::btc(), 0, Vec::new()).err(), Some(ArchiveError::Step));
        let mut good = archive(&[(60, 1.0)]).expect("an archive");
        assert!(good.push(Quote { time: 60, price: 2.0 }).is_err());
        assert!(good.push(Quote { time: 180, price: 2.0 }).is_ok());
    }

    #[test]
    fn a_past_ends_where_it_was_cut() {
        let all = archive(&[(60, 1.0), (120, 2.0), (240, 4.0), (300, 8.0)]).expect("an archive");
        let past = all.past(299);
        assert_eq!(past.quotes().len(), 3);
        assert_eq!((past.before(120).quotes().len(), past.before(120).cut()), (2, 120));
        assert_eq!((past.before(9_999).quotes().len(), past.before(9_999).cut()), (3, 299));
        assert!(all.past(0).quotes().is_empty() && all.past(0).returns(9).is_empty());
        // Two steps lie between the second and the third.
        let double = 2.0f64.ln() * 1e4;
        assert_eq!(past.returns(9), [double]);
        assert_eq!(all.past(300).returns(1), [double]);
        assert_eq!(past.moves(2, 1).count(), 0);
        assert_eq!(all.past(300).moves(1, 1).map(|(from, _)| from).collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn an_outcome_needs_both_prices() {
        let all = archive(&[(60, 1.0), (120, 2.0), (240, 4.0)]).expect("an archive");
        let minute = Horizon::seconds(60).expect("a minute");
        assert_eq!(all.outcome(60, minute), Some(2.0f64.ln() * 1e4));
        assert_eq!(all.outcome(120, minute), None);
        assert_eq!(all.outcome(240, minute), None);
        assert_eq!(all.outcome(u64::MAX, minute), None);
    }
}
