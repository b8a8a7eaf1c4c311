//! Quotients and products of non-negative scores in plain 64-bit arithmetic.
//!
//! Nearly every division of an epoch divides a whole column (or row) by its sum. A [`Reciprocal`] pays for the
//! division once and turns the rest into two multiplications, with exactly the bits of a truncating `I32F32`
//! division. No 128-bit integers: they are slow in Wasm.

/// One, in raw `I32F32` bits.
pub(crate) const ONE: u64 = 1 << 32;

/// Exact division by a fixed divisor: `floor(a × 2³² / b)`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reciprocal {
    divisor: u64,
    inverse: u64,
}

impl Reciprocal {
    /// For a divisor of at most 2³³. A divisor of zero divides everything to zero, as a sum of nothing leaves a
    /// vector of noughts unchanged.
    pub fn new(divisor: u64) -> Self {
        debug_assert!(divisor <= 2 * ONE);
        Self { divisor, inverse: u64::MAX.checked_div(divisor).unwrap_or(0) }
    }

    /// `floor(value × 2³² / divisor)` for `value ≤ divisor ≤ 2³²`.
    ///
    /// With `inverse = 2⁶⁴/b − e`, `0 < e ≤ 1`, the estimate `value × inverse / 2³²` lies below the true quotient by
    /// `value × e / 2³² ≤ 1`, so its floor is at most one too small; the remainder tells. The remainder is below
    /// 2b and therefore survives the wrapping arithmetic even where `value × 2³²` does not.
    #[inline(always)]
    pub fn divide(self, value: u64) -> u64 {
        debug_assert!(value <= self.divisor && self.divisor <= ONE);
        let estimate = value.wrapping_mul(self.inverse) >> 32;
        let rest = (value << 32).wrapping_sub(estimate.wrapping_mul(self.divisor));
        estimate + u64::from(rest >= self.divisor && self.divisor != 0)
    }

    /// As [`divide`](Self::divide), for divisors up to 2³³ (sums of two normalised vectors): the estimate may be two
    /// too small.
    #[inline]
    pub fn divide_wide(self, value: u64) -> u64 {
        debug_assert!(value <= self.divisor);
        if self.divisor == 0 {
            return 0;
        }
        let mut quotient = value.wrapping_mul(self.inverse) >> 32;
        let mut rest = (value << 32).wrapping_sub(quotient.wrapping_mul(self.divisor));
        while rest >= self.divisor {
            rest = rest.wrapping_sub(self.divisor);
            quotient += 1;
        }
        quotient
    }
}

/// `floor(a × b / 2³²)` for two proportions (each at most one).
#[inline(always)]
pub(crate) fn multiply(a: u64, b: u64) -> u64 {
    debug_assert!(a <= ONE && b <= ONE);
    // Only 1 × 1 leaves 64 bits.
    if b == ONE {
        a
    } else {
        (a * b) >> 32
    }
}

/// `floor(part × 2³² / whole)` for one quotient of proportions, `part ≤ whole ≤ 2³²`; 0 if the whole is 0.
#[inline]
pub(crate) fn quotient(part: u64, whole: u64) -> u64 {
    debug_assert!(part <= whole && whole <= ONE);
    if part == whole {
        return if whole == 0 { 0 } else { ONE };
    }
    (part << 32).checked_div(whole).unwrap_or(0)
}

/// `floor(part × 2³² / whole)` for amounts of any size, `part ≤ whole`; 0 if the whole is 0.
///
/// Dividing in `I64F64` and flooring to `I32F32` gives the same bits, because a floor of a floor is the floor.
pub(crate) fn amount_ratio(part: u64, whole: u128) -> u64 {
    if u128::from(part) >= whole {
        return if whole == 0 { 0 } else { ONE };
    }
    let Ok(divisor) = u64::try_from(whole) else {
        // Only sums beyond 2⁶⁴ come here.
        return ((u128::from(part) << 32) / whole) as u64;
    };
    // Long division in chunks of as many bits as the divisor leaves free.
    let free = divisor.leading_zeros();
    if free < 8 {
        return ((u128::from(part) << 32) / whole) as u64;
    }
    let (mut rest, mut ratio, mut left) = (part, 0u64, 32u32);
    while left > 0 {
        let step = free.min(left);
        rest <<= step;
        ratio = (ratio << step) | (rest / divisor);
        rest %= divisor;
        left -= step;
    }
    ratio
}

/// `floor(share × amount / 2³²)`: the whole RAO that a proportion of an amount comes to.
pub(crate) fn share_of(share: u64, amount: u64) -> u64 {
    debug_assert!(share <= ONE);
    // The upper half times the share is a whole number of RAO, so flooring the lower part alone loses nothing.
    share * (amount >> 32) + multiply(amount & (ONE - 1), share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(a: u64, b: u64) -> u64 {
        u64::try_from((u128::from(a) << 32) / u128::from(b)).unwrap()
    }

    #[test]
    fn ends_of_the_range() {
        for b in [1, 2, 3, 65_535, ONE - 1, ONE] {
            for a in [0, 1, b / 2, b - 1, b] {
                assert_eq!(Reciprocal::new(b).divide(a), exact(a, b), "{a} / {b}");
                assert_eq!(quotient(a, b), exact(a, b), "{a} / {b}");
            }
        }
        assert_eq!(Reciprocal::new(2 * ONE).divide_wide(2 * ONE), ONE);
        assert_eq!(Reciprocal::new(2 * ONE).divide_wide(ONE), ONE / 2);
        assert_eq!(Reciprocal::new(0).divide(0), 0);
        assert_eq!(multiply(ONE, ONE), ONE);
        assert_eq!(share_of(ONE, u64::MAX), u64::MAX);
        assert_eq!(amount_ratio(u64::MAX, u128::from(u64::MAX) * 3), ONE / 3);
    }

    proptest! {
        #[test]
        fn reciprocal_is_truncating_division(b in 1..=ONE, part in 0..=u64::MAX) {
            let a = part % (b + 1);
            prop_assert_eq!(Reciprocal::new(b).divide(a), exact(a, b));
            prop_assert_eq!(quotient(a, b), exact(a, b));
        }

        #[test]
        fn wide_reciprocal_is_truncating_division(b in 1..=2 * ONE, part in 0..=u64::MAX) {
            let a = part % (b + 1);
            prop_assert_eq!(Reciprocal::new(b).divide_wide(a), exact(a, b));
        }

        #[test]
        fn products_and_shares_are_floors(a in 0..=ONE, b in 0..=ONE, amount: u64) {
            prop_assert_eq!(u128::from(multiply(a, b)), (u128::from(a) * u128::from(b)) >> 32);
            prop_assert_eq!(u128::from(share_of(a, amount)), (u128::from(a) * u128::from(amount)) >> 32);
        }

        #[test]
        fn amounts_divide_like_i64f64(part in 0..=u64::MAX, more in 0..=u64::MAX, shift in 0..63u32) {
            let part = part >> shift;
            let whole = u128::from(part) + u128::from(more >> shift);
            prop_assume!(whole > 0);
            prop_assert_eq!(u128::from(amount_ratio(part, whole)), (u128::from(part) << 32) / whole);
        }
    }
}
