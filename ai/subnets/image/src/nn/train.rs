//! Training, as far as it is the same for all our networks: first weights and dice from the seed, the trainer of
//! [`ganglion_models::training`], and what comes out.

use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{Device, Result as CandleResult, Tensor, Var};
use ganglion_models::training::{descend, Course, DescentError};
use ganglion_subnet::{Dice, Seed};
use rand::rngs::StdRng;
use rand::SeedableRng;

pub use ganglion_models::training::Step as TrainStep;

use super::weights::{self, Shapes, Source, WeightsError};

/// The part of the learning rate that is left at the end.
const FLOOR: f64 = 0.02;

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainOptions {
    /// Steps: 1 to 1,000,000.
    pub steps: usize,
    /// Pictures in a step: 2 to 1024.
    pub batch: usize,
    /// Greatest learning rate: above 0, at most 0.1.
    pub learning_rate: f64,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

impl Default for TrainOptions {
    /// Sized for some minutes on one core.
    fn default() -> Self {
        Self { steps: 1500, batch: 64, learning_rate: 2e-3, seed: 0 }
    }
}

/// Why training isn't possible.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A number is out of its range.
    #[error("{0}")]
    Options(&'static str),
    /// The trainer failed.
    #[error(transparent)]
    Descent(#[from] DescentError),
    /// The arithmetic failed.
    #[error("the model could not be evaluated: {0}")]
    Compute(#[from] candle_core::Error),
    /// The model can't be written.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl TrainOptions {
    fn course(&self) -> Course {
        Course { steps: self.steps, learning_rate: self.learning_rate, floor: FLOOR }
    }

    fn check(&self) -> Result<(), TrainError> {
        self.course().check().map_err(TrainError::Options)?;
        if !(2..=1024).contains(&self.batch) {
            return Err(TrainError::Options("the batch must be from 2 to 1024 pictures"));
        }
        Ok(())
    }
}

/// A network that can be trained.
pub(crate) trait Trainable: Sized {
    /// Distinguishes its dice from those of other networks of the same seed.
    const DICE: u8;

    /// Names and shapes of all weights.
    fn shapes() -> Shapes;

    /// Puts tensors of these shapes, in that order, together.
    fn new(source: &mut Source) -> CandleResult<Self>;
}

/// A network's weights in memory, which can still change.
pub(crate) struct Weights<N> {
    vars: Vec<Var>,
    network: PhantomData<N>,
}

impl<N: Trainable> Weights<N> {
    /// First weights, which follow from the seed.
    fn first(seed: u64) -> CandleResult<Self> {
        let vars = weights::first(&N::shapes(), &mut StdRng::seed_from_u64(seed))?;
        Ok(Self { vars, network: PhantomData })
    }

    /// The network, of the weights as they are now.
    pub(crate) fn network(&self) -> CandleResult<N> {
        N::new(&mut Source::new(self.tensors()))
    }

    /// Writes them; answers the SHA-256 of the file.
    pub(crate) fn save(&self, path: &Path) -> Result<[u8; 32], WeightsError> {
        weights::save(path, &N::shapes(), &self.tensors())
    }

    /// Sets a weight of shape [1].
    pub(crate) fn set(&self, name: &str, value: f64) -> CandleResult<()> {
        let place = N::shapes().iter().position(|(known, _)| known == name);
        let var = place.and_then(|place| self.vars.get(place));
        let var = var.ok_or_else(|| candle_core::Error::msg("there is no such weight"))?;
        var.set(&Tensor::from_vec(vec![value as f32], 1usize, &Device::Cpu)?)
    }

    fn tensors(&self) -> Vec<Tensor> {
        self.vars.iter().map(Var::as_detached_tensor).collect()
    }
}

/// The network that [`Weights::save`] wrote.
pub(crate) fn load<N: Trainable>(path: &Path) -> Result<N, WeightsError> {
    let tensors = weights::load(path, &N::shapes())?;
    N::new(&mut Source::new(tensors)).map_err(|error| WeightsError::new(path, error))
}

/// Trains a network from nothing: each step makes the loss of one batch, drawn by the dice, smaller. `progress` hears of
/// every step and may end it; what was learned until then is kept. The same options give the same weights. Answers the
/// dice too, as far as they were thrown.
pub(crate) fn train<N: Trainable>(
    options: &TrainOptions,
    loss: impl Fn(&N, usize, &mut Dice) -> CandleResult<Tensor>,
    progress: &mut dyn FnMut(TrainStep) -> ControlFlow<()>,
) -> Result<(Weights<N>, Dice), TrainError> {
    options.check()?;
    let weights = Weights::<N>::first(options.seed)?;
    // Of the variables themselves, so that its gradients are theirs.
    let network = N::new(&mut Source::new(weights.vars.iter().map(|var| var.as_tensor().clone()).collect()))?;
    let mut key = [N::DICE; 32];
    key[..8].copy_from_slice(&options.seed.to_le_bytes());
    let mut dice = Seed(key).dice();
    descend(&weights.vars, &options.course(), &mut || loss(&network, options.batch, &mut dice), progress)?;
    Ok((weights, dice))
}
