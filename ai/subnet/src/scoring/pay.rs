//! From worth to pay.

/// How pay grows with worth: each worth to the power `steepness`, the best being 1. With a steepness of 3, half the worth
/// is an eighth of the pay. A worth that is negative or no number is 0; without a positive one, everything is.
pub fn shares(worths: &[f64], steepness: f64) -> Vec<f64> {
    let sound = |worth: f64| if worth.is_finite() { worth.max(0.0) } else { 0.0 };
    let best = worths.iter().map(|worth| sound(*worth)).fold(0.0, f64::max);
    let share = |worth: &f64| match best > 0.0 && sound(*worth) > 0.0 {
        true => (sound(*worth) / best).powf(steepness.max(0.0)),
        false => 0.0,
    };
    worths.iter().map(share).collect()
}

/// Shares as the chain takes them: the largest becomes 65 535. Without a positive share the vector is empty, since the
/// chain takes no weights that are all 0.
pub fn weights(shares: &[f64]) -> Vec<u16> {
    let best = shares.iter().copied().filter(|share| share.is_finite()).fold(0.0, f64::max);
    if best <= 0.0 {
        return Vec::new();
    }
    let most = f64::from(u16::MAX);
    shares.iter().map(|share| (share / best * most).round().clamp(0.0, most) as u16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_worth_is_no_pay() {
        assert_eq!(shares(&[f64::NAN, -1.0, f64::INFINITY, 0.5], 3.0), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(shares(&[0.0, -3.0], 3.0), [0.0, 0.0]);
        assert!(weights(&[0.0, f64::NAN]).is_empty() && weights(&[]).is_empty());
        assert_eq!(weights(&[f64::NAN, 1.0]), [0, u16::MAX]);
    }

    proptest! {
        #[test]
        fn order_is_kept_and_the_best_has_all(
            worths in proptest::collection::vec(0.001..1.0f64, 1..50),
            steepness in 0.5..8.0f64,
        ) {
            let paid = shares(&worths, steepness);
            prop_assert!(paid.iter().all(|share| (0.0..=1.0).contains(share)) && paid.contains(&1.0));
            for (i, a) in worths.iter().enumerate() {
                for (j, b) in worths.iter().enumerate() {
                    prop_assert!(a > b || paid[i] <= paid[j]);
                }
            }
            let weights = weights(&paid);
            prop_assert!(weights.len() == worths.len() && weights.contains(&u16::MAX));
        }

        #[test]
        fn steeper_is_less_for_all_but_the_best(
            worths in proptest::collection::vec(0.001..1.0f64, 1..50),
            steepness in 0.5..4.0f64,
        ) {
            let (gentle, steep) = (shares(&worths, steepness), shares(&worths, steepness * 2.0));
            prop_assert!(gentle.iter().zip(&steep).all(|(gentle, steep)| steep <= gentle));
        }

        #[test]
        fn only_proportions_count(worths in proptest::collection::vec(0.001..1.0f64, 1..50), scale in 0.01..100.0f64) {
            let scaled: Vec<f64> = worths.iter().map(|worth| worth * scale).collect();
            let (one, other) = (shares(&worths, 3.0), shares(&scaled, 3.0));
            prop_assert!(one.iter().zip(&other).all(|(one, other)| (one - other).abs() < 1e-9));
        }
    }
}
