//! Where a newcomer begins.

/// Where a newcomer begins, unless a subnet says otherwise: at the lower quartile.
pub const QUARTILE: f64 = 0.25;

/// The estimate of a miner of whom nothing is known: what `part` (0 to 1) of the field's means lie below, 0 without a field
/// (a [`Book`](crate::scores::Book) without one says something else).
///
/// Below the middle, so that a new seat is never better than an old one that did middling work; above nothing, so
/// that good work shows soon.
pub fn prior(means: impl IntoIterator<Item = f64>, part: f64) -> f64 {
    let mut means: Vec<f64> = means.into_iter().filter(|mean| mean.is_finite()).collect();
    means.sort_by(f64::total_cmp);
    let place = (means.len() as f64 * part.clamp(0.0, 1.0)) as usize;
    means.get(place.min(means.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nobody_is_no_field() {
        assert_eq!(prior([], QUARTILE), 0.0);
        assert_eq!(prior([f64::NAN], QUARTILE), 0.0);
    }

    #[test]
    fn the_worst_decile_and_the_ends() {
        let field = || (0..20).map(f64::from);
        assert_eq!([0.0, 0.1, 0.25, 1.0].map(|part| prior(field(), part)), [0.0, 2.0, 5.0, 19.0]);
        assert_eq!(prior([0.4, 0.2], 0.1), 0.2);
        assert_eq!(prior([0.4, 0.2], f64::NAN), 0.2, "no number is no part");
    }

    proptest! {
        #[test]
        fn a_quarter_lies_below_and_three_quarters_do_not(means in proptest::collection::vec(0.0..1.0f64, 1..100)) {
            let found = prior(means.clone(), QUARTILE);
            let below = means.iter().filter(|mean| **mean < found).count();
            let above = means.iter().filter(|mean| **mean > found).count();
            prop_assert!(means.contains(&found));
            prop_assert!(below * 4 <= means.len() && above <= means.len() - means.len() / 4);
        }

        #[test]
        fn the_order_of_seats_does_not_matter(means in proptest::collection::vec(0.0..1.0f64, 1..50)) {
            let turned: Vec<f64> = means.iter().rev().copied().collect();
            prop_assert_eq!(prior(means, QUARTILE), prior(turned, QUARTILE));
        }
    }
}
