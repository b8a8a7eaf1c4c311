//! Quantile regression: each quantile a linear function of how wild the last hours, days and weeks were, and of the time
//! of day.
//!
//! Features as in the heterogeneous autoregressive model of volatility (Corsi, 2009), the loss is Koenker and Bassett's
//! (1978), the fit an averaged stochastic subgradient descent (Polyak and Juditsky, 1992): seconds for years of hours.

use ganglion_subnet::{Dice, Seed};

use super::cache::Cache;
use super::ewma::{DECAY, LEAST};
use super::student::unit_t4;
use super::{steps, ForecastError, Forecaster};
use crate::history::{basis_points, Past, Quote};
use crate::horizon::Horizon;
use crate::quantiles::{level, Quantiles, LEVELS};

/// Steps in the three windows of the features.
const WINDOWS: [usize; 3] = [6, 24, 168];
/// A constant, one for each window, the time of day as a point on a circle.
const FEATURES: usize = 1 + WINDOWS.len() + 2;
/// Prices that are looked at: two years of hours.
const MEMORY: usize = 17_520;
/// Prices that matter to what is known now: the longest window, and as many as volatility remembers, since 0.94 to the
/// power of 800 is less than the last digit of a number.
const NEWEST: usize = 1_024;
/// Fewest moves to fit to.
const FEWEST: usize = 200;
/// Steps of the descent.
const EPOCHS: usize = 40_000;
/// Length of its first step.
const RATE: f64 = 0.05;
/// Volatilities more than e² apart tell no more.
const MOST_LOG: f64 = 2.0;
/// Seconds in a day.
const DAY: u64 = 86_400;

type Features = [f64; FEATURES];
type Weights = [Features; LEVELS];

/// What was seen at a moment, and what came of it.
struct Example {
    features: Features,
    /// The move, in units of the scale.
    target: f64,
}

/// The models of all levels for one horizon, fitted to what is known.
#[derive(Debug, Default)]
pub struct Regression {
    fits: Cache<Box<Weights>>,
}

impl Forecaster for Regression {
    fn name(&self) -> &str {
        "regression"
    }

    fn forecast(&self, past: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError> {
        let steps = steps(past, horizon)?;
        let weights = self.fits.get(past, steps, || fit(past, steps))?;
        let squares = Squares::of(past, NEWEST);
        let (features, scale) = squares.features(squares.len()).ok_or(ForecastError::TooShort(WINDOWS[2] + 1))?;
        let unit = scale * (steps as f64).sqrt();
        let mut values = [0.0; LEVELS];
        for (value, weights) in values.iter_mut().zip(weights.iter()) {
            *value = unit * dot(weights, &features);
        }
        Ok(Quantiles::rearranged(values)?)
    }
}

/// Sums of squared returns up to each price, so that any window costs two look-ups, with the exponentially weighted
/// volatility beside them.
struct Squares {
    /// Time of each price.
    times: Vec<u64>,
    /// Sum of squares of the returns up to each price.
    sums: Vec<f64>,
    /// Exponentially weighted variance at each price.
    variances: Vec<f64>,
}

impl Squares {
    /// Of the newest prices, at most so many.
    fn of(past: &Past, most: usize) -> Self {
        let quotes = past.quotes();
        let quotes = quotes.get(quotes.len().saturating_sub(most)..).unwrap_or_default();
        let (mut sum, mut variance) = (0.0, None::<f64>);
        let empty = || Vec::with_capacity(quotes.len());
        let mut found = Self { times: Vec::with_capacity(quotes.len()), sums: empty(), variances: empty() };
        let mut before: Option<Quote> = None;
        for quote in quotes {
            // What happened in a gap took longer than a step: it says nothing about one.
            let near = before.filter(|before| quote.time.saturating_sub(before.time) == u64::from(past.step()));
            if let Some(before) = near {
                let square = basis_points(before.price, quote.price).powi(2);
                sum += square;
                // The first return is all that is known of the volatility then.
                variance = Some(variance.map_or(square, |known: f64| DECAY * known + (1.0 - DECAY) * square));
            }
            found.times.push(quote.time);
            found.sums.push(sum);
            found.variances.push(variance.unwrap_or(0.0));
            before = Some(*quote);
        }
        found
    }

    fn len(&self) -> usize {
        self.times.len()
    }

    /// What is known after so many prices, and the volatility of a step then, basis points.
    fn features(&self, known: usize) -> Option<(Features, f64)> {
        let last = known.checked_sub(1)?;
        let scale = self.variances.get(last)?.sqrt().max(LEAST);
        let mut features = [0.0; FEATURES];
        features[0] = 1.0;
        for (feature, window) in features.iter_mut().skip(1).zip(WINDOWS) {
            let squares = self.sums.get(last)? - self.sums.get(last.checked_sub(window)?)?;
            let wild = (squares.max(0.0) / window as f64).sqrt().max(LEAST);
            *feature = (wild / scale).ln().clamp(-MOST_LOG, MOST_LOG);
        }
        let turn = (self.times.get(last)? % DAY) as f64 / DAY as f64 * std::f64::consts::TAU;
        features[FEATURES - 2] = turn.sin();
        features[FEATURES - 1] = turn.cos();
        Some((features, scale))
    }
}

fn dot(a: &Features, b: &Features) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// All moves over so many steps whose beginning and end are known.
fn examples(past: &Past, steps: usize) -> Vec<Example> {
    let squares = Squares::of(past, MEMORY);
    let skipped = past.quotes().len().saturating_sub(squares.len());
    let unit = (steps as f64).sqrt();
    past.moves(steps, 1)
        .filter_map(|(from, size)| {
            let (features, scale) = squares.features(from.checked_sub(skipped)? + 1)?;
            Some(Example { features, target: (size / (scale * unit)).clamp(-20.0, 20.0) })
        })
        .collect()
}

/// Fits all levels at once. The same past gives the same fit.
fn fit(past: &Past, steps: usize) -> Result<Box<Weights>, ForecastError> {
    let examples = examples(past, steps);
    if examples.len() < FEWEST {
        return Err(ForecastError::TooShort(FEWEST + WINDOWS[2] + steps));
    }
    let mut weights: Box<Weights> = Box::new([[0.0; FEATURES]; LEVELS]);
    for (index, weights) in weights.iter_mut().enumerate() {
        weights[0] = unit_t4(level(index));
    }
    let mut averages = weights.clone();
    let mut dice: Dice = Seed([17; 32]).dice();
    for step in 0..EPOCHS {
        let Some(example) = examples.get(dice.index(examples.len())) else { break };
        let rate = RATE / (1.0 + step as f64 / 1_000.0).sqrt();
        for (index, (weights, average)) in weights.iter_mut().zip(averages.iter_mut()).enumerate() {
            let over = example.target > dot(weights, &example.features);
            let slope = if over { level(index) } else { level(index) - 1.0 };
            for ((weight, mean), feature) in weights.iter_mut().zip(average).zip(&example.features) {
                *weight += rate * slope * feature;
                // The mean of the later half: the first steps are far from where they lead.
                let begun = step.saturating_sub(EPOCHS / 2);
                *mean += (*weight - *mean) / (begun as f64 + 1.0);
            }
        }
    }
    Ok(averages)
}

#[cfg(test)]
mod tests {
    use super::super::tests::hours;
    use super::*;

    #[test]
    fn quantiles_hold_what_they_promise_in_and_out_of_sample() {
        let market = hours(6000, 20.0, 60.0, 5);
        let model = Regression::default();
        let hour = Horizon::seconds(3600).expect("an hour");
        let mut below = [0u32; LEVELS];
        let later = 3000..4000u64;
        for at in later.clone() {
            let forecast = model.forecast(&market.past(at * 3600), hour).expect("a forecast");
            let outcome = market.outcome(at * 3600, hour).expect("known");
            for (count, quantile) in below.iter_mut().zip(forecast.values()) {
                *count += u32::from(outcome <= *quantile);
            }
        }
        let share = |index: usize| f64::from(below[index]) / later.clone().count() as f64;
        for (index, right) in [(1, 0.1), (4, 0.25), (9, 0.5), (14, 0.75), (17, 0.9)] {
            assert!((share(index) - right).abs() < 0.05, "{index}: {}", share(index));
        }
    }

    #[test]
    fn the_newest_prices_say_what_all_of_them_do() {
        let market = hours(5000, 20.0, 60.0, 7);
        for hour in [400, 1023, 1025, 4999] {
            let past = market.past(hour * 3600);
            let of = |most: usize| {
                let squares = Squares::of(&past, most);
                squares.features(squares.len()).expect("enough")
            };
            let ((all, scale), (newest, same)) = (of(MEMORY), of(NEWEST));
            assert!((scale - same).abs() < 1e-9 * scale, "{hour}: {scale} {same}");
            assert!(all.iter().zip(newest).all(|(a, b)| (a - b).abs() < 1e-9), "{hour}: {all:?} {newest:?}");
        }
    }

    #[test]
    fn windows_see_what_is_in_them() {
        let market = hours(400, 50.0, 50.0, 6);
        let squares = Squares::of(&market.past(u64::MAX), MEMORY);
        assert_eq!(squares.len(), 400);
        assert!(squares.features(168).is_none() && squares.features(0).is_none() && squares.features(401).is_none());
        let (features, scale) = squares.features(400).expect("enough");
        assert_eq!(features[0], 1.0);
        assert!((20.0..100.0).contains(&scale) && features[1..4].iter().all(|log| log.abs() < 1.0), "{features:?}");
        // The last price is of the four hundredth hour: 16 o'clock.
        assert!((features[4] - (16.0 / 24.0 * std::f64::consts::TAU).sin()).abs() < 1e-9);
    }
}
