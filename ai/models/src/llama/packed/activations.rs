//! What a matrix is multiplied with, in 8 bits.

use pulp::NullaryFnOnce;

use super::super::fast::ROUNDING;
use super::lanes::Lanes;
use super::matrix::BLOCK;

/// A row in blocks of 32: a factor and whole numbers of −127 to 127 each.
#[derive(Default)]
pub(super) struct Activations {
    pub(super) scales: Vec<f32>,
    /// The numbers' sum times the factor: what an offset of the weights is multiplied with.
    pub(super) sums: Vec<f32>,
    pub(super) numbers: Vec<[i8; BLOCK]>,
}

impl Activations {
    /// The greatest number of each block becomes 127, the others in proportion, rounded to the nearest.
    pub(super) fn new(lanes: Lanes, x: &[f32]) -> Self {
        lanes.vectorize(Quantise(x))
    }
}

struct Quantise<'a>(&'a [f32]);

impl NullaryFnOnce for Quantise<'_> {
    type Output = Activations;

    #[inline(always)]
    fn call(self) -> Activations {
        let blocks = self.0.as_chunks::<BLOCK>().0;
        let mut out = Activations {
            scales: Vec::with_capacity(blocks.len()),
            sums: Vec::with_capacity(blocks.len()),
            numbers: Vec::with_capacity(blocks.len()),
        };
        for block in blocks {
            let most = block.iter().fold(0.0f32, |most, x| if x.abs() > most { x.abs() } else { most });
            let scale = most / 127.0;
            let inverse = if scale > 0.0 { 127.0 / most } else { 0.0 };
            let numbers = block.map(|x| (x * inverse + ROUNDING).to_bits() as u8 as i8);
            let sum: i32 = numbers.iter().map(|n| i32::from(*n)).sum();
            out.scales.push(scale);
            out.sums.push(sum as f32 * scale);
            out.numbers.push(numbers);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_becomes_127_and_the_rest_follows() {
        let Some(lanes) = Lanes::try_new() else { return };
        let mut row = [0.0f32; 64];
        (row[0], row[1], row[2], row[31]) = (-2.0, 1.0, 0.4 * 2.0 / 127.0, 2.0);
        let x = Activations::new(lanes, &row);
        let first: [i8; BLOCK] = std::array::from_fn(|i| [-127, 64, 0].get(i).copied().unwrap_or(0));
        assert_eq!(x.numbers[0][..31], first[..31]);
        assert_eq!(x.numbers[0][31], 127);
        assert!((x.scales[0] - 2.0 / 127.0).abs() < 1e-9 && (x.sums[0] - 64.0 * 2.0 / 127.0).abs() < 1e-6);
        assert_eq!((x.scales[1], x.sums[1], x.numbers[1]), (0.0, 0.0, [0; BLOCK]));
    }

    #[test]
    fn what_is_no_number_stays_none() {
        let Some(lanes) = Lanes::try_new() else { return };
        for bad in [f32::INFINITY, f32::NEG_INFINITY] {
            let mut row = [1.0f32; 32];
            row[7] = bad;
            let x = Activations::new(lanes, &row);
            assert!(!x.scales[0].is_finite(), "{bad}");
        }
    }
}
