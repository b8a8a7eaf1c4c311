//! What a forecast costs once the outcome is known: proper scores, which nobody lowers by saying anything but what they
//! believe.

use crate::quantiles::{level, Quantiles, LEVELS, STEP};

/// The quantile (pinball) loss of a forecast, in the unit of the outcome: (2/19) Σ max(p (y − x), (p − 1)(y − x)) over
/// the levels p. It is the continuous ranked probability score in discrete form: for a certainty, the distance |y − x|.
///
/// Both in basis points; at least 0.
pub fn pinball(forecast: &Quantiles, outcome: f64) -> f64 {
    let one = |(index, quantile): (usize, &f64)| {
        let (level, miss) = (level(index), outcome - quantile);
        (level * miss).max((level - 1.0) * miss)
    };
    2.0 / LEVELS as f64 * forecast.values().iter().enumerate().map(one).sum::<f64>()
}

/// The probabilities that a forecast and the public baseline gave to what happened: that the outcome falls between the
/// two of the baseline's quantiles between which it fell. Log₂ of their ratio is the forecast's information in bits: at
/// most log₂ 20 while the baseline's quantiles are all different.
///
/// All in basis points; both probabilities from 0 to 1.
pub fn evidence(forecast: &Quantiles, baseline: &Quantiles, outcome: f64) -> (f64, f64) {
    let edges = baseline.values();
    let place = edges.iter().take_while(|edge| **edge < outcome).count();
    let below = place.checked_sub(1).and_then(|index| edges.get(index));
    let above = edges.get(place);
    let mass = |quantiles: &Quantiles| {
        let low = below.map_or(0.0, |edge| quantiles.cdf(*edge));
        let high = above.map_or(1.0, |edge| quantiles.cdf(*edge));
        (high - low).clamp(0.0, 1.0)
    };
    // The baseline's own share is a twentieth but where its quantiles coincide.
    (mass(forecast), mass(baseline).max(STEP / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ladder() -> Quantiles {
        Quantiles::from_fn(|level| 20.0 * level - 10.0).expect("a forecast")
    }

    #[test]
    fn numbers_done_by_hand() {
        let certain = Quantiles::point(0.0).expect("a forecast");
        // The levels add up to 9.5, so that 2/19 of them is one.
        assert!((pinball(&certain, 10.0) - 10.0).abs() < 1e-12);
        assert!((pinball(&certain, -3.0) - 3.0).abs() < 1e-12);
        assert_eq!(pinball(&certain, 0.0), 0.0);
        // Σ i (10 − i) / 20 for i = 1 … 9 is 8.25, and as much on the other side: 16.5 · 2/19.
        assert!((pinball(&ladder(), 0.0) - 33.0 / 19.0).abs() < 1e-9);
        // Above all quantiles: Σ i/20 · (20 − (i − 10)) = 9.5 · 30 − 2470/20 = 161.5, times 2/19.
        assert!((pinball(&ladder(), 20.0) - 17.0).abs() < 1e-9);
    }

    #[test]
    fn bits_against_the_baseline() {
        let base = ladder();
        let near = |found: (f64, f64), right: (f64, f64)| {
            assert!((found.0 - right.0).abs() < 1e-9 && (found.1 - right.1).abs() < 1e-9, "{found:?}");
        };
        for outcome in [-100.0, -9.0, -0.5, 0.0, 8.5, 9.5] {
            near(evidence(&base, &base, outcome), (0.05, 0.05));
        }
        // Half as wide, a forecast gives twice as much to the middle.
        near(evidence(&base.stretched(0.5).expect("a forecast"), &base, 0.5), (0.1, 0.05));
        // Who is certain is right or has said that it can't be.
        let certain = Quantiles::point(0.25).expect("a forecast");
        near(evidence(&certain, &base, 0.5), (1.0, 0.05));
        near(evidence(&certain, &base, 1.5), (0.0, 0.05));
    }

    #[test]
    fn quantiles_that_coincide_share_their_probability() {
        let mut values = *ladder().values();
        values[8..11].fill(0.0);
        let base = Quantiles::new(&values).expect("a forecast");
        let (own, public) = evidence(&base, &base, 0.0);
        assert!((own - 0.15).abs() < 1e-9 && own == public, "{own} {public}");
    }

    proptest! {
        /// Over the outcomes that a forecast holds equally likely, no stretching of it costs less on average.
        #[test]
        fn honesty_costs_least(factor in 0.0..3.0f64) {
            let honest = ladder();
            let bent = honest.stretched(factor).expect("a forecast");
            let mean = |forecast: &Quantiles| -> f64 {
                (0..4000).map(|n| pinball(forecast, (f64::from(n) + 0.5) / 200.0 - 10.0)).sum::<f64>() / 4000.0
            };
            prop_assert!(mean(&honest) <= mean(&bent) + 1e-6);
        }

        #[test]
        fn a_loss_is_bounded_by_the_distances(outcome in -1e5..1e5f64, factor in 0.0..50.0f64) {
            let forecast = ladder().stretched(factor).expect("a forecast");
            let worst = forecast.values().iter().map(|value| (outcome - value).abs()).fold(0.0, f64::max);
            prop_assert!((0.0..=worst + 1e-9).contains(&pinball(&forecast, outcome)));
        }

        #[test]
        fn shares_of_a_forecast_are_a_whole(factor in 0.1..5.0f64) {
            let (base, forecast) = (ladder(), ladder().stretched(factor).expect("a forecast"));
            let middles = (0..20).map(|place| f64::from(place) - 9.5);
            let sum: f64 = middles.map(|outcome| evidence(&forecast, &base, outcome).0).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
        }
    }
}
