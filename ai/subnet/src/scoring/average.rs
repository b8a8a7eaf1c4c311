//! Moving averages that know how often and how widely they were moved.

use serde::{Deserialize, Serialize};

/// The mean of the values seen so far, the latest counting most; with their variance and number.
///
/// It begins as a plain mean, in which the starting point counts as one value, and becomes an exponential one when a
/// plain mean would move by less than `alpha`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Average {
    /// The mean.
    pub mean: f64,
    /// The variance around it.
    pub variance: f64,
    /// How many values were seen.
    pub count: u64,
}

impl Average {
    /// Nothing seen yet.
    pub fn starting_at(mean: f64) -> Self {
        Self { mean, variance: 0.0, count: 0 }
    }

    /// Moves towards `value`. `alpha`, from 0 to 1, is the weight of the newest value in the long run. Values that
    /// aren't finite are passed over.
    pub fn update(&mut self, value: f64, alpha: f64) {
        if !value.is_finite() {
            return;
        }
        let step = alpha.max(1.0 / (self.count as f64 + 2.0)).min(1.0);
        let distance = value - self.mean;
        self.mean += step * distance;
        // West's incremental variance of a weighted mean.
        self.variance = (1.0 - step) * (self.variance + step * distance * distance);
        self.count = self.count.saturating_add(1);
    }

    /// How many equally weighted values say as much: the count, or at most what an exponential mean remembers,
    /// (2 − α) / α.
    pub fn weight(&self, alpha: f64) -> f64 {
        (self.count as f64).min((2.0 - alpha) / alpha.max(1e-6))
    }

    /// The standard error of the mean; infinite while nothing was seen. `prior` is a variance that counts as one more
    /// observation: without it, three equal values would look like certainty.
    pub fn error(&self, alpha: f64, prior: f64) -> f64 {
        self.error_of_overlapping(alpha, prior, 1.0)
    }

    /// As [`Average::error`], of values of which `overlap` together (at least 1) say as much as one by itself: their variance
    /// over n / overlap of them, not n. Infinite where several say no more than one, since what values have in common, their mean
    /// has too, and nothing tells how far it is off; of a single one, `prior` says it. For the same reason the variance that is
    /// seen is too small by its n/overlap-th part.
    pub fn error_of_overlapping(&self, alpha: f64, prior: f64, overlap: f64) -> f64 {
        let (n, overlap) = (self.weight(alpha), overlap.max(1.0));
        let apart = n / overlap;
        let hidden = match overlap > 1.0 {
            // One but for rounding is one.
            true if apart <= 1.0 + 1e-9 => return f64::INFINITY,
            true => (1.0 - 1.0 / n) / (1.0 - 1.0 / apart),
            false => 1.0,
        };
        if n <= 0.0 {
            return f64::INFINITY;
        }
        ((n * hidden * self.variance + prior) / (n + 1.0) / apart).max(0.0).sqrt()
    }

    /// The lower confidence bound: the mean less `z` standard errors; minus infinity while nothing was seen.
    pub fn lower(&self, z: f64, alpha: f64, prior: f64) -> f64 {
        self.lower_of_overlapping(z, alpha, prior, 1.0)
    }

    /// As [`Average::lower`], by the error of [`Average::error_of_overlapping`]; the mean itself where no doubt counts.
    pub fn lower_of_overlapping(&self, z: f64, alpha: f64, prior: f64, overlap: f64) -> f64 {
        match self.count {
            0 => f64::NEG_INFINITY,
            // No doubt of an infinite error would be no number.
            _ if z == 0.0 => self.mean,
            _ => self.mean - z * self.error_of_overlapping(alpha, prior, overlap),
        }
    }

    /// Whether its numbers can be an average of values from `low` to `high`.
    pub fn is_sound(&self, low: f64, high: f64) -> bool {
        let spread = (high - low) / 2.0;
        (low..=high).contains(&self.mean) && (0.0..=spread * spread + 1e-9).contains(&self.variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fed(start: f64, values: &[f64], alpha: f64) -> Average {
        let mut average = Average::starting_at(start);
        values.iter().for_each(|value| average.update(*value, alpha));
        average
    }

    #[test]
    fn it_begins_as_a_plain_mean() {
        let average = fed(0.0, &[1.0, 2.0, 3.0], 0.01);
        assert!((average.mean - 6.0 / 4.0).abs() < 1e-12, "{average:?}");
        let variance = [0.0f64, 1.0, 2.0, 3.0].map(|value| (value - 1.5).powi(2)).iter().sum::<f64>() / 4.0;
        assert!((average.variance - variance).abs() < 1e-12, "{average:?}");
    }

    #[test]
    fn nothing_seen_bounds_nothing() {
        assert_eq!(Average::default().lower(0.0, 0.1, 0.25), f64::NEG_INFINITY);
        let mut average = Average::default();
        average.update(f64::NAN, 0.1);
        assert_eq!(average, Average::default());
    }

    /// Eight values of mean 0.6 and variance 0.04, beside a coin's 0.25, worked out by hand.
    #[test]
    fn values_that_overlap_leave_more_doubt() {
        let average = Average { mean: 0.6, variance: 0.04, count: 8 };
        let error = |overlap: f64| average.error_of_overlapping(1e-6, 0.25, overlap);
        // (8 · 0.04 + 0.25) / 9 / 8.
        assert!((error(1.0) - 0.088_976).abs() < 1e-6 && error(1.0) == average.error(1e-6, 0.25), "{}", error(1.0));
        // Four by themselves: of the variance 7/8 is seen of eight and 3/4 of four. (8 · 0.04 · 7/6 + 0.25) / 9 / 4.
        assert!((error(2.0) - 0.131_586).abs() < 1e-6, "{}", error(2.0));
        // Up to one, nothing can be said.
        assert_eq!((error(8.0), error(80.0), error(f64::INFINITY)), (f64::INFINITY, f64::INFINITY, f64::INFINITY));
        let lower = |z: f64, overlap: f64| average.lower_of_overlapping(z, 1e-6, 0.25, overlap);
        assert!((lower(1.0, 2.0) - 0.468_414).abs() < 1e-6 && (lower(1.0, 1.0) - 0.511_024).abs() < 1e-6);
        assert_eq!((lower(1.0, 8.0), lower(0.0, 8.0)), (f64::NEG_INFINITY, 0.6));
    }

    proptest! {
        #[test]
        fn more_overlap_is_more_doubt(
            values in proptest::collection::vec(0.0..1.0f64, 1..100),
            overlap in 0.0..50.0f64,
            more in 0.01..50.0f64,
        ) {
            let average = fed(0.5, &values, 0.1);
            let error = |overlap: f64| average.error_of_overlapping(0.1, 0.25, overlap);
            prop_assert!(error(overlap + more) >= error(overlap) && error(overlap) >= average.error(0.1, 0.25));
        }

        #[test]
        fn it_stays_among_its_values(
            start in 0.0..1.0f64,
            values in proptest::collection::vec(0.0..1.0f64, 0..200),
            alpha in 0.0..1.0f64,
        ) {
            let average = fed(start, &values, alpha);
            prop_assert!(average.is_sound(0.0, 1.0), "{:?}", average);
            prop_assert_eq!(average.count, values.len() as u64);
            let (low, high) = values.iter().fold((start, start), |(low, high), value| (low.min(*value), high.max(*value)));
            prop_assert!((low - 1e-12..=high + 1e-12).contains(&average.mean));
        }

        #[test]
        fn more_doubt_is_a_lower_bound(
            values in proptest::collection::vec(0.0..1.0f64, 1..100),
            z in 0.0..5.0f64,
            more in 0.0..5.0f64,
        ) {
            let average = fed(0.5, &values, 0.1);
            prop_assert!(average.lower(z + more, 0.1, 0.25) <= average.lower(z, 0.1, 0.25));
            prop_assert!(average.lower(z, 0.1, 0.25) <= average.mean);
        }

        #[test]
        fn the_same_again_is_less_doubt(value in 0.0..1.0f64, count in 1usize..60) {
            let (few, many) = (fed(value, &vec![value; count], 0.01), fed(value, &vec![value; count + 1], 0.01));
            prop_assert!(many.error(0.01, 0.25) < few.error(0.01, 0.25));
        }

        #[test]
        fn in_the_long_run_it_forgets_where_it_began(one in 0.0..1.0f64, other in 0.0..1.0f64, value in 0.0..1.0f64) {
            let (a, b) = (fed(one, &[value; 300], 0.1), fed(other, &[value; 300], 0.1));
            prop_assert!((a.mean - b.mean).abs() < 1e-9 && (a.mean - value).abs() < 1e-9);
        }
    }
}
