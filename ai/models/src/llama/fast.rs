//! Plain loops that the compiler makes wide where the processor is, and the exponential that lets it.

use pulp::NullaryFnOnce;

/// Runs `op` compiled for AVX2 where this processor has it. What `op` calls must be inlined for that to help.
pub(crate) fn run<Op: NullaryFnOnce>(op: Op) -> Op::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = pulp::x86::V3::try_new() {
        return lanes.vectorize(op);
    }
    op.call()
}

/// 1.5 × 2²³: added to a small number, it rounds that to a whole one and leaves it in the lowest bits.
pub(crate) const ROUNDING: f32 = 12_582_912.0;

/// e to the power of x, within a few of the last places, without a branch or a call; what would be below 1e-37 is that.
///
/// x = n·ln 2 + r with |r| ≤ ½ ln 2: 2ⁿ is a matter of the exponent's bits, and eʳ the first terms of its series.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Comparisons that are false for what is no number, which so stays none.
    let x = if x < -85.0 { -85.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUNDING;
    let n = shifted - ROUNDING;
    // ln 2 in two parts, the first with so few digits that its product with n is exact.
    let r = (x - n * (355.0 / 512.0)) + n * 2.121_944_4e-4;
    let series = 1.0 / 720.0;
    let series = series * r + 1.0 / 120.0;
    let series = series * r + 1.0 / 24.0;
    let series = series * r + 1.0 / 6.0;
    let series = series * r + 0.5;
    let series = series * r + 1.0;
    let series = series * r + 1.0;
    series * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// The sum, eight partial ones at a time.
#[inline(always)]
pub(crate) fn sum(numbers: &[f32]) -> f32 {
    let (eights, rest) = numbers.as_chunks::<8>();
    let mut sums = [0.0f32; 8];
    for eight in eights {
        for (sum, number) in sums.iter_mut().zip(eight) {
            *sum += number;
        }
    }
    folded(sums) + rest.iter().sum::<f32>()
}

/// The sum of eight, as a tree: no addition waits for more than two others.
#[inline(always)]
pub(crate) fn folded([a, b, c, d, e, f, g, h]: [f32; 8]) -> f32 {
    ((a + e) + (b + f)) + ((c + g) + (d + h))
}

/// The greatest, eight at a time; −∞ for none. What is no number doesn't count.
#[inline(always)]
pub(crate) fn greatest(numbers: &[f32]) -> f32 {
    let (eights, rest) = numbers.as_chunks::<8>();
    let mut most = [f32::NEG_INFINITY; 8];
    for eight in eights {
        for (most, number) in most.iter_mut().zip(eight) {
            *most = if *number > *most { *number } else { *most };
        }
    }
    most.iter().chain(rest).fold(f32::NEG_INFINITY, |most, x| if *x > most { *x } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_right_over_its_whole_range() {
        for step in -85_000i32..=88_000 {
            let x = step as f32 / 1000.0;
            let (found, wanted) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((found / wanted - 1.0).abs() < 1e-6, "e^{x}: {found} instead of {wanted}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NEG_INFINITY) < 1e-36 && exp(1e9).is_finite() && exp(f32::NAN).is_nan());
    }

    #[test]
    fn sums_and_greatest_numbers_of_any_length() {
        let numbers: Vec<f32> = (0..80).map(|i| ((i * 7) % 11) as f32 - 4.0).collect();
        for length in 0..=numbers.len() {
            let some = &numbers[..length];
            assert_eq!(sum(some), some.iter().sum::<f32>());
            assert_eq!(greatest(some), some.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        }
        assert_eq!(greatest(&[f32::NAN, 1.0]), 1.0);
    }
}
