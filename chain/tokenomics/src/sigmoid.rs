//! The logistic function in whole numbers, so that every node computes the same bits.

/// 1 with 64 fractional bits.
const ONE: u128 = 1 << 64;
/// ln 2 with 64 fractional bits.
const LN_2: u128 = 12_786_308_645_202_655_660;
/// Terms of the series: for x < ln 2 the next one is below 2⁻⁷⁰.
const TERMS: u128 = 21;
/// Fractional bits of [`sigmoid`].
const SIGMOID_BITS: u32 = 62;

/// e^(−x), 64 fractional bits in and out.
fn exp_of_minus(x: u128) -> u128 {
    let (halvings, rest) = (x / LN_2, x % LN_2);
    // 1 − x(1 − x/2 (1 − x/3 (…))): every bracket lies between 0 and 1, so nothing is signed and nothing overflows.
    let series = (1..=TERMS).rev().fold(ONE, |bracket, term| ONE - ((rest * bracket) >> 64) / term);
    u32::try_from(halvings).ok().and_then(|halvings| series.checked_shr(halvings)).unwrap_or(0)
}

/// 1 / (1 + e^(−rho · (x − kappa))) for `x` and `kappa` with 64 fractional bits; the result has 62 and is at
/// least 1 bit.
pub(crate) fn sigmoid(x: u128, kappa: u128, rho: u16) -> u128 {
    let exp = exp_of_minus(x.abs_diff(kappa).saturating_mul(rho.into()));
    let above = (ONE << SIGMOID_BITS) / (ONE + exp);
    let result = if x >= kappa { above } else { (1 << SIGMOID_BITS) - above };
    // An infinitesimal consensus must still tell subnets apart.
    result.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn real(fixed: u128, bits: u32) -> f64 {
        fixed as f64 / 2f64.powi(bits as i32)
    }

    proptest! {
        #[test]
        fn agrees_with_floating_point(x in 0..=ONE, kappa in 0..=ONE, rho in 0u16..=100) {
            let expected = 1.0 / (1.0 + (-f64::from(rho) * (real(x, 64) - real(kappa, 64))).exp());
            let got = real(sigmoid(x, kappa, rho), SIGMOID_BITS);
            prop_assert!((got - expected).abs() < 1e-13, "{got} {expected}");
        }

        #[test]
        fn rises(x in 0..=ONE, step in 0..=ONE, kappa in 0..=ONE, rho: u16) {
            // Truncation of the series can cost its last bits.
            prop_assert!(sigmoid(x + step, kappa, rho) + 64 >= sigmoid(x, kappa, rho));
        }

        #[test]
        fn total(x: u128, kappa: u128, rho: u16) {
            let value = sigmoid(x, kappa, rho);
            prop_assert!((1..=1u128 << SIGMOID_BITS).contains(&value));
        }
    }

    #[test]
    fn known_values() {
        assert_eq!(sigmoid(5, 5, 10), 1 << (SIGMOID_BITS - 1));
        assert!((real(exp_of_minus(ONE), 64) - (-1f64).exp()).abs() < 1e-15);
        assert_eq!(exp_of_minus(0), ONE);
        assert_eq!(exp_of_minus(u128::MAX), 0);
    }
}
