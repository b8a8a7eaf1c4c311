//! Training on random pieces of the text, by the [trainer](crate::training) that all models here share.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use candle_core::{Device, Result as CandleResult, Tensor, Var};
use candle_nn::loss::cross_entropy;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use thiserror::Error;

use crate::training::{descend, normal, Course, DescentError, Step};

use super::config::TinyConfig;
use super::files;
use super::network::Network;
use super::stream::symbols;

/// The longest text that is learned from, in bytes.
pub const MAX_TEXT: usize = 64 << 20;

/// The part of the learning rate that is left at the end.
const FLOOR: f64 = 0.1;

/// One symbol in so many is held out and only measured, if there are enough.
const HELD_OUT: usize = 20;

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOptions {
    /// Sizes of the model.
    pub config: TinyConfig,
    /// Steps: 1 to 1,000,000.
    pub steps: usize,
    /// Pieces of the text in a step, each as long as the model's context: 1 to 1024.
    pub batch: usize,
    /// Greatest learning rate: above 0, at most 0.1.
    pub learning_rate: f64,
    /// Decides the first weights and the order of the pieces.
    pub seed: u64,
}

impl Default for TrainOptions {
    /// Sized for some minutes on one core.
    fn default() -> Self {
        Self { config: TinyConfig::default(), steps: 400, batch: 8, learning_rate: 2e-3, seed: 0 }
    }
}

/// How far training is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainStep {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Mean length of a symbol of this step under the model, bits.
    pub bits: f64,
    /// Time since the beginning.
    pub elapsed: Duration,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainReport {
    /// Steps done.
    pub steps: usize,
    /// Whether the receiver of the progress ended it early.
    pub cancelled: bool,
    /// Symbols of the text: its bytes and the ends of its documents.
    pub symbols: usize,
    /// Weights of the model.
    pub parameters: usize,
    /// Bits a symbol in the first step.
    pub first_bits: f64,
    /// Bits a symbol in the last steps, a tenth of them.
    pub last_bits: f64,
    /// Bits a symbol of text that was not learned from; `None` if the text was too short to hold some out.
    pub held_out_bits: Option<f64>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Why training isn't possible.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A number is out of its range.
    #[error("{0}")]
    Options(String),
    /// There is too little to learn from.
    #[error(
        "the text has {found} symbols, and training needs at least {needed}: give a longer text, or a smaller context"
    )]
    Short {
        /// Symbols found.
        found: usize,
        /// The least.
        needed: usize,
    },
    /// There is too much.
    #[error("the text has {found} bytes, and at most {} are learned from: give a part of it", MAX_TEXT)]
    Long {
        /// Bytes found.
        found: usize,
    },
    /// The numbers went out of bounds.
    #[error("the loss is no number any more at step {0}: choose a smaller learning rate")]
    Diverged(usize),
    /// The arithmetic failed.
    #[error("the model could not be evaluated: {0}")]
    Compute(#[from] candle_core::Error),
    /// The model can't be written.
    #[error("the model can't be written: {0}")]
    Disk(String),
}

impl From<DescentError> for TrainError {
    fn from(error: DescentError) -> Self {
        match error {
            DescentError::Diverged(step) => Self::Diverged(step),
            DescentError::Compute(error) => Self::Compute(error),
        }
    }
}

/// A trained model in memory.
pub struct Trained {
    names: Vec<String>,
    vars: Vec<Var>,
    config: TinyConfig,
    /// How it went.
    pub report: TrainReport,
}

impl Trained {
    /// Writes `config.json` and `model.safetensors` into a folder, which is made if need be.
    ///
    /// # Errors
    /// [`TrainError::Disk`].
    pub fn save(&self, folder: &Path) -> Result<(), TrainError> {
        let tensors = self.names.iter().cloned().zip(self.vars.iter().map(|var| var.as_detached_tensor()));
        files::save(folder, &self.config, &tensors.collect::<Vec<_>>()).map_err(TrainError::Disk)
    }
}

/// Trains a model on `text`. `progress` hears of every step and may end it; what was learned until then is kept.
///
/// # Errors
/// A [`TrainError`] that says what to do.
pub fn train(
    text: &[u8],
    options: &TrainOptions,
    progress: &mut dyn FnMut(TrainStep) -> ControlFlow<()>,
) -> Result<Trained, TrainError> {
    let config = check(text, options)?;
    let all = symbols(text);
    let piece = config.context + 1;
    if all.len() < piece {
        return Err(TrainError::Short { found: all.len(), needed: piece });
    }
    let held = if all.len() / HELD_OUT >= piece { all.len() / HELD_OUT } else { 0 };
    let (learned, held_out) = all.split_at(all.len() - held);
    let mut rng = StdRng::seed_from_u64(options.seed);
    let (names, vars) = first_weights(&config, &mut rng)?;
    let network = Network::new(config.clone(), vars.iter().map(|var| var.as_tensor().clone()).collect())?;

    let began = Instant::now();
    let mut losses = Vec::with_capacity(options.steps);
    let mut hear = |told: Step| {
        let bits = told.loss / std::f64::consts::LN_2;
        losses.push(bits);
        progress(TrainStep { step: told.step, steps: told.steps, bits, elapsed: told.elapsed })
    };
    let mut loss = || loss(&network, &draw(learned, piece, options.batch, &mut rng), piece);
    let ended = descend(&vars, &course(options), &mut loss, &mut hear)?;
    let last = losses.len().div_ceil(10).max(1);
    let report = TrainReport {
        steps: ended.steps,
        cancelled: ended.early,
        symbols: all.len(),
        parameters: config.parameters(),
        first_bits: losses.first().copied().unwrap_or(0.0),
        last_bits: losses.iter().rev().take(last).sum::<f64>() / last as f64,
        held_out_bits: measure(&network, held_out, piece)?,
        elapsed: began.elapsed(),
    };
    Ok(Trained { names, vars, config, report })
}

fn course(options: &TrainOptions) -> Course {
    Course { steps: options.steps, learning_rate: options.learning_rate, floor: FLOOR }
}

fn check(text: &[u8], options: &TrainOptions) -> Result<TinyConfig, TrainError> {
    let config = options.config.clone().checked().map_err(TrainError::Options)?;
    if text.len() > MAX_TEXT {
        return Err(TrainError::Long { found: text.len() });
    }
    course(options).check().map_err(|reason| TrainError::Options(reason.to_owned()))?;
    if !(1..=1024).contains(&options.batch) {
        return Err(TrainError::Options("the batch must be from 1 to 1024 pieces".to_owned()));
    }
    Ok(config)
}

/// Normal numbers for matrices, smaller where a block adds to the states (as GPT-2 does); ones for norms.
fn first_weights(config: &TinyConfig, rng: &mut StdRng) -> CandleResult<(Vec<String>, Vec<Var>)> {
    let (mut names, mut vars) = (Vec::new(), Vec::new());
    for (name, shape) in config.tensors() {
        let count: usize = shape.iter().product();
        let adds = name.ends_with(".output") || name.ends_with(".down");
        let deviation = if adds { 0.02 / (2.0 * config.layers as f64).sqrt() } else { 0.02 };
        let numbers: Vec<f32> = match shape.len() {
            1 => vec![1.0; count],
            _ => (0..count).map(|_| (normal(rng) * deviation) as f32).collect(),
        };
        vars.push(Var::from_vec(numbers, shape, &Device::Cpu)?);
        names.push(name);
    }
    Ok((names, vars))
}

/// Random pieces, one after the other.
fn draw(learned: &[u16], piece: usize, batch: usize, rng: &mut StdRng) -> Vec<u32> {
    let mut out = Vec::with_capacity(batch * piece);
    for _ in 0..batch {
        let start = rng.gen_range(0..=learned.len() - piece);
        out.extend(learned[start..start + piece].iter().map(|symbol| u32::from(*symbol)));
    }
    out
}

/// Mean of −ln p over all symbols of the pieces but their first ones.
fn loss(network: &Network, pieces: &[u32], piece: usize) -> CandleResult<Tensor> {
    let batch = pieces.len() / piece;
    let all = Tensor::from_slice(pieces, (batch, piece), &Device::Cpu)?;
    let given = all.narrow(1, 0, piece - 1)?.contiguous()?;
    let next = all.narrow(1, 1, piece - 1)?.contiguous()?.flatten_all()?;
    cross_entropy(&network.scores(&network.states(&given)?)?, &next)
}

/// Bits a symbol of text that was not learned from, over at most 32 pieces of it.
fn measure(network: &Network, held_out: &[u16], piece: usize) -> CandleResult<Option<f64>> {
    let pieces: Vec<&[u16]> = held_out.chunks_exact(piece).take(32).collect();
    let mut sum = 0.0;
    for one in &pieces {
        let ids: Vec<u32> = one.iter().map(|symbol| u32::from(*symbol)).collect();
        sum += f64::from(loss(network, &ids, piece)?.to_scalar::<f32>()?);
    }
    Ok((!pieces.is_empty()).then(|| sum / pieces.len() as f64 / std::f64::consts::LN_2))
}

#[cfg(test)]
mod tests {
    use super::super::stream::EDGE;
    use super::*;

    #[test]
    fn pieces_come_from_the_text() {
        let text: Vec<u16> = (0..200).chain([EDGE]).collect();
        let mut rng = StdRng::seed_from_u64(1);
        let drawn = draw(&text, 17, 50, &mut rng);
        assert_eq!(drawn.len(), 17 * 50);
        assert!(drawn.chunks(17).all(|piece| piece.windows(2).all(|w| w[1] == w[0] + 1 || w[1] == u32::from(EDGE))));
    }
}
