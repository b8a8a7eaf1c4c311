//! What miners forecast with: three models of their own, a bad one to hold them against, and any program that answers JSON.

mod backend;
mod bold;
mod cache;
mod ewma;
mod garch;
mod regression;
mod student;

use crate::event::{EventError, Probabilities};
use crate::history::Past;
use crate::horizon::Horizon;
use crate::quantiles::{QuantileError, Quantiles};

pub use backend::Backend;
pub use bold::Bold;
pub use ewma::{volatility, Ewma, DECAY};
pub use garch::Garch;
pub use regression::Regression;
pub use student::unit_t4;

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ForecastError {
    /// Too few prices are known.
    #[error("{0} prices in a row are needed")]
    TooShort(usize),
    /// The horizon isn't a whole number of the prices' steps.
    #[error("{0} is not a whole number of steps between two prices")]
    Horizon(Horizon),
    /// What came out is no forecast.
    #[error(transparent)]
    Quantiles(#[from] QuantileError),
    /// What came out is no probabilities.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The program behind it failed.
    #[error("the forecaster's program: {0}")]
    Backend(String),
}

/// A model. It sees what is known at a moment and nothing else. May block.
pub trait Forecaster: Send + Sync + 'static {
    /// A short name.
    fn name(&self) -> &str;

    /// The distribution of the log-return from the newest price over `horizon`.
    ///
    /// # Errors
    /// See [`ForecastError`].
    fn forecast(&self, past: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError>;

    /// A probability for each outcome of an event. Without knowledge, the same for each.
    ///
    /// # Errors
    /// See [`ForecastError`].
    fn event(&self, question: &str, outcomes: &[String]) -> Result<Probabilities, ForecastError> {
        let _ = question;
        Ok(Probabilities::equal(outcomes.len())?)
    }
}

/// How many of the past's steps a horizon is.
fn steps(past: &Past, horizon: Horizon) -> Result<usize, ForecastError> {
    horizon.steps(past.step()).ok_or(ForecastError::Horizon(horizon))
}

/// The forecast of a return of standard deviation `sigma` (basis points) around 0, with the tails of Student's t with four
/// degrees of freedom.
pub(crate) fn student(sigma: f64) -> Result<Quantiles, ForecastError> {
    Ok(Quantiles::new(&student::UNIT.map(|quantile| sigma * quantile))?)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::history::{Archive, Quote};
    use crate::horizon::Asset;
    use ganglion_subnet::Seed;

    /// Hours of a market whose volatility changes every four days between `quiet` and `wild`, basis points.
    pub(crate) fn hours(count: u64, quiet: f64, wild: f64, seed: u8) -> Archive {
        let mut dice = Seed([seed; 32]).dice();
        let (mut price, mut quotes) = (100.0f64, Vec::new());
        for hour in 0..count {
            let sigma = if (hour / 96).is_multiple_of(2) { quiet } else { wild };
            // Twelve uniform numbers add up to nearly a normal one, of variance 1.
            let normal = (0..12).map(|_| dice.below(1 << 32) as f64 / (1u64 << 32) as f64).sum::<f64>() - 6.0;
            price *= (sigma * normal * 1e-4).exp();
            quotes.push(Quote { time: (hour + 1) * 3600, price });
        }
        Archive::new(Asset::btc(), 3600, quotes).expect("an archive")
    }

    fn all() -> Vec<Box<dyn Forecaster>> {
        vec![Box::new(Ewma::default()), Box::new(Garch::default()), Box::new(Regression::default())]
    }

    fn hour(count: u32) -> Horizon {
        Horizon::seconds(count * 3600).expect("hours")
    }

    #[test]
    fn every_model_knows_quiet_from_wild() {
        let market = hours(96 * 12, 20.0, 80.0, 1);
        for model in all() {
            let width = |cut: u64| {
                let found = model
                    .forecast(&market.past(cut * 3600), hour(1))
                    .unwrap_or_else(|error| panic!("{}: {error:?}", model.name()));
                found.values()[18] - found.values()[0]
            };
            // At the ends of a wild and of a quiet stretch.
            let (wild, quiet) = (width(96 * 10), width(96 * 11));
            assert!(wild > 1.7 * quiet, "{}: {wild} {quiet}", model.name());
            // Nine tenths of a normal distribution are 3.29 standard deviations.
            assert!((0.5..2.0).contains(&(wild / (3.29 * 80.0))), "{}: {wild}", model.name());
        }
    }

    #[test]
    fn longer_is_wider_and_odd_horizons_are_refused() {
        let market = hours(96 * 8, 30.0, 40.0, 2);
        let past = market.past(u64::MAX);
        for model in all() {
            let width = |hours: u32| {
                let found =
                    model.forecast(&past, hour(hours)).unwrap_or_else(|error| panic!("{}: {error:?}", model.name()));
                found.values()[18] - found.values()[0]
            };
            assert!(width(8) > 1.8 * width(1), "{}", model.name());
            let odd = Horizon::seconds(5400).expect("an hour and a half");
            assert_eq!(model.forecast(&past, odd), Err(ForecastError::Horizon(odd)), "{}", model.name());
        }
    }

    #[test]
    fn too_little_is_said_to_be_too_little() {
        let market = hours(200, 30.0, 30.0, 3);
        for model in all() {
            for cut in [0, 3600, 7200] {
                let found = model.forecast(&market.past(cut), hour(1));
                assert!(matches!(found, Err(ForecastError::TooShort(_))), "{}: {found:?}", model.name());
            }
        }
    }

    #[test]
    fn a_market_that_stands_still_is_survived() {
        let quotes = (1..400).map(|hour| Quote { time: hour * 3600, price: 5.0 }).collect();
        let market = Archive::new(Asset::btc(), 3600, quotes).expect("an archive");
        for model in all() {
            let found = model
                .forecast(&market.past(u64::MAX), hour(1))
                .unwrap_or_else(|error| panic!("{}: {error:?}", model.name()));
            assert!(found.values().iter().all(|value| value.abs() < 1.0), "{}: {found:?}", model.name());
        }
    }

    /// The future is there, and absurd: no model's forecast changes by a bit.
    #[test]
    fn a_poisoned_future_changes_nothing() {
        let clean = hours(1000, 20.0, 80.0, 4);
        let cut = 700 * 3600;
        for poison in [1e-9, 1.0, 1e12] {
            let known = clean.past(cut).quotes().to_vec();
            let later = (701..1000).map(|hour| Quote { time: hour * 3600, price: poison });
            let quotes = known.into_iter().chain(later).collect();
            let poisoned = Archive::new(Asset::btc(), 3600, quotes).expect("an archive");
            for (honest, other) in all().into_iter().zip(all()) {
                for horizon in [hour(1), hour(8)] {
                    let right = honest
                        .forecast(&clean.past(cut), horizon)
                        .unwrap_or_else(|error| panic!("{}: {error:?}", honest.name()));
                    // Nor does it matter that another instance has been asked about later times before.
                    let found = other
                        .forecast(&poisoned.past(cut), horizon)
                        .unwrap_or_else(|error| panic!("{}: {error:?}", other.name()));
                    assert_eq!(right, found, "{}", honest.name());
                }
            }
        }
    }
}
