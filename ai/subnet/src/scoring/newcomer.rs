//! Where a newcomer begins.

/// The estimate of a miner of whom nothing is known: the lower quartile of the field's means, 0 without a field.
///
/// Below the middle, so that a new seat is never better than an old one that did middling work; above nothing, so
/// that good work shows soon.
pub fn prior(means: impl IntoIterator<Item = f64>) -> f64 {
    let mut means: Vec<f64> = means.into_iter().filter(|mean| mean.is_finite()).collect();
    means.sort_by(f64::total_cmp);
    means.get(means.len() / 4).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nobody_is_no_field() {
        assert_eq!(prior([]), 0.0);
        assert_eq!(prior([f64::NAN]), 0.0);
    }

    proptest! {
        #[test]
        fn a_quarter_lies_below_and_three_quarters_do_not(means in proptest::collection::vec(0.0..1.0f64, 1..100)) {
            let found = prior(means.clone());
            let below = means.iter().filter(|mean| **mean < found).count();
            let above = means.iter().filter(|mean| **mean > found).count();
            prop_assert!(means.contains(&found));
            prop_assert!(below * 4 <= means.len() && above <= means.len() - means.len() / 4);
        }

        #[test]
        fn the_order_of_seats_does_not_matter(means in proptest::collection::vec(0.0..1.0f64, 1..50)) {
            let turned: Vec<f64> = means.iter().rev().copied().collect();
            prop_assert_eq!(prior(means), prior(turned));
        }
    }
}
