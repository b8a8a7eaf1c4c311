//! The one trainer behind all models that are trained here: AdamW (Loshchilov, Hutter 2019), a warm-up and a cosine,
//! gradients that are shortened where they are long.
//!
//! Everything that is left to chance comes from the caller, so that the same options give the same weights, to the bit,
//! from the same build on the same kind of processor with the same `RAYON_NUM_THREADS`.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use candle_core::backprop::GradStore;
use candle_core::{Result as CandleResult, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use rand::rngs::StdRng;
use rand::Rng;
use thiserror::Error;

/// The longest that a gradient may be; longer ones are shortened.
const MAX_GRADIENT: f64 = 1.0;

/// Most steps of a training.
const MOST_STEPS: usize = 1_000_000;

/// Greatest learning rate that anybody may ask for.
const MOST_RATE: f64 = 0.1;

/// How far and how fast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Steps: 1 to 1,000,000.
    pub steps: usize,
    /// Greatest learning rate: above 0, at most 0.1.
    pub learning_rate: f64,
    /// The part of it that is left at the end, 0 to 1.
    pub floor: f64,
}

/// How far training is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// The loss of this step.
    pub loss: f64,
    /// Time since the beginning.
    pub elapsed: Duration,
}

/// How training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Steps done.
    pub steps: usize,
    /// Whether the receiver of the progress ended it early.
    pub early: bool,
}

/// Why training failed.
#[derive(Debug, Error)]
pub enum DescentError {
    /// The numbers went out of bounds.
    #[error("the loss is no number any more at step {0}: choose a smaller learning rate")]
    Diverged(usize),
    /// The arithmetic failed.
    #[error("the model could not be evaluated: {0}")]
    Compute(#[from] candle_core::Error),
}

impl Course {
    /// Checks the numbers that a person may have given.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn check(&self) -> Result<(), &'static str> {
        if !(1..=MOST_STEPS).contains(&self.steps) {
            return Err("steps must be from 1 to 1000000");
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= MOST_RATE) {
            return Err("the learning rate must be above 0 and at most 0.1");
        }
        Ok(())
    }

    /// The learning rate of a step: it rises for a tenth of the way (100 steps at most), then falls to the floor.
    fn rate(&self, step: usize) -> f64 {
        self.learning_rate * schedule(step, self.steps, self.floor)
    }
}

/// Makes `loss` smaller by changing `vars`, of which it must be made. `progress` hears of every step and may end it; what
/// was learned until then is kept.
///
/// # Errors
/// See [`DescentError`].
pub fn descend(
    vars: &[Var],
    course: &Course,
    loss: &mut dyn FnMut() -> CandleResult<Tensor>,
    progress: &mut dyn FnMut(Step) -> ControlFlow<()>,
) -> Result<Ended, DescentError> {
    let rate = ParamsAdamW { lr: course.learning_rate, beta2: 0.99, weight_decay: 0.01, ..ParamsAdamW::default() };
    let mut optimizer = AdamW::new(vars.to_vec(), rate)?;
    let began = Instant::now();
    for step in 0..course.steps {
        optimizer.set_learning_rate(course.rate(step));
        let loss = loss()?;
        let value = f64::from(loss.to_scalar::<f32>()?);
        if !value.is_finite() {
            return Err(DescentError::Diverged(step));
        }
        let mut gradients = loss.backward()?;
        shorten(&mut gradients, vars)?;
        optimizer.step(&gradients)?;
        let told = Step { step: step + 1, steps: course.steps, loss: value, elapsed: began.elapsed() };
        if progress(told).is_break() {
            return Ok(Ended { steps: step + 1, early: true });
        }
    }
    Ok(Ended { steps: course.steps, early: false })
}

/// A normal number by Box and Muller's formula.
pub fn normal(rng: &mut StdRng) -> f64 {
    let (u, v): (f64, f64) = (rng.gen(), rng.gen());
    // 1 − u is never 0.
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Share of the learning rate at a step.
fn schedule(step: usize, steps: usize, floor: f64) -> f64 {
    let rise = (steps / 10).clamp(1, 100);
    if step < rise {
        return (step + 1) as f64 / rise as f64;
    }
    let way = (step - rise) as f64 / (steps - rise).max(1) as f64;
    floor + (1.0 - floor) / 2.0 * (1.0 + (std::f64::consts::PI * way).cos())
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

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use rand::SeedableRng;

    #[test]
    fn the_rate_rises_and_falls() {
        for floor in [0.1, 0.02] {
            let rates: Vec<f64> = (0..400).map(|step| schedule(step, 400, floor)).collect();
            assert!(rates[0] < 0.1 && (rates[40] - 1.0).abs() < 1e-9 && rates[399] < floor + 0.01);
            assert!(rates.iter().all(|rate| *rate > 0.0 && *rate <= 1.0));
            assert!((0..3).all(|step| schedule(step, 1, floor).is_finite()));
        }
    }

    #[test]
    fn numbers_are_normal() {
        let mut rng = StdRng::seed_from_u64(1);
        let numbers: Vec<f64> = (0..20_000).map(|_| normal(&mut rng)).collect();
        let mean = numbers.iter().sum::<f64>() / 20_000.0;
        let square = numbers.iter().map(|x| x * x).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (square - 1.0).abs() < 0.05, "{mean} {square}");
    }

    fn parabola(at: f32, course: &Course) -> (f32, Result<Ended, DescentError>) {
        let var = Var::from_vec(vec![at], 1usize, &Device::Cpu).expect("a number");
        let held = var.as_tensor().clone();
        let mut loss = || (&held - 3.0)?.sqr()?.sum_all();
        let ended = descend(std::slice::from_ref(&var), course, &mut loss, &mut |_| ControlFlow::Continue(()));
        (var.as_tensor().to_vec1::<f32>().expect("a number")[0], ended)
    }

    #[test]
    fn it_goes_down_and_the_receiver_can_end_it() {
        let course = Course { steps: 300, learning_rate: 0.1, floor: 0.02 };
        let (end, ended) = parabola(-1.0, &course);
        assert!((end - 3.0).abs() < 0.3, "{end}");
        assert_eq!(ended.expect("ended"), Ended { steps: 300, early: false });
        let var = Var::from_vec(vec![0f32], 1usize, &Device::Cpu).expect("a number");
        let mut loss = || var.as_tensor().sqr()?.sum_all();
        let vars = [var.clone()];
        let mut third = |step: Step| if step.step == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let ended = descend(&vars, &course, &mut loss, &mut third).expect("ended");
        assert_eq!(ended, Ended { steps: 3, early: true });
    }

    #[test]
    fn what_is_no_number_ends_it() {
        let course = Course { steps: 5, learning_rate: 0.1, floor: 0.02 };
        let (_, ended) = parabola(f32::NAN, &course);
        assert!(matches!(ended, Err(DescentError::Diverged(0))), "{ended:?}");
        assert!(course.check().is_ok());
        assert!(Course { steps: 0, ..course }.check().is_err());
        assert!(Course { learning_rate: f64::NAN, ..course }.check().is_err());
        assert!(Course { learning_rate: 0.2, ..course }.check().is_err());
    }
}
