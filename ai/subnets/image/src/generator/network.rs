//! Encoder and decoder.

use candle_core::{Result, Tensor};
use candle_nn::ops::sigmoid;

use crate::judge::dual::text::{Bag, BUCKETS, LENGTH};
use crate::nn::layers::{merged, neighbours, normalised, spread, Linear};
use crate::nn::train::Trainable;
use crate::nn::weights::{linear, Shapes, Source};

/// Pixels each way.
pub(super) const SIDE: usize = 32;
/// Numbers that are left to chance.
pub(super) const CHANCE: usize = 8;
/// Cells each way that the encoder begins with.
pub(super) const CELLS: usize = 8;
/// Numbers of such a cell: 4 × 4 pixels of three parts.
pub(super) const CHANNELS: usize = 48;
/// Numbers that words become.
const WIDTH: usize = 128;
/// Numbers of the middle layer.
const DENSE: usize = 256;
/// Cells each way that the decoder begins with.
const SEEDS: usize = 4;
/// Channels at 4 × 4, 8 × 8, 16 × 16 and 32 × 32 cells.
const STAGES: [usize; 4] = [128, 64, 48, 24];

/// The weights.
pub(crate) struct Network {
    /// [buckets, width].
    table: Tensor,
    cells: Linear,
    merge: Linear,
    guess: Linear,
    dense: Linear,
    seeds: Linear,
    grow: [Linear; 3],
    last: Linear,
}

impl Trainable for Network {
    const DICE: u8 = 0x67;

    fn shapes() -> Shapes {
        let mut shapes = vec![("text.table".to_owned(), vec![BUCKETS, WIDTH])];
        linear(&mut shapes, "encoder.cells", CHANNELS, 32);
        linear(&mut shapes, "encoder.merge", 4 * 32, 32);
        linear(&mut shapes, "encoder.guess", 16 * 32 + WIDTH, 2 * CHANCE);
        linear(&mut shapes, "decoder.dense", WIDTH + CHANCE, DENSE);
        linear(&mut shapes, "decoder.seeds", DENSE, SEEDS * SEEDS * STAGES[0]);
        for (i, pair) in STAGES.windows(2).enumerate() {
            linear(&mut shapes, &format!("decoder.grow.{i}"), 9 * pair[0], 4 * pair[1]);
        }
        linear(&mut shapes, "decoder.last", 9 * STAGES[3], 3);
        shapes
    }

    fn new(source: &mut Source) -> Result<Self> {
        Ok(Self {
            table: source.next()?,
            cells: Linear::take(source)?,
            merge: Linear::take(source)?,
            guess: Linear::take(source)?,
            dense: Linear::take(source)?,
            seeds: Linear::take(source)?,
            grow: [Linear::take(source)?, Linear::take(source)?, Linear::take(source)?],
            last: Linear::take(source)?,
        })
    }
}

impl Network {
    /// What captions mean: [n, width].
    pub(crate) fn words(&self, bag: &Bag) -> Result<Tensor> {
        let words = self.table.index_select(&bag.ids, 0)?.reshape((bag.count, LENGTH, WIDTH))?;
        normalised(&words.broadcast_mul(&bag.shares)?.sum(1)?)
    }

    /// What was left to chance in pictures [n, 8, 8, 48] of these words: means and logarithms of variances, [n, chance]
    /// each.
    pub(crate) fn guess(&self, x: &Tensor, words: &Tensor) -> Result<(Tensor, Tensor)> {
        let count = x.dim(0)?;
        let x = self.merge.forward(&merged(&self.cells.forward(x)?.silu()?)?)?.silu()?;
        let flat = x.reshape((count, 16 * 32))?;
        let both = self.guess.forward(&Tensor::cat(&[&flat, words], 1)?.contiguous()?)?;
        Ok((both.narrow(1, 0, CHANCE)?.contiguous()?, both.narrow(1, CHANCE, CHANCE)?.contiguous()?))
    }

    /// Pictures [n, side, side, 3], each part from 0 to 1.
    pub(crate) fn draw(&self, words: &Tensor, chance: &Tensor) -> Result<Tensor> {
        let count = words.dim(0)?;
        let dense = self.dense.forward(&Tensor::cat(&[words, chance], 1)?.contiguous()?)?.silu()?;
        let mut x = self.seeds.forward(&dense)?.reshape((count, SEEDS, SEEDS, STAGES[0]))?;
        for grow in &self.grow {
            x = spread(&grow.forward(&neighbours(&normalised(&x)?)?)?.silu()?)?;
        }
        sigmoid(&self.last.forward(&neighbours(&normalised(&x)?)?)?)
    }
}
