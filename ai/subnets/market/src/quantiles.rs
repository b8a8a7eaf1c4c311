//! A forecast: nineteen quantiles of a log-return.

/// How many quantiles a forecast has: at 5 %, 10 %, … 95 %.
pub const LEVELS: usize = 19;
/// Distance between two levels, and the probability that lies beyond the outermost on each side.
pub const STEP: f64 = 1.0 / (LEVELS as f64 + 1.0);
/// Largest log-return that can be named, basis points, either way: a factor of about 22 000.
pub const MOST: f64 = 100_000.0;

/// Why numbers are no forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantileError {
    /// There are more or fewer than [`LEVELS`].
    #[error("a forecast has 19 quantiles, not {0}")]
    Count(usize),
    /// One is not a number, infinite or beyond [`MOST`].
    #[error("quantile {0} is not a number from -100000 to 100000 basis points")]
    Range(usize),
    /// One is below its forerunner.
    #[error("quantile {0} is below the one before it")]
    Order(usize),
}

/// Nineteen quantiles of a log-return, in basis points (ln(P₁/P₀) · 10⁴): finite and never decreasing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles([f64; LEVELS]);

/// The level of the quantile at `index`, 0 to 1.
pub fn level(index: usize) -> f64 {
    (index as f64 + 1.0) * STEP
}

impl Quantiles {
    /// Checks the numbers, in basis points, lowest level first.
    ///
    /// # Errors
    /// See [`QuantileError`]; the index is that of the first offender.
    pub fn new(values: &[f64]) -> Result<Self, QuantileError> {
        let values: [f64; LEVELS] = values.try_into().map_err(|_| QuantileError::Count(values.len()))?;
        let mut before = -MOST;
        for (index, value) in values.iter().enumerate() {
            // A NaN lies in no range.
            if !(-MOST..=MOST).contains(value) {
                return Err(QuantileError::Range(index));
            }
            if *value < before {
                return Err(QuantileError::Order(index));
            }
            before = *value;
        }
        Ok(Self(values))
    }

    /// What `quantile` answers for each level (0 to 1), in basis points.
    ///
    /// # Errors
    /// If that isn't a forecast.
    pub fn from_fn(mut quantile: impl FnMut(f64) -> f64) -> Result<Self, QuantileError> {
        let mut values = [0.0; LEVELS];
        values.iter_mut().enumerate().for_each(|(index, value)| *value = quantile(level(index)));
        Self::new(&values)
    }

    /// The same with what crosses put in order, as the outputs of separately fitted models may (rearrangement of
    /// Chernozhukov, Fernández-Val and Galichon: never a worse forecast). What is too large is cut to [`MOST`].
    ///
    /// # Errors
    /// If one isn't a number.
    pub fn rearranged(mut values: [f64; LEVELS]) -> Result<Self, QuantileError> {
        values.iter_mut().for_each(|value| *value = value.clamp(-MOST, MOST));
        values.sort_by(f64::total_cmp);
        Self::new(&values)
    }

    /// The certainty that it will be `value` basis points.
    ///
    /// # Errors
    /// If that can't be named.
    pub fn point(value: f64) -> Result<Self, QuantileError> {
        Self::new(&[value; LEVELS])
    }

    /// The quantiles of a sample in ascending order, basis points, by linear interpolation between its values (type 7 of
    /// Hyndman and Fan). `None` if it is empty or not a sample.
    pub fn of_sample(sorted: &[f64]) -> Option<Self> {
        let last = sorted.len().checked_sub(1)?;
        Self::from_fn(|level| {
            let place = level * last as f64;
            let below = (place.floor() as usize).min(last);
            let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
            low + (place - below as f64) * (high - low)
        })
        .ok()
    }

    /// The numbers, basis points, lowest level first.
    pub fn values(&self) -> &[f64; LEVELS] {
        &self.0
    }

    /// The median, basis points.
    pub fn median(&self) -> f64 {
        self.0[LEVELS / 2]
    }

    /// The forecast with each quantile's distance from the median times `factor` (0 to 100).
    ///
    /// # Errors
    /// If that goes beyond [`MOST`].
    pub fn stretched(&self, factor: f64) -> Result<Self, QuantileError> {
        let (middle, factor) = (self.median(), factor.clamp(0.0, 100.0));
        Self::new(&self.0.map(|value| middle + factor * (value - middle)))
    }

    /// The probability, 0 to 1, that the return is at most `value` basis points.
    ///
    /// Linear between the quantiles. Beyond them the tail is exponential, falling as fast as from the median to the
    /// outermost quantile: from a half to a twentieth is a factor of ten.
    pub fn cdf(&self, value: f64) -> f64 {
        let (first, last) = (self.0[0], self.0[LEVELS - 1]);
        let tail = |distance: f64, width: f64| match width > 0.0 {
            true => STEP * (-std::f64::consts::LN_10 * distance / width).exp(),
            false => 0.0,
        };
        if value < first {
            return tail(first - value, self.median() - first);
        }
        if value >= last {
            return 1.0 - tail(value - last, last - self.median());
        }
        // How many quantiles are not above it: at least one, and not all.
        let below = self.0.iter().take_while(|quantile| **quantile <= value).count();
        let (low, high) = (self.0[below - 1], self.0[below.min(LEVELS - 1)]);
        let part = if high > low { (value - low) / (high - low) } else { 0.0 };
        level(below - 1) + STEP * part
    }

    /// How far apart two forecasts are: the mean distance of their quantiles, basis points.
    pub fn distance(&self, other: &Self) -> f64 {
        let sum: f64 = self.0.iter().zip(&other.0).map(|(a, b)| (a - b).abs()).sum();
        sum / LEVELS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ladder() -> Quantiles {
        Quantiles::from_fn(|level| 20.0 * level - 10.0).expect("a forecast")
    }

    #[test]
    fn what_is_no_forecast_is_refused() {
        assert_eq!(Quantiles::new(&[0.0; 18]), Err(QuantileError::Count(18)));
        assert_eq!(Quantiles::new(&[]), Err(QuantileError::Count(0)));
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2.0 * MOST] {
            let mut values = [0.0; LEVELS];
            values[18] = odd;
            assert_eq!(Quantiles::new(&values), Err(QuantileError::Range(18)), "{odd}");
        }
        let mut values = *ladder().values();
        values.swap(4, 5);
        assert_eq!(Quantiles::new(&values), Err(QuantileError::Order(5)));
        assert_eq!(Quantiles::rearranged(values), Ok(ladder()));
        assert!(Quantiles::rearranged([f64::NAN; LEVELS]).is_err());
    }

    #[test]
    fn a_sample_has_its_own_quantiles() {
        let sample: Vec<f64> = (0..=20).map(|value| f64::from(value) - 10.0).collect();
        let found = Quantiles::of_sample(&sample).expect("a forecast");
        assert!(found.distance(&ladder()) < 1e-9, "{found:?}");
        assert_eq!(Quantiles::of_sample(&[3.0]), Quantiles::point(3.0).ok());
        assert_eq!(Quantiles::of_sample(&[]), None);
    }

    #[test]
    fn the_distribution_between_and_beyond_the_quantiles() {
        let forecast = ladder();
        for (value, right) in [(-9.0, 0.05), (0.0, 0.5), (0.5, 0.525), (9.0, 0.95)] {
            assert!((forecast.cdf(value) - right).abs() < 1e-9, "{value}: {}", forecast.cdf(value));
        }
        // Nine further below it is a tenth of the twentieth.
        assert!((forecast.cdf(-18.0) - 0.005).abs() < 1e-9);
        assert!((forecast.cdf(18.0) - 0.995).abs() < 1e-9);
        let certain = Quantiles::point(1.0).expect("a forecast");
        assert_eq!((certain.cdf(0.9), certain.cdf(1.0), certain.cdf(1.1)), (0.0, 1.0, 1.0));
    }

    #[test]
    fn stretching_keeps_the_median() {
        let wide = ladder().stretched(2.0).expect("a forecast");
        assert!((wide.values()[0] + 18.0).abs() < 1e-9 && wide.median().abs() < 1e-9);
        assert!((wide.distance(&ladder()) - 90.0 / 19.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn a_distribution_never_falls(
            values in proptest::collection::vec(-500.0..500.0f64, LEVELS),
            a in -2000.0..2000.0f64,
            b in -2000.0..2000.0f64,
        ) {
            let mut sorted = [0.0; LEVELS];
            sorted.copy_from_slice(&values);
            let forecast = Quantiles::rearranged(sorted).expect("a forecast");
            let (low, high) = (forecast.cdf(a.min(b)), forecast.cdf(a.max(b)));
            prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0);
        }
    }
}
