//! Training on rendered things and places: the decoder must draw what the encoder saw, knowing its words and eight numbers.

use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{Device, Result as CandleResult, Tensor};
use ganglion_subnet::Dice;

use super::compose::{of_place, of_thing};
use super::network::{Network, CELLS, CHANCE, CHANNELS, SIDE};
use super::{normal, Generator};
use crate::data::Emojis;
use crate::judge::dual::text::Bag;
use crate::nn;
use crate::nn::pixels::cells;
use crate::nn::train::{TrainError, TrainOptions, TrainStep, Weights};
use crate::picture::Picture;
use crate::render::{render, sprite, Hand};
use crate::scene::{Colour, Place, Scene, Thing};

/// One picture in so many is an emoji, where there are any.
const EMOJI: u64 = 3;
/// Weight of what the eight numbers tell (Kullback–Leibler divergence from normal ones).
const KULLBACK: f64 = 2e-4;
/// Weight of the differences between neighbours: edges count.
const EDGES: f64 = 0.5;

/// A trained generator in memory.
pub struct Trained {
    weights: Weights<Network>,
}

impl Trained {
    /// Writes it; answers the SHA-256 of the file.
    ///
    /// # Errors
    /// [`TrainError::Weights`].
    pub fn save(&self, path: &Path) -> Result<[u8; 32], TrainError> {
        Ok(self.weights.save(path)?)
    }

    /// As a painter, in the hand of a key.
    ///
    /// # Errors
    /// [`TrainError::Compute`].
    pub fn generator(&self, key: &[u8; 32]) -> Result<Generator, TrainError> {
        Ok(Generator::of(self.weights.network()?, Hand::of(key)))
    }
}

/// Trains a generator on rendered things and places, and on `emojis` (which may be empty). `progress` hears of every step
/// and may end it. The same options and pictures give the same weights, as with the text trainer.
///
/// # Errors
/// A [`TrainError`] that says what to do.
pub fn train(
    options: &TrainOptions,
    emojis: &Emojis,
    progress: &mut dyn FnMut(TrainStep) -> ControlFlow<()>,
) -> Result<Trained, TrainError> {
    let step = |network: &Network, batch: usize, dice: &mut Dice| loss(network, batch, emojis, dice);
    let (weights, _) = nn::train::train(options, step, progress)?;
    Ok(Trained { weights })
}

/// A thing, a place or an emoji, and its words.
fn sample(emojis: &Emojis, dice: &mut Dice) -> Option<(String, Picture)> {
    if !emojis.is_empty() && dice.chance(1, EMOJI) {
        let emoji = emojis.several(1, dice).into_iter().next()?;
        return Some((emoji.said(dice), emoji.picture.resized(SIDE as u32, SIDE as u32)?));
    }
    let hand = Hand::numbered(dice.bits());
    let side = SIDE as u32;
    if dice.chance(1, 5) {
        let place = *dice.pick(Place::ALL);
        let scene = Scene { place: Some(place), ..Scene::default() };
        return Some((of_place(place), render(&scene, &hand, side, side, dice.bits())?));
    }
    let (thing, colour) = (*dice.pick(Thing::ALL), *dice.pick(Colour::ALL));
    // Drawn large and taken small: smoother edges.
    Some((of_thing(thing, colour), sprite(thing, colour, &hand, 2 * side)?.resized(side, side)?))
}

fn loss(network: &Network, batch: usize, emojis: &Emojis, dice: &mut Dice) -> CandleResult<Tensor> {
    let samples: Vec<(String, Picture)> = (0..batch).filter_map(|_| sample(emojis, dice)).collect();
    let count = samples.len();
    let words: Vec<&str> = samples.iter().map(|(words, _)| words.as_str()).collect();
    let seen: Vec<f32> = samples.iter().flat_map(|(_, picture)| cells(picture, CELLS, SIDE / CELLS)).collect();
    let shown: Vec<f32> = samples
        .iter()
        .flat_map(|(_, picture)| picture.pixels().iter().flatten())
        .map(|part| f32::from(*part) / 255.0)
        .collect();
    let seen = Tensor::from_vec(seen, (count, CELLS, CELLS, CHANNELS), &Device::Cpu)?;
    let shown = Tensor::from_vec(shown, (count, SIDE, SIDE, 3), &Device::Cpu)?;
    let chance: Vec<f32> = (0..count * CHANCE).map(|_| normal(dice)).collect();
    let chance = Tensor::from_vec(chance, (count, CHANCE), &Device::Cpu)?;

    let words = network.words(&Bag::of(&words)?)?;
    let (mean, log_variance) = network.guess(&seen, &words)?;
    let drawn = network.draw(&words, &(&mean + ((&log_variance * 0.5)?.exp()? * chance)?)?)?;
    let off = (drawn - shown)?;
    let pixels = (off.abs()?.mean_all()? + off.sqr()?.mean_all()?)?;
    let edges = (step(&off, 1)? + step(&off, 2)?)?;
    let told = (((&log_variance + 1.0)? - mean.sqr()?)? - log_variance.exp()?)?;
    (pixels + (edges * EDGES)?)? + (told.mean_all()? * (-0.5 * KULLBACK * CHANCE as f64))?
}

/// Mean difference between neighbours along a dimension.
fn step(x: &Tensor, dim: usize) -> CandleResult<Tensor> {
    let last = x.dim(dim)? - 1;
    (x.narrow(dim, 1, last)? - x.narrow(dim, 0, last)?)?.abs()?.mean_all()
}
