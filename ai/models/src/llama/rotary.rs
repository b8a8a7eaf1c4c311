//! Rotary positions (Su et al. 2021, arXiv 2104.09864).

use candle_core::{Device, Result, Tensor};
use candle_nn::rotary_emb::{rope, rope_i};

use super::family::Rotation;

/// Cosines and sines of every position times every frequency, each [window, head width / 2].
pub(crate) struct Rotary {
    rotation: Rotation,
    cos: Tensor,
    sin: Tensor,
}

impl Rotary {
    /// Frequency i is base^(−i / half), divided by the model's own factor for it, if it has some.
    pub(crate) fn new(
        rotation: Rotation,
        base: f32,
        head_width: usize,
        window: usize,
        factors: Option<&[f32]>,
    ) -> Result<Self> {
        let half = head_width / 2;
        let factor = |i: usize| factors.and_then(|f| f.get(i)).map_or(1.0, |f| f64::from(*f));
        let frequency = |i: usize| f64::from(base).powf(-(i as f64) / half as f64) / factor(i);
        let angles: Vec<f64> = (0..window).flat_map(|p| (0..half).map(move |i| p as f64 * frequency(i))).collect();
        let table = |f: fn(f64) -> f64| {
            Tensor::from_vec(angles.iter().map(|a| f(*a) as f32).collect::<Vec<f32>>(), (window, half), &Device::Cpu)
        };
        Ok(Self { rotation, cos: table(f64::cos)?, sin: table(f64::sin)? })
    }

    /// Turns `x`, [1, heads, rows, head width], whose first row stands at `position`.
    pub(crate) fn turn(&self, x: &Tensor, position: usize) -> Result<Tensor> {
        let rows = x.dim(2)?;
        let cos = self.cos.narrow(0, position, rows)?;
        let sin = self.sin.narrow(0, position, rows)?;
        match self.rotation {
            Rotation::Neighbours => rope_i(x, &cos, &sin),
            Rotation::Halves => rope(x, &cos, &sin),
        }
    }
}
