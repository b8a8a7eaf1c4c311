//! The default: an exponentially weighted volatility and Student's tails.

use super::{steps, student, ForecastError, Forecaster};
use crate::history::Past;
use crate::horizon::Horizon;
use crate::quantiles::Quantiles;

/// The weight of the past in the RiskMetrics model of J.P. Morgan (1996).
pub const DECAY: f64 = 0.94;
/// Returns that are looked at: 0.94 to this power is nothing.
const MEMORY: usize = 512;
/// Fewest returns.
const FEWEST: usize = 8;
/// Nothing stands still for ever: the least standard deviation of a step, basis points.
pub(super) const LEAST: f64 = 0.01;

/// The standard deviation of one step's log-return, basis points, as an exponentially weighted mean of squares with the
/// weight `decay` (0 to 1) of what was before: σ² ← decay·σ² + (1 − decay)·r².
///
/// # Errors
/// [`ForecastError::TooShort`].
pub fn volatility(past: &Past, decay: f64) -> Result<f64, ForecastError> {
    let returns = past.returns(MEMORY);
    let start = returns.get(..FEWEST).ok_or(ForecastError::TooShort(FEWEST + 1))?;
    let first = start.iter().map(|r| r * r).sum::<f64>() / FEWEST as f64;
    let decay = decay.clamp(0.0, 1.0);
    let variance = returns.iter().fold(first, |variance, r| decay * variance + (1.0 - decay) * r * r);
    Ok(variance.sqrt().max(LEAST))
}

/// Volatility by [`volatility`], growing with the root of time, and [`unit_t4`](super::unit_t4)'s tails around 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ewma {
    /// The weight of what was before, 0 to 1.
    pub decay: f64,
}

impl Default for Ewma {
    fn default() -> Self {
        Self { decay: DECAY }
    }
}

impl Forecaster for Ewma {
    fn name(&self) -> &str {
        "ewma"
    }

    fn forecast(&self, past: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError> {
        let steps = steps(past, horizon)?;
        student(volatility(past, self.decay)? * (steps as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Archive, Quote};
    use crate::horizon::Asset;

    #[test]
    fn a_market_that_goes_back_and_forth_by_a_thousandth() {
        // Every return is ten basis points, up or down: so is the volatility, whatever the weights.
        let price = |step: u64| if step.is_multiple_of(2) { 100.0 } else { 100.0 * 1e-3f64.exp() };
        let quotes = (1..100).map(|step| Quote { time: step * 60, price: price(step) }).collect();
        let market = Archive::new(Asset::btc(), 60, quotes).expect("an archive");
        let past = market.past(u64::MAX);
        assert!((volatility(&past, DECAY).expect("enough") - 10.0).abs() < 1e-6);
        let found = Ewma::default().forecast(&past, Horizon::seconds(240).expect("four steps")).expect("a forecast");
        // Four steps are twice one: 20 · 2.131847/√2.
        assert!((found.values()[18] - 30.148_87).abs() < 1e-3, "{found:?}");
        assert_eq!(found.median(), 0.0);
    }
}
