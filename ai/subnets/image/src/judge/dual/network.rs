//! The two encoders.

use candle_core::{Result, Tensor};

use super::text::{Bag, BUCKETS, LENGTH};
use crate::nn::layers::{merged, neighbours, normalised, unit, Linear};
use crate::nn::train::Trainable;
use crate::nn::weights::{linear, Shapes, Source};

/// Pixels each way.
pub(super) const SIDE: usize = 64;
/// Cells each way at the beginning.
pub(super) const CELLS: usize = 16;
/// Numbers of a cell: 4 × 4 pixels of three parts.
pub(super) const CHANNELS: usize = 48;
/// Numbers of a vector.
const WIDTH: usize = 96;
/// Names of the two weights that are fitted in the end.
pub(super) const PROBES: &str = "probes";
pub(super) const LOG_SCALE: &str = "log_scale";
/// Channels of the three stages, 16 × 16, 8 × 8 and 4 × 4 cells.
const STAGES: [usize; 3] = [48, 96, 128];

/// Both encoders, the logarithm of the scale that turns cosines into logits, and what the agreement of colours and counts
/// counts beside them (which isn't learned but fitted, see [`calibrated`](super::retrieval::calibrated)).
pub(crate) struct Network {
    cells: Linear,
    mix: [Linear; 3],
    merge: [Linear; 2],
    head: Linear,
    /// [buckets, width].
    table: Tensor,
    up: Linear,
    down: Linear,
    /// [1].
    probes: Tensor,
    /// [1].
    log_scale: Tensor,
}

impl Trainable for Network {
    const DICE: u8 = 0x64;

    fn shapes() -> Shapes {
        let [first, second, third] = STAGES;
        let mut shapes = Shapes::new();
        linear(&mut shapes, "cells", CHANNELS, first);
        linear(&mut shapes, "mix.0", 9 * first, first);
        linear(&mut shapes, "mix.1", 9 * second, second);
        linear(&mut shapes, "mix.2", 9 * third, third);
        linear(&mut shapes, "merge.0", 4 * first, second);
        linear(&mut shapes, "merge.1", 4 * second, third);
        linear(&mut shapes, "head", 16 * third, WIDTH);
        shapes.push(("text.table".to_owned(), vec![BUCKETS, WIDTH]));
        linear(&mut shapes, "text.up", WIDTH, 2 * WIDTH);
        linear(&mut shapes, "text.down", 2 * WIDTH, WIDTH);
        shapes.push((PROBES.to_owned(), vec![1]));
        shapes.push((LOG_SCALE.to_owned(), vec![1]));
        shapes
    }

    fn new(source: &mut Source) -> Result<Self> {
        Ok(Self {
            cells: Linear::take(source)?,
            mix: [Linear::take(source)?, Linear::take(source)?, Linear::take(source)?],
            merge: [Linear::take(source)?, Linear::take(source)?],
            head: Linear::take(source)?,
            table: source.next()?,
            up: Linear::take(source)?,
            down: Linear::take(source)?,
            probes: source.next()?,
            log_scale: source.next()?,
        })
    }
}

impl Network {
    /// Vectors of pictures: [n, 16, 16, 48] to [n, width], of length 1.
    pub(crate) fn pictures(&self, x: &Tensor) -> Result<Tensor> {
        let count = x.dim(0)?;
        let [mix_a, mix_b, mix_c] = &self.mix;
        let [merge_a, merge_b] = &self.merge;
        let x = mixed(&self.cells.forward(x)?.silu()?, mix_a)?;
        let x = mixed(&merge_a.forward(&merged(&x)?)?.silu()?, mix_b)?;
        let x = mixed(&merge_b.forward(&merged(&x)?)?.silu()?, mix_c)?;
        unit(&self.head.forward(&normalised(&x)?.reshape((count, 16 * STAGES[2]))?)?)
    }

    /// Vectors of captions: [n, width], of length 1.
    pub(crate) fn texts(&self, bag: &Bag) -> Result<Tensor> {
        let words = self.table.index_select(&bag.ids, 0)?.reshape((bag.count, LENGTH, WIDTH))?;
        let sum = words.broadcast_mul(&bag.shares)?.sum(1)?;
        let inner = self.up.forward(&normalised(&sum)?)?.silu()?;
        unit(&(sum + self.down.forward(&inner)?)?)
    }

    /// How well each picture [n, width] goes with each caption [m, width]: logits [n, m].
    pub(crate) fn logits(&self, pictures: &Tensor, texts: &Tensor) -> Result<Tensor> {
        self.scaled(&pictures.matmul(&texts.t()?)?)
    }

    /// The logarithm of the scale.
    pub(crate) fn log_scale(&self) -> Result<f64> {
        Ok(f64::from(self.log_scale.squeeze(0)?.to_scalar::<f32>()?))
    }

    /// What an agreement of 1 in colours and counts adds to a logit.
    pub(crate) fn probes(&self) -> Result<f64> {
        Ok(f64::from(self.probes.squeeze(0)?.to_scalar::<f32>()?))
    }

    /// Cosines as logits: times a scale of which the weight is the logarithm, less that of 10.
    pub(crate) fn scaled(&self, cosines: &Tensor) -> Result<Tensor> {
        let scale = (self.log_scale.exp()? * 10.0)?;
        cosines.broadcast_mul(&scale)
    }
}

/// A residual 3 × 3 convolution.
fn mixed(x: &Tensor, by: &Linear) -> Result<Tensor> {
    x + by.forward(&neighbours(&normalised(x)?)?)?.silu()?
}
