//! Training: AdamW, a warm-up and a cosine, gradients shortened.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use candle_core::backprop::GradStore;
use candle_core::{Result as CandleResult, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};

use super::weights::WeightsError;

/// The longest that a gradient may be; longer ones are shortened.
const MAX_GRADIENT: f64 = 1.0;

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

/// How far training is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainStep {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// The loss of this step.
    pub loss: f64,
    /// Time since the beginning.
    pub elapsed: Duration,
}

/// Why training isn't possible.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A number is out of its range.
    #[error("{0}")]
    Options(&'static str),
    /// The numbers went out of bounds.
    #[error("the loss is no number any more at step {0}: choose a smaller learning rate")]
    Diverged(usize),
    /// The arithmetic failed.
    #[error("the model could not be evaluated: {0}")]
    Compute(#[from] candle_core::Error),
    /// The model can't be written.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl TrainOptions {
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        if !(1..=1_000_000).contains(&self.steps) {
            return Err(TrainError::Options("steps must be from 1 to 1000000"));
        }
        if !(2..=1024).contains(&self.batch) {
            return Err(TrainError::Options("the batch must be from 2 to 1024 pictures"));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 0.1) {
            return Err(TrainError::Options("the learning rate must be above 0 and at most 0.1"));
        }
        Ok(())
    }
}

/// Makes `loss` smaller by changing `vars`. `progress` hears of every step and may end it; what was learned until then is
/// kept.
pub(crate) fn descend(
    vars: &[Var],
    options: &TrainOptions,
    loss: &mut dyn FnMut() -> CandleResult<Tensor>,
    progress: &mut dyn FnMut(TrainStep) -> ControlFlow<()>,
) -> Result<(), TrainError> {
    let rate = ParamsAdamW { lr: options.learning_rate, beta2: 0.99, weight_decay: 0.01, ..ParamsAdamW::default() };
    let mut optimizer = AdamW::new(vars.to_vec(), rate)?;
    let began = Instant::now();
    for step in 0..options.steps {
        optimizer.set_learning_rate(options.learning_rate * schedule(step, options.steps));
        let loss = loss()?;
        let value = f64::from(loss.to_scalar::<f32>()?);
        if !value.is_finite() {
            return Err(TrainError::Diverged(step));
        }
        let mut gradients = loss.backward()?;
        shorten(&mut gradients, vars)?;
        optimizer.step(&gradients)?;
        let told = TrainStep { step: step + 1, steps: options.steps, loss: value, elapsed: began.elapsed() };
        if progress(told).is_break() {
            break;
        }
    }
    Ok(())
}

/// Share of the learning rate at a step: rises for a tenth of the way (100 steps at most), then falls to a fiftieth.
fn schedule(step: usize, steps: usize) -> f64 {
    let rise = (steps / 10).clamp(1, 100);
    if step < rise {
        return (step + 1) as f64 / rise as f64;
    }
    let way = (step - rise) as f64 / (steps - rise).max(1) as f64;
    0.02 + 0.49 * (1.0 + (std::f64::consts::PI * way).cos())
}

/// Shortens the gradient to [`MAX_GRADIENT`] if it is longer.
fn shorten(gradients: &mut GradStore, vars: &[Var]) -> CandleResult<()> {
    let mut square = 0.0;
    for var in vars {
        if let Some(gradient) = gradients.get(var.as_tensor()) {
            square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
        }
    }
    let length = square.sqrt();
    if length <= MAX_GRADIENT || !length.is_finite() {
        return Ok(());
    }
    for var in vars {
        if let Some(gradient) = gradients.remove(var.as_tensor()) {
            gradients.insert(var.as_tensor(), (gradient * (MAX_GRADIENT / length))?);
        }
    }
    Ok(())
}
