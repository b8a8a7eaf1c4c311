//! Conformance of the vector functions, and the arithmetic underneath.

use ganglion_yuma::fixed::{I64F64, I96F32};
use ganglion_yuma::math::{
    check_max_limited, logistic_parameters, max_upscale, max_upscale_u16, quantile, weighted_median,
};
use ganglion_yuma::I32F32;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases<T> {
    cases: Vec<T>,
}

#[derive(Deserialize)]
struct Upscale<T> {
    r#in: Vec<T>,
    out: Vec<u16>,
}

#[derive(Deserialize)]
struct Limit {
    r#in: Vec<u16>,
    limit: u16,
    ok: bool,
}

#[derive(Deserialize)]
struct Median {
    stake: Vec<f64>,
    score: Vec<f64>,
    out: f64,
}

#[derive(Deserialize)]
struct Quantile {
    data: Vec<f64>,
    cases: Vec<QuantileCase>,
}

#[derive(Deserialize)]
struct QuantileCase {
    q: f64,
    out: f64,
}

#[derive(Deserialize)]
struct Logistic {
    alpha_high: f64,
    alpha_low: f64,
    consensus_high: f64,
    consensus_low: f64,
    a_approx: f64,
    b_approx: f64,
    tolerance: f64,
}

#[derive(Deserialize)]
struct File {
    max_upscale_to_u16: Cases<Upscale<f64>>,
    u16_max_upscale: Cases<Upscale<u16>>,
    check_max_limited: Cases<Limit>,
    weighted_median: Cases<Median>,
    quantile: Quantile,
    logistic: Logistic,
}

fn vectors() -> File {
    serde_json::from_str(include_str!("vectors/math.json")).unwrap()
}

/// Nearest, halves to even: how literals are converted.
fn fixed(value: f64) -> I32F32 {
    I32F32::from_bits((value * 4_294_967_296.0).round_ties_even() as i64)
}

fn float(value: I32F32) -> f64 {
    value.to_bits() as f64 / 4_294_967_296.0
}

fn all(values: &[f64]) -> Vec<I32F32> {
    values.iter().copied().map(fixed).collect()
}

#[test]
fn upscaling() {
    let vectors = vectors();
    assert_eq!((vectors.max_upscale_to_u16.cases.len(), vectors.u16_max_upscale.cases.len()), (5, 5));
    for case in vectors.max_upscale_to_u16.cases {
        assert_eq!(max_upscale(&all(&case.r#in)), case.out, "{:?}", case.r#in);
    }
    for case in vectors.u16_max_upscale.cases {
        assert_eq!(max_upscale_u16(&case.r#in), case.out, "{:?}", case.r#in);
    }
    assert!(max_upscale(&[]).is_empty());
    assert_eq!(max_upscale(&[I32F32::MIN, I32F32::ZERO]), [0, 0]);
    assert_eq!(max_upscale(&[I32F32::MAX, I32F32::MIN]), [65_535, 0]);
}

#[test]
fn weight_limits() {
    let cases = vectors().check_max_limited.cases;
    assert_eq!(cases.len(), 8);
    for case in cases {
        assert_eq!(check_max_limited(&case.r#in, case.limit), case.ok, "{:?} at {}", case.r#in, case.limit);
    }
}

#[test]
fn medians() {
    let cases = vectors().weighted_median.cases;
    assert_eq!(cases.len(), 6);
    for case in cases {
        let found = weighted_median(&all(&case.stake), &all(&case.score), fixed(0.51));
        assert_eq!(found, fixed(case.out), "{:?} {:?}", case.stake, case.score);
    }
}

#[test]
fn quantiles() {
    let Quantile { data, cases } = vectors().quantile;
    assert_eq!(cases.len(), 6);
    for case in cases {
        let hundredths = (case.q * 100.0).round() as u32;
        assert_eq!(quantile(&mut all(&data), hundredths, 100), fixed(case.out), "{}", case.q);
    }
    assert_eq!(quantile(&mut [], 1, 2), I32F32::ZERO);
    assert_eq!(quantile(&mut [I32F32::ONE], 1, 0), I32F32::ZERO);
    assert_eq!(quantile(&mut [I32F32::ONE, I32F32::ZERO], 7, 2), I32F32::ONE);
}

#[test]
fn logistic_curve() {
    let case = vectors().logistic;
    let (a, b) = logistic_parameters(
        fixed(case.alpha_high),
        fixed(case.alpha_low),
        fixed(case.consensus_high),
        fixed(case.consensus_low),
    );
    assert!((float(a) - case.a_approx).abs() < case.tolerance, "{a}");
    assert!((float(b) - case.b_approx).abs() < case.tolerance, "{b}");
    let flat = (I32F32::ZERO, I32F32::ZERO);
    assert_eq!(logistic_parameters(fixed(0.9), I32F32::ZERO, fixed(0.8), fixed(0.2)), flat);
    assert_eq!(logistic_parameters(fixed(0.9), fixed(0.1), fixed(0.2), fixed(0.2)), flat);
}

#[test]
fn rounding_of_negative_values() {
    let (minus_one, half) = (I32F32::from_int(-1), I32F32::from_bits(1 << 31));
    let least = I32F32::from_bits(1);
    assert_eq!(I32F32::from_bits(-1).saturating_mul(half), I32F32::from_bits(-1), "products round down");
    assert_eq!(I32F32::from_bits(-1).saturating_div(I32F32::from_int(2)), I32F32::ZERO, "quotients truncate");
    assert_eq!(minus_one.saturating_mul(half).round(), -1);
    assert_eq!(half.round(), 1);
    assert_eq!(I32F32::from_bits(-1).floor(), -1);
    assert_eq!(I32F32::MAX.saturating_mul(minus_one), I32F32::from_bits(-i64::MAX));
    assert_eq!(I32F32::MIN.saturating_mul(minus_one), I32F32::MAX);
    assert_eq!(I32F32::MIN.saturating_div(least), I32F32::MIN);
    assert_eq!(I32F32::ONE.checked_div(I32F32::ZERO), None);
    assert_eq!(I32F32::MIN.round(), -(1 << 31));
    assert_eq!(minus_one.to_string(), "-1.000000000");
    assert_eq!(half.to_string(), "0.500000000");
}

#[test]
fn proportions() {
    for value in [0, 1, 32_767, 65_534, 65_535] {
        let back = I32F32::from_proportion_u16(value).to_proportion_u16();
        assert!(value - back <= 1, "{value} came back as {back}");
    }
    assert_eq!(I32F32::from_proportion_u16(65_535), I32F32::ONE);
    assert_eq!(I32F32::MAX.to_proportion_u16(), 65_535);
    assert_eq!(I32F32::MIN.to_proportion_u16(), 0);
}

#[test]
fn logarithm_and_exponential_have_edges() {
    assert_eq!(I32F32::ONE.log2(), Some(I32F32::ZERO));
    assert_eq!(I32F32::from_int(8).log2(), Some(I32F32::from_int(3)));
    assert_eq!(fixed(0.25).log2(), Some(I32F32::from_int(-2)));
    assert_eq!(I32F32::ZERO.ln(), None);
    assert_eq!(I32F32::MIN.ln(), None);
    // Its inverse is beyond the range.
    assert_eq!(I32F32::from_bits(1).log2(), None);
    assert_eq!(I32F32::ZERO.exp(), Some(I32F32::ONE));
    // e has 23 fractional bits.
    assert_eq!(I32F32::ONE.exp(), Some(I32F32::from_bits(22_802_600 << 9)));
    assert_eq!(I32F32::from_int(30).exp(), None);
    assert_eq!(I32F32::MIN.exp(), None);
}

proptest! {
    #[test]
    fn narrow_arithmetic_is_exact(a: i64, b: i64, shift in 0..60u32) {
        let (a, b) = (a >> shift, b >> (shift / 2));
        let product = (i128::from(a) * i128::from(b)) >> 32;
        let (x, y) = (I32F32::from_bits(a), I32F32::from_bits(b));
        prop_assert_eq!(x.checked_mul(y).map(|v| i128::from(v.to_bits())),
            i64::try_from(product).ok().map(i128::from));
        prop_assume!(b != 0);
        let quotient = (i128::from(a) << 32) / i128::from(b);
        prop_assert_eq!(x.checked_div(y).map(|v| i128::from(v.to_bits())),
            i64::try_from(quotient).ok().map(i128::from));
    }

    #[test]
    fn wide_arithmetic_is_exact_where_it_can_be_checked(a: i64, b: i64, shift in 0..60u32) {
        // Raw bits of 64 bits have products of 128, which `i128` can hold.
        let (a, b) = (i128::from(a >> shift), i128::from(b));
        let product = a * b;
        prop_assert_eq!(I64F64::from_bits(a).checked_mul(I64F64::from_bits(b)).map(I64F64::to_bits), Some(product >> 64));
        prop_assert_eq!(I96F32::from_bits(a).checked_mul(I96F32::from_bits(b)).map(I96F32::to_bits), Some(product >> 32));
        prop_assume!(b != 0);
        prop_assert_eq!(I96F32::from_bits(a).checked_div(I96F32::from_bits(b)).map(I96F32::to_bits),
            Some((a << 32) / b));
        prop_assert_eq!(I64F64::from_bits(a >> 2).checked_div(I64F64::from_bits(b)).map(I64F64::to_bits),
            Some(((a >> 2) << 64) / b));
    }

    #[test]
    fn wide_operations_undo_each_other(a: i128, shift in 0..90u32, b in 1..1_000_000i128) {
        let (value, factor) = (I64F64::from_bits(a >> (shift + 30)), I64F64::from_bits(b << 64));
        let there = value.checked_mul(factor).unwrap();
        prop_assert_eq!(there.checked_div(factor), Some(value));
        prop_assert_eq!(I64F64::MAX.checked_mul(I64F64::from_bits(2 << 64)), None);
        prop_assert_eq!(I64F64::MIN.saturating_mul(I64F64::from_bits(2 << 64)), I64F64::MIN);
    }

    #[test]
    fn stakes_normalise_like_i64f64(a in 0..1u64 << 62, b in 1..1u64 << 62) {
        let ratio = I64F64::from_int(a.min(b)).checked_div(I64F64::from_int(b)).unwrap().to_i32f32();
        prop_assert_eq!(i128::from(ratio.to_bits()), (i128::from(a.min(b)) << 32) / i128::from(b));
    }

    #[test]
    fn logarithms_and_exponentials_are_close(x in 1e-3..7.0f64) {
        // The series has 31 terms: enough for small exponents, which is what a logistic curve is made of.
        let value = fixed(x);
        prop_assert!((float(value.ln().unwrap()) - x.ln()).abs() < 1e-5);
        prop_assert!((float(value.exp().unwrap()) / x.exp() - 1.0).abs() < 1e-4);
        let negative = I32F32::ZERO.saturating_sub(value).exp().unwrap();
        prop_assert!((float(negative) - (-x).exp()).abs() < 1e-6);
    }

    #[test]
    fn transcendentals_do_not_panic(bits: i64) {
        let value = I32F32::from_bits(bits);
        prop_assert_eq!(value.ln().is_some(), value.log2().is_some());
        prop_assert!(value.exp().is_none_or(|grown| grown >= I32F32::ZERO));
    }
}
