//! Products of 256 bits, so that a quotient is exact where 128 bits would overflow.

/// The 256-bit product of `a` and `b`: high and low half.
const fn product(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0) = (a >> 64, a & LOW);
    let (b1, b0) = (b >> 64, b & LOW);
    let low = a0 * b0;
    // Neither sum overflows: (2⁶⁴ − 1)² + 2·(2⁶⁴ − 1) = 2¹²⁸ − 1.
    let middle = a1 * b0 + (low >> 64);
    let cross = a0 * b1 + (middle & LOW);
    (a1 * b1 + (middle >> 64) + (cross >> 64), (cross << 64) | (low & LOW))
}

/// ⌊`a` · `b` / `divisor`⌋ and the remainder, or `None` when the divisor is 0 or the quotient exceeds 128 bits.
pub(crate) const fn mul_div(a: u128, b: u128, divisor: u128) -> Option<(u128, u128)> {
    let (mut high, mut low) = product(a, b);
    if divisor == 0 || high >= divisor {
        return None;
    }
    if high == 0 {
        return Some((low / divisor, low % divisor));
    }
    // Long division, one bit at a time: `high` is the remainder so far, `low` gives its bits and takes the quotient's.
    let mut bit = 0;
    while bit < 128 {
        let carry = high >> 127;
        high = (high << 1) | (low >> 127);
        low <<= 1;
        if carry == 1 || high >= divisor {
            high = high.wrapping_sub(divisor);
            low |= 1;
        }
        bit += 1;
    }
    Some((low, high))
}

/// [`mul_div`], rounded up.
pub(crate) const fn mul_div_up(a: u128, b: u128, divisor: u128) -> Option<u128> {
    match mul_div(a, b, divisor) {
        Some((quotient, 0)) => Some(quotient),
        Some((quotient, _)) => quotient.checked_add(1),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn extremes() {
        assert_eq!(product(u128::MAX, u128::MAX), (u128::MAX - 1, 1));
        assert_eq!(mul_div(u128::MAX, u128::MAX, u128::MAX), Some((u128::MAX, 0)));
        assert_eq!(mul_div(u128::MAX, 2, 1), None);
        assert_eq!(mul_div(1, 1, 0), None);
        assert_eq!(mul_div_up(10, 10, 3), Some(34));
        assert_eq!(mul_div_up(u128::MAX, u128::MAX, u128::MAX - 1), None);
    }

    proptest! {
        #[test]
        fn quotient_and_remainder_rebuild_the_product(a: u128, b: u128, divisor: u128) {
            match mul_div(a, b, divisor) {
                Some((quotient, remainder)) => {
                    prop_assert!(remainder < divisor);
                    let (high, low) = product(quotient, divisor);
                    let (sum, carry) = low.overflowing_add(remainder);
                    prop_assert_eq!((high + u128::from(carry), sum), product(a, b));
                }
                None => prop_assert!(divisor == 0 || product(a, b).0 >= divisor),
            }
        }
    }
}
