//! The products themselves.

use super::activations::Activations;
use super::matrix::{Numbers, Packed, BLOCK};

/// The products of `x` with the matrix's rows from `first` on, as many as `out` has places.
pub(super) fn rows(matrix: &Packed, first: usize, x: &Activations, out: &mut [f32]) {
    matrix.lanes.vectorize(Rows { matrix, first, x, out });
}

/// The weights from row `first` on in single precision, as many as `out` has places.
pub(super) fn expand(matrix: &Packed, first: usize, out: &mut [f32]) {
    matrix.lanes.vectorize(Expand { matrix, first, out });
}

struct Rows<'a> {
    matrix: &'a Packed,
    first: usize,
    x: &'a Activations,
    out: &'a mut [f32],
}

struct Expand<'a> {
    matrix: &'a Packed,
    first: usize,
    out: &'a mut [f32],
}

/// What lies from place `from` on; nothing if there is none.
#[inline(always)]
fn after<T>(all: &[T], from: usize) -> &[T] {
    all.get(from..).unwrap_or_default()
}

/// A half-precision number (IEEE 754 binary16) that is neither infinite nor NaN, without a branch.
#[inline(always)]
fn single(half: u16) -> f32 {
    let body = (u32::from(half) & 0x7fff) << 13;
    let normal = f32::from_bits(body + (112 << 23));
    // 2⁻¹⁴ × (1 + fraction) − 2⁻¹⁴. Not a product with 2¹¹²: numbers below single precision's normal ones are slow.
    let small = f32::from_bits(body + (113 << 23)) - f32::from_bits(113 << 23);
    let size = if body < (1 << 23) { small } else { normal };
    f32::from_bits(size.to_bits() | ((u32::from(half) & 0x8000) << 16))
}

impl pulp::NullaryFnOnce for Expand<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { matrix, first, out } = self;
        let first = first * matrix.blocks();
        let places = out.as_chunks_mut::<BLOCK>().0.iter_mut().zip(after(&matrix.scales, first));
        match &matrix.numbers {
            Numbers::Bytes(numbers) => {
                for ((out, scale), numbers) in places.zip(after(numbers, first)) {
                    let scale = single(*scale);
                    *out = numbers.map(|n| f32::from(n as i8) * scale);
                }
            }
            Numbers::Nibbles(numbers) => {
                let numbers = after(&matrix.offsets, first).iter().zip(after(numbers, first));
                for ((out, scale), (offset, numbers)) in places.zip(numbers) {
                    let (scale, offset) = (single(*scale), single(*offset));
                    let (low, high) = out.split_at_mut(BLOCK / 2);
                    low.copy_from_slice(&numbers.map(|n| f32::from(n & 15) * scale + offset));
                    high.copy_from_slice(&numbers.map(|n| f32::from(n >> 4) * scale + offset));
                }
            }
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl pulp::NullaryFnOnce for Rows<'_> {
    type Output = ();

    fn call(self) {
        match self.matrix.lanes {}
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use core::arch::x86_64::{__m128i, __m256, __m256i};

    use pulp::x86::V3;
    use pulp::{cast, NullaryFnOnce};

    use super::super::super::fast::{folded, sum};
    use super::{after, single, Activations, Numbers, Rows, BLOCK};

    /// Rows whose scales are turned together: as one list, of which hardly anything is left over after the last eight.
    const TOGETHER: usize = 16;

    impl NullaryFnOnce for Rows<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let Self { matrix, first, x, out } = self;
            let (lanes, blocks) = (matrix.lanes, matrix.blocks());
            let (from, size) = (first * blocks, TOGETHER * blocks);
            let by = x.scales.repeat(TOGETHER);
            let mut factors = vec![0.0; size];
            let parts = out.chunks_mut(TOGETHER).zip(after(&matrix.scales, from).chunks(size));
            match &matrix.numbers {
                Numbers::Bytes(numbers) => {
                    for ((out, scales), numbers) in parts.zip(after(numbers, from).chunks(size)) {
                        scaled(scales, &by, &mut factors);
                        let rows = numbers.chunks_exact(blocks).zip(factors.chunks_exact(blocks));
                        for (out, (row, factors)) in out.iter_mut().zip(rows) {
                            *out = row_of(lanes, bytes, row, x, factors);
                        }
                    }
                }
                Numbers::Nibbles(numbers) => {
                    let sums = x.sums.repeat(TOGETHER);
                    let mut added = vec![0.0; size];
                    let numbers = after(&matrix.offsets, from).chunks(size).zip(after(numbers, from).chunks(size));
                    for ((out, scales), (offsets, numbers)) in parts.zip(numbers) {
                        scaled(scales, &by, &mut factors);
                        scaled(offsets, &sums, &mut added);
                        let rows = numbers.chunks_exact(blocks).zip(factors.chunks_exact(blocks));
                        for (out, ((row, factors), added)) in out.iter_mut().zip(rows.zip(added.chunks_exact(blocks))) {
                            *out = sum(added) + row_of(lanes, nibbles, row, x, factors);
                        }
                    }
                }
            }
        }
    }

    /// Each half-precision number times its factor.
    #[inline(always)]
    fn scaled(halves: &[u16], by: &[f32], out: &mut [f32]) {
        for ((out, half), by) in out.iter_mut().zip(halves).zip(by) {
            *out = single(*half) * by;
        }
    }

    /// One row's product. Two sums, so that neither waits for the other.
    #[inline(always)]
    fn row_of<const N: usize>(
        lanes: V3,
        pairs: impl Fn(V3, &[u8; N], __m256i) -> __m256i,
        row: &[[u8; N]],
        x: &Activations,
        factors: &[f32],
    ) -> f32 {
        let step = |sum: __m256, weights: &[u8; N], numbers: &[i8; BLOCK], factor: f32| {
            let fours =
                lanes.avx2._mm256_madd_epi16(pairs(lanes, weights, cast(*numbers)), lanes.avx._mm256_set1_epi16(1));
            lanes.fma._mm256_fmadd_ps(lanes.avx._mm256_set1_ps(factor), lanes.avx._mm256_cvtepi32_ps(fours), sum)
        };
        let (row, last) = row.as_chunks::<2>();
        let (numbers, last_numbers) = x.numbers.as_chunks::<2>();
        let (factors, last_factors) = factors.as_chunks::<2>();
        let (mut even, mut odd) = (lanes.avx._mm256_setzero_ps(), lanes.avx._mm256_setzero_ps());
        for ((weights, numbers), factors) in row.iter().zip(numbers).zip(factors) {
            even = step(even, &weights[0], &numbers[0], factors[0]);
            odd = step(odd, &weights[1], &numbers[1], factors[1]);
        }
        for ((weights, numbers), factor) in last.iter().zip(last_numbers).zip(last_factors) {
            even = step(even, weights, numbers, *factor);
        }
        folded(cast(lanes.avx._mm256_add_ps(even, odd)))
    }

    /// Products of signed bytes, added in pairs: the instruction wants one side unsigned, so the weights' signs go to the
    /// other side. −128 becomes 128, and 2 × 128 × 127 is still a 16-bit number.
    #[inline(always)]
    fn bytes(lanes: V3, weights: &[u8; BLOCK], numbers: __m256i) -> __m256i {
        let weights: __m256i = cast(*weights);
        let signed = lanes.avx2._mm256_sign_epi8(numbers, weights);
        lanes.avx2._mm256_maddubs_epi16(lanes.avx2._mm256_abs_epi8(weights), signed)
    }

    /// The same for weights of 0 to 15.
    #[inline(always)]
    fn nibbles(lanes: V3, weights: &[u8; BLOCK / 2], numbers: __m256i) -> __m256i {
        let weights: __m128i = cast(*weights);
        let both = lanes.avx._mm256_setr_m128i(weights, lanes.sse2._mm_srli_epi16::<4>(weights));
        let weights = lanes.avx2._mm256_and_si256(both, lanes.avx._mm256_set1_epi8(15));
        lanes.avx2._mm256_maddubs_epi16(weights, numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::single;

    #[test]
    fn every_half_is_the_same_number() {
        // 2^(exponent − 25) × (1024 + fraction), or 2⁻²⁴ × fraction.
        for half in (0..=u16::MAX).filter(|half| half & 0x7c00 != 0x7c00) {
            let (exponent, fraction) = (i32::from((half >> 10) & 31), f64::from(half & 1023));
            let size = match exponent {
                0 => fraction * 2f64.powi(-24),
                _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
            };
            let wanted = if half & 0x8000 == 0 { size } else { -size };
            assert_eq!(f64::from(single(half)), wanted, "{half:#06x}");
        }
    }
}
