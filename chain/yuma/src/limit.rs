//! Keeping the largest weights of a row within the subnet's limit: the ledger does it to a row that lost neurons between
//! commit and reveal, validators to what they are about to set.

use alloc::vec::Vec;

/// Full scale of a weight and of the limit.
const SCALE: u128 = 65_535;

/// The row `values`, scaled so that its largest value is 65535, with the largest ones lowered until none takes more than
/// `limit`/65535 of the sum; `None` if too few values aren't zero for that.
///
/// With the `k` largest lowered to one height c and a rest of R, c may be L·R / (65535 − k·L). The values below c keep
/// their proportions, rounded up, which only lowers the share of the largest.
pub fn lower_to(values: &[u16], limit: u16) -> Option<Vec<u16>> {
    let mut falling: Vec<u128> = values.iter().map(|value| u128::from(*value)).collect();
    falling.sort_unstable_by(|one, other| other.cmp(one));
    let limit = u128::from(limit);
    let mut rest: u128 = falling.iter().sum();
    let largest = *falling.first()?;
    if largest.saturating_mul(SCALE) <= limit.saturating_mul(rest) {
        return scaled(values, largest, 1);
    }
    for (index, value) in falling.iter().enumerate() {
        rest = rest.saturating_sub(*value);
        let next = falling.get(index.saturating_add(1)).copied().unwrap_or(0);
        let lowered = (index as u128).saturating_add(1).saturating_mul(limit);
        if lowered >= SCALE {
            // This many equal values are within the limit by themselves.
            return scaled(values, *value, 1);
        }
        let room = SCALE.saturating_sub(lowered);
        if next.saturating_mul(room) <= limit.saturating_mul(rest) {
            return scaled(values, limit.saturating_mul(rest), room);
        }
    }
    None
}

/// The values in relation to the height `numerator` / `denominator`, which becomes 65535, as does what lies above.
fn scaled(values: &[u16], numerator: u128, denominator: u128) -> Option<Vec<u16>> {
    let scale = |value: &u16| {
        let product = u128::from(*value).saturating_mul(SCALE).saturating_mul(denominator);
        // At most 65535.
        (numerator > 0).then(|| product.div_ceil(numerator).min(SCALE) as u16)
    };
    values.iter().map(scale).collect()
}

#[cfg(test)]
mod tests {
    use super::lower_to;
    use crate::math::check_max_limited;
    use proptest::prelude::*;

    #[test]
    fn what_is_within_the_limit_stays_but_for_scale() {
        assert_eq!(lower_to(&[1, 1, 2], 40_000), Some(vec![32_768, 32_768, 65_535]));
    }

    #[test]
    fn the_largest_are_lowered_to_one_height() {
        // A third each at most: the two large ones come down to the third's height.
        assert_eq!(lower_to(&[30, 10, 20], 21_845), Some(vec![65_535, 65_535, 65_535]));
        // Half at most: 90 comes down to the sum of the others.
        assert_eq!(lower_to(&[90, 20, 10], 32_767).map(|row| row[0]), Some(65_535));
        assert!(check_max_limited(&lower_to(&[90, 20, 10], 32_767).expect("fits"), 32_767));
    }

    #[test]
    fn too_few_values_fit_no_limit() {
        assert_eq!(lower_to(&[5, 5, 0], 20_000), None);
        assert_eq!(lower_to(&[], 20_000), None);
        assert_eq!(lower_to(&[0, 0], 65_535), None);
    }

    proptest! {
        #[test]
        fn whatever_fits_keeps_the_limit_and_the_order(
            values in prop::collection::vec(0u16.., 1..64),
            limit in 1u16..,
        ) {
            let positive = values.iter().filter(|value| **value > 0).count();
            match lower_to(&values, limit) {
                None => prop_assert!(positive * usize::from(limit) < 65_535),
                Some(row) => {
                    prop_assert!(check_max_limited(&row, limit));
                    prop_assert_eq!(row.iter().max(), Some(&65_535));
                    for (value, lowered) in values.iter().zip(&row) {
                        prop_assert_eq!(*value == 0, *lowered == 0);
                        for (other, other_lowered) in values.iter().zip(&row) {
                            prop_assert!(value < other || lowered >= other_lowered);
                        }
                    }
                }
            }
        }
    }
}
