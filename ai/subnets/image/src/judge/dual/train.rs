//! Training on rendered scenes, and on emoji if there are any: each picture must find its caption among those of all other
//! pictures of the batch and among eight more, which for scenes differ from it in one word.

use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{Device, Result as CandleResult, Tensor};
use candle_nn::loss::cross_entropy;
use ganglion_subnet::Dice;

use super::network::{Network, CELLS, CHANNELS, LOG_SCALE, PROBES, SIDE};
use super::retrieval::calibrated;
use super::text::Bag;
use super::{blurred, pack, taken, DualEncoder};
use crate::data::Emojis;
use crate::nn;
use crate::nn::train::{TrainError, TrainOptions, TrainStep, Weights};
use crate::picture::Picture;
use crate::render::{render, Hand};
use crate::scene::Scene;

/// Captions that differ in one word, for each picture.
const HARD: usize = 8;
/// One picture in so many is an emoji, where there are any.
const EMOJI: usize = 4;
/// Hands from here on are never learned from.
pub(super) const HELD_OUT: u64 = 1 << 40;

/// A trained encoder in memory.
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

    /// As a matcher.
    ///
    /// # Errors
    /// [`TrainError::Compute`].
    pub fn encoder(&self) -> Result<DualEncoder, TrainError> {
        Ok(DualEncoder::of(vec![self.weights.network()?]))
    }
}

/// Several encoders as one matcher, which averages what they believe.
///
/// # Errors
/// [`TrainError::Compute`].
pub fn ensemble(trained: &[Trained]) -> Result<DualEncoder, TrainError> {
    let networks = trained.iter().map(|one| one.weights.network()).collect::<CandleResult<Vec<Network>>>()?;
    Ok(DualEncoder::of(networks))
}

/// Trains an encoder on rendered scenes and `emojis` (which may be empty), and fits its scale and the weight of probes on
/// pictures that it hasn't seen. `progress` hears of every step and may end it. The same options and pictures give the same
/// weights, as with the text trainer.
///
/// # Errors
/// A [`TrainError`] that says what to do.
pub fn train(
    options: &TrainOptions,
    emojis: &Emojis,
    progress: &mut dyn FnMut(TrainStep) -> ControlFlow<()>,
) -> Result<Trained, TrainError> {
    let step = |network: &Network, batch: usize, dice: &mut Dice| loss(network, batch, emojis, dice);
    let (weights, mut dice) = nn::train::train(options, step, progress)?;
    let trained = Trained { weights };
    if let Some(fit) = calibrated(&trained.encoder()?, &mut dice) {
        let network = trained.weights.network()?;
        trained.weights.set(LOG_SCALE, network.log_scale()? + fit.scale)?;
        trained.weights.set(PROBES, fit.probes)?;
    }
    Ok(trained)
}

/// A picture as it might come from a miner: any hand, drawn large or small.
pub(super) fn sample(scene: &Scene, hand: u64, dice: &mut Dice) -> Option<Picture> {
    let large = if dice.chance(1, 4) { 2 } else { 1 };
    let side = SIDE as u32;
    render(scene, &Hand::numbered(hand), side * large, side * large, dice.bits())?.resized(side, side)
}

/// Pictures with their captions, and for each [`HARD`] captions that are nearly right.
#[derive(Default)]
struct Batch {
    packed: Vec<f32>,
    captions: Vec<String>,
    hard: Vec<String>,
}

impl Batch {
    fn draw(batch: usize, emojis: &Emojis, dice: &mut Dice) -> CandleResult<Self> {
        let mut drawn = Self::default();
        let shown = if emojis.is_empty() { 0 } else { batch / EMOJI };
        for emoji in emojis.several(shown, dice) {
            let (x, y) = (dice.between(-3, 3), dice.between(-3, 3));
            let moved = taken(&emoji.picture, |column, row| (column + x, row + y));
            drawn.add(moved, emoji.said(dice), dice)?;
            for _ in 0..HARD {
                let other = emojis.several(1, dice).first().map(|other| other.said(dice)).unwrap_or_default();
                // Two styles have the same names: its own name would be no wrong answer.
                drawn.hard.push(if other.starts_with(&emoji.name) { Scene::draw(dice).caption() } else { other });
            }
        }
        for _ in drawn.captions.len()..batch {
            let scene = Scene::draw(dice);
            let hand = dice.below(HELD_OUT);
            drawn.add(sample(&scene, hand, dice), scene.caption(), dice)?;
            drawn.hard.extend((0..HARD).map(|_| scene.changed(dice).caption()));
        }
        Ok(drawn)
    }

    fn add(&mut self, picture: Option<Picture>, caption: String, dice: &mut Dice) -> CandleResult<()> {
        let picture = picture.ok_or_else(|| candle_core::Error::msg("no picture"))?;
        self.packed.extend(pack(&disturbed(picture, dice)));
        self.captions.push(caption);
        Ok(())
    }
}

fn loss(network: &Network, batch: usize, emojis: &Emojis, dice: &mut Dice) -> CandleResult<Tensor> {
    let drawn = Batch::draw(batch, emojis, dice)?;
    let x = Tensor::from_vec(drawn.packed, (batch, CELLS, CELLS, CHANNELS), &Device::Cpu)?;
    let words: Vec<&str> = drawn.captions.iter().chain(&drawn.hard).map(String::as_str).collect();
    let (pictures, texts) = (network.pictures(&x)?, network.texts(&Bag::of(&words)?)?);
    let own = texts.narrow(0, 0, batch)?.contiguous()?;
    let width = texts.dim(1)?;
    let hard = texts.narrow(0, batch, batch * HARD)?.contiguous()?.reshape((batch, HARD, width))?;
    let among = network.logits(&pictures, &own)?;
    let beside = network.scaled(&hard.broadcast_mul(&pictures.unsqueeze(1)?)?.sum(2)?)?;
    let truth = Tensor::from_vec((0..batch as u32).collect::<Vec<u32>>(), batch, &Device::Cpu)?;
    let by_picture = cross_entropy(&Tensor::cat(&[&among, &beside], 1)?.contiguous()?, &truth)?;
    let by_caption = cross_entropy(&among.t()?.contiguous()?, &truth)?;
    (by_picture + (by_caption * 0.5)?)?.affine(1.0 / 1.5, 0.0)
}

/// Brighter or darker, with a little noise, sometimes mirrored or blurred.
fn disturbed(picture: Picture, dice: &mut Dice) -> Picture {
    let soft = if dice.chance(1, 6) { blurred(&picture) } else { None };
    let mut picture = soft.unwrap_or(picture);
    let (light, noise, mirror) = (dice.between(-18, 18), dice.between(0, 10), dice.chance(1, 2));
    let width = picture.width() as usize;
    for row in picture.pixels_mut().chunks_mut(width) {
        if mirror {
            row.reverse();
        }
        for pixel in row {
            // One throw for all three parts is enough.
            let by = light + dice.between(-noise, noise);
            *pixel = pixel.map(|part| (i64::from(part) + by).clamp(0, 255) as u8);
        }
    }
    picture
}
