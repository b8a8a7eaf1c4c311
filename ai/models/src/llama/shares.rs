//! From attention's scores to shares, causal, in one pass.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape};
use pulp::NullaryFnOnce;

use super::fast::{self, exp, greatest, sum};

/// The softmax over what each row of scores may look at, zero elsewhere.
///
/// Takes [kv heads, heads each × rows, columns], whose row r belongs to token `before` + r mod `rows` and whose first column
/// is token `first`. A token looks at itself and at what lies before it, at most `window` tokens in all.
pub(crate) struct Shares {
    pub rows: usize,
    pub before: usize,
    pub first: usize,
    pub window: usize,
    /// What scores are multiplied with.
    pub scale: f32,
}

impl Shares {
    /// Columns that row `row` of the scores may look at.
    fn seen(&self, row: usize, columns: usize) -> std::ops::Range<usize> {
        let end = self.before + row % self.rows + 1;
        let start = end.saturating_sub(self.window).max(self.first) - self.first;
        start.min(columns)..end.saturating_sub(self.first).min(columns)
    }
}

impl CustomOp1 for Shares {
    fn name(&self) -> &'static str {
        "attention-shares"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let numbers = storage.as_slice::<f32>()?;
        let scores = layout.contiguous_offsets().and_then(|(from, to)| numbers.get(from..to));
        let (Some(scores), (_, height, columns)) = (scores, layout.shape().dims3()?) else {
            candle_core::bail!("scores that don't lie one after the other");
        };
        if self.rows == 0 || !height.is_multiple_of(self.rows) || columns == 0 {
            candle_core::bail!("{height} rows of {columns} scores for {} tokens", self.rows);
        }
        let mut out = vec![0.0; scores.len()];
        fast::run(Pass { shares: self, columns, scores, out: &mut out });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

struct Pass<'a> {
    shares: &'a Shares,
    columns: usize,
    scores: &'a [f32],
    out: &'a mut [f32],
}

impl NullaryFnOnce for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { shares, columns, scores, out } = self;
        let rows = scores.chunks_exact(columns).zip(out.chunks_exact_mut(columns));
        for (row, (scores, out)) in rows.enumerate() {
            let seen = shares.seen(row, columns);
            if let (Some(scores), Some(out)) = (scores.get(seen.clone()), out.get_mut(seen)) {
                softmax(scores, shares.scale, out);
            }
        }
    }
}

#[inline(always)]
fn softmax(scores: &[f32], scale: f32, out: &mut [f32]) {
    let most = greatest(scores);
    for (out, score) in out.iter_mut().zip(scores) {
        *out = exp((score - most) * scale);
    }
    let part = 1.0 / sum(out);
    for out in out {
        *out *= part;
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;

    #[test]
    fn every_row_shares_out_one_among_what_it_may_look_at() {
        // Two key heads, three heads each, two tokens after five others; columns begin at token 1.
        let (rows, before, first, columns) = (2, 5, 1, 6);
        let cells: Vec<f32> = (0..2 * 3 * rows * columns).map(|i| ((i * 29) % 17) as f32 / 3.0).collect();
        let scores = Tensor::from_vec(cells.clone(), (2, 3 * rows, columns), &Device::Cpu).expect("scores");
        for window in [usize::MAX, 3, 1] {
            let op = Shares { rows, before, first, window, scale: 0.5 };
            let found = scores.apply_op1_no_bwd(&op).and_then(|t| t.flatten_all()?.to_vec1::<f32>()).expect("shares");
            for (r, (found, scores)) in found.chunks(columns).zip(cells.chunks(columns)).enumerate() {
                let me = before + r % rows;
                let may = |c: usize| c + first <= me && me - (c + first) < window;
                let weight = |c: usize| if may(c) { f64::from(scores[c] * 0.5).exp() } else { 0.0 };
                let all: f64 = (0..columns).map(weight).sum();
                for (c, found) in found.iter().enumerate() {
                    let wanted = weight(c) / all;
                    assert!((f64::from(*found) - wanted).abs() < 1e-6, "row {r}, column {c}: {found}, not {wanted}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_stays_none_and_shapes_must_fit() {
        let op = Shares { rows: 2, before: 0, first: 0, window: usize::MAX, scale: 1.0 };
        let scores = Tensor::new(&[[[1f32, 2.0], [f32::NAN, 1.0]]], &Device::Cpu).expect("scores");
        let shares = scores.apply_op1_no_bwd(&op).and_then(|t| t.flatten_all()?.to_vec1::<f32>()).expect("shares");
        assert_eq!(shares[..2], [1.0, 0.0]);
        assert!(shares[2].is_nan() && shares[3].is_nan());
        let odd = Tensor::new(&[[[1f32, 2.0]]], &Device::Cpu).expect("scores");
        assert!(odd.apply_op1_no_bwd(&op).is_err());
    }
}
