//! One forecast of many: what the best miners think together.

use crate::event::Probabilities;
use crate::quantiles::{level, Quantiles, LEVELS};

/// Most forecasts in a pool.
pub const MOST: usize = 64;
/// Halvings of the interval in which a quantile lies: far below a hundredth of a basis point.
const HALVINGS: usize = 48;

/// The linear opinion pool (Stone, 1961): the mixture of the forecasts, each weighed by its miner's reputation. Unlike a
/// mean of quantiles it stays wide where the miners disagree. `None` without a weight above 0.
pub fn returns(forecasts: &[(Quantiles, f64)]) -> Option<Quantiles> {
    let heard: Vec<&(Quantiles, f64)> = forecasts.iter().filter(|(_, weight)| is_weight(*weight)).take(MOST).collect();
    let total: f64 = heard.iter().map(|(_, weight)| weight).sum();
    let edge = |index: usize, pick: fn(f64, f64) -> f64| {
        heard.iter().filter_map(|(forecast, _)| forecast.values().get(index).copied()).reduce(pick)
    };
    let cdf = |value: f64| heard.iter().map(|(forecast, weight)| weight * forecast.cdf(value)).sum::<f64>() / total;
    let mut values = [0.0; LEVELS];
    for (index, value) in values.iter_mut().enumerate() {
        // A mixture's quantile lies between those of its parts.
        let (mut low, mut high) = (edge(index, f64::min)?, edge(index, f64::max)?);
        for _ in 0..HALVINGS {
            let middle = (low + high) / 2.0;
            match cdf(middle) < level(index) {
                true => low = middle,
                false => high = middle,
            }
        }
        *value = high;
    }
    Quantiles::rearranged(values).ok()
}

/// The mean of the probabilities, each weighed by its miner's reputation. `None` if they are of different events, or
/// without a weight above 0.
pub fn event(forecasts: &[(Probabilities, f64)]) -> Option<Probabilities> {
    let heard: Vec<&(Probabilities, f64)> =
        forecasts.iter().filter(|(_, weight)| is_weight(*weight)).take(MOST).collect();
    let total: f64 = heard.iter().map(|(_, weight)| weight).sum();
    let outcomes = heard.first()?.0.values().len();
    if heard.iter().any(|(forecast, _)| forecast.values().len() != outcomes) {
        return None;
    }
    let mean = |outcome: usize| heard.iter().map(|(one, weight)| weight * one.of(outcome)).sum::<f64>() / total;
    Probabilities::new(&(0..outcomes).map(mean).collect::<Vec<f64>>()).ok()
}

fn is_weight(weight: f64) -> bool {
    weight.is_finite() && weight > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ladder(middle: f64, width: f64) -> Quantiles {
        Quantiles::from_fn(|level| middle + width * (2.0 * level - 1.0)).expect("a forecast")
    }

    #[test]
    fn one_alone_is_the_pool_and_the_worthless_are_not_heard() {
        let pool = returns(&[(ladder(3.0, 20.0), 0.7), (ladder(900.0, 1.0), 0.0), (ladder(900.0, 1.0), f64::NAN)]);
        assert!(pool.expect("a pool").distance(&ladder(3.0, 20.0)) < 1e-6);
        assert_eq!(returns(&[]), None);
        assert_eq!(returns(&[(ladder(0.0, 1.0), -1.0)]), None);
    }

    #[test]
    fn disagreement_is_doubt() {
        let pool = returns(&[(ladder(-50.0, 10.0), 1.0), (ladder(50.0, 10.0), 1.0)]).expect("a pool");
        assert!(pool.values()[4] < -40.0 && pool.values()[14] > 40.0, "{pool:?}");
        // A quarter of the mixture is the half of the lower one.
        assert!((pool.values()[4] + 50.0).abs() < 0.1, "{pool:?}");
        let heavy = returns(&[(ladder(-50.0, 10.0), 9.0), (ladder(50.0, 10.0), 1.0)]).expect("a pool");
        assert!(heavy.median() < -45.0);
    }

    #[test]
    fn events_are_pooled_too() {
        let of = |p: f64| Probabilities::new(&[p, 1.0 - p]).expect("probabilities");
        let pool = event(&[(of(0.9), 3.0), (of(0.1), 1.0)]).expect("a pool");
        assert!((pool.of(0) - 0.7).abs() < 1e-9);
        assert_eq!(event(&[(of(0.9), 1.0), (Probabilities::equal(3).expect("even"), 1.0)]), None);
        assert_eq!(event(&[]), None);
    }

    proptest! {
        #[test]
        fn a_pool_lies_among_its_parts(
            parts in proptest::collection::vec((-100.0..100.0f64, 0.0..100.0f64, 0.01..1.0f64), 1..8),
        ) {
            let parts: Vec<(Quantiles, f64)> = parts.into_iter().map(|(m, w, a)| (ladder(m, w), a)).collect();
            let pool = returns(&parts).expect("a pool");
            for index in 0..LEVELS {
                let all = parts.iter().map(|(part, _)| part.values()[index]);
                let (low, high) = (all.clone().fold(f64::MAX, f64::min), all.fold(f64::MIN, f64::max));
                prop_assert!((low - 1e-6..=high + 1e-6).contains(&pool.values()[index]));
            }
        }
    }
}
