//! GARCH(1,1): volatility that is shaken and calms down (Bollerslev, 1986).

use super::cache::Cache;
use super::ewma::LEAST;
use super::{steps, student, ForecastError, Forecaster};
use crate::history::Past;
use crate::horizon::Horizon;
use crate::quantiles::Quantiles;

/// Returns that are looked at.
const MEMORY: usize = 2_000;
/// Fewest returns to fit to.
const FEWEST: usize = 100;
/// α + β must stay below this, or the variance has no mean.
const MOST_PERSISTENCE: f64 = 0.999;
/// Points of the grid along each parameter.
const GRID: i32 = 6;
/// How often the grid is laid closer around its best point.
const ROUNDS: i32 = 4;

/// σ²ₜ₊₁ = v(1 − α − β) + α rₜ² + β σ²ₜ, with v the sample's variance ("variance targeting").
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fit {
    alpha: f64,
    beta: f64,
}

impl Fit {
    fn next(&self, mean: f64, variance: f64, r: f64) -> f64 {
        (mean * (1.0 - self.alpha - self.beta) + self.alpha * r * r + self.beta * variance).max(LEAST * LEAST)
    }

    /// The log-likelihood under Student's t with four degrees of freedom, but for a constant: −½ Σ (ln σ² + 5 ln(1 + r²/2σ²)).
    /// The tails are those of the forecast; under a Gaussian one jump would weigh as much as a week.
    fn likelihood(&self, returns: &[f64], mean: f64) -> f64 {
        let (mut variance, mut sum) = (mean, 0.0);
        for r in returns {
            sum -= 0.5 * (variance.ln() + 5.0 * (0.5 * r * r / variance).ln_1p());
            variance = self.next(mean, variance, *r);
        }
        sum
    }

    /// The most likely one, by a grid that is laid ever closer around its best point.
    fn of(returns: &[f64], mean: f64) -> Self {
        let mut best = Self { alpha: 0.1, beta: 0.8 };
        let mut most = best.likelihood(returns, mean);
        for round in 0..ROUNDS {
            let (middle, width) = (best, 0.5f64.powi(round));
            for a in -GRID..=GRID {
                for b in -GRID..=GRID {
                    let offset = |place: i32, reach: f64| f64::from(place) / f64::from(GRID) * reach * width;
                    let alpha = (middle.alpha + offset(a, 0.15)).clamp(0.0, 0.5);
                    let beta = (middle.beta + offset(b, 0.25)).clamp(0.0, MOST_PERSISTENCE - alpha);
                    let tried = Self { alpha, beta };
                    let likelihood = tried.likelihood(returns, mean);
                    if likelihood > most {
                        (best, most) = (tried, likelihood);
                    }
                }
            }
        }
        best
    }
}

/// A GARCH(1,1) model fitted to the latest two thousand returns, with Student's tails around 0.
#[derive(Debug, Default)]
pub struct Garch {
    fits: Cache<Fit>,
}

impl Forecaster for Garch {
    fn name(&self) -> &str {
        "garch"
    }

    fn forecast(&self, past: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError> {
        let steps = steps(past, horizon)?;
        let returns = past.returns(MEMORY);
        if returns.len() < FEWEST {
            return Err(ForecastError::TooShort(FEWEST + 1));
        }
        let mean = (returns.iter().map(|r| r * r).sum::<f64>() / returns.len() as f64).max(LEAST * LEAST);
        // One fit serves all horizons.
        let fit = self.fits.get(past, 0, || Ok::<_, ForecastError>(Fit::of(&returns, mean)))?;
        let now = returns.iter().fold(mean, |variance, r| fit.next(mean, variance, *r));
        student(over(now, mean, fit.alpha + fit.beta, steps).sqrt())
    }
}

/// The variance of the return over so many steps: n·v + (σ²₁ − v)(1 − ρⁿ)/(1 − ρ), as the expected variance goes back to
/// its mean v by the factor ρ = α + β each step.
fn over(next: f64, mean: f64, persistence: f64, steps: usize) -> f64 {
    let n = steps as f64;
    let gone = (1.0 - persistence.powf(n)) / (1.0 - persistence).max(1e-6);
    (n * mean + (next - mean) * gone).max(LEAST * LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_subnet::Seed;

    #[test]
    fn variances_done_by_hand() {
        // 4, then 1 + 3/2, then 1 + 3/4.
        assert!((over(4.0, 1.0, 0.5, 3) - 8.25).abs() < 1e-9);
        assert!((over(1.0, 1.0, 0.9, 7) - 7.0).abs() < 1e-9);
    }

    #[test]
    fn what_made_the_returns_is_found_again() {
        let (truth, mean) = (Fit { alpha: 0.15, beta: 0.75 }, 400.0);
        let mut dice = Seed([3; 32]).dice();
        let (mut variance, mut returns): (f64, Vec<f64>) = (mean, Vec::new());
        for _ in 0..4000 {
            let normal = (0..12).map(|_| dice.below(1 << 32) as f64 / (1u64 << 32) as f64).sum::<f64>() - 6.0;
            let r = variance.sqrt() * normal;
            returns.push(r);
            variance = truth.next(mean, variance, r);
        }
        let found = Fit::of(&returns, mean);
        assert!((found.alpha - 0.15).abs() < 0.06 && (found.beta - 0.75).abs() < 0.12, "{found:?}");
        assert!(found.likelihood(&returns, mean) >= truth.likelihood(&returns, mean) - 1.0);
    }
}
