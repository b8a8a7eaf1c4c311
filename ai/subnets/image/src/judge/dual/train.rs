//! Training on rendered scenes: each picture must find its caption among those of all other pictures of the batch and
//! among eight that differ from it in one word.

use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{Device, Result as CandleResult, Tensor};
use candle_nn::loss::cross_entropy;
use ganglion_subnet::Dice;

use super::network::{Network, CELLS, CHANNELS, SIDE};
use super::retrieval::calibrated;
use super::text::Bag;
use super::{pack, DualEncoder};
use crate::nn;
use crate::nn::train::{TrainError, TrainOptions, TrainStep, Weights};
use crate::picture::Picture;
use crate::render::{render, Hand};
use crate::scene::Scene;

/// Captions that differ in one word, for each picture.
const HARD: usize = 8;
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
        Ok(DualEncoder::of(self.weights.network()?))
    }
}

/// Trains an encoder and calibrates its scale on pictures that it hasn't seen. `progress` hears of every step and may end
/// it. The same options give the same weights, as with the text trainer.
///
/// # Errors
/// A [`TrainError`] that says what to do.
pub fn train(
    options: &TrainOptions,
    progress: &mut dyn FnMut(TrainStep) -> ControlFlow<()>,
) -> Result<Trained, TrainError> {
    let (weights, mut dice) = nn::train::train(options, loss, progress)?;
    let trained = Trained { weights };
    if let (Some(log_scale), Some(add)) = (trained.weights.last(), calibrated(&trained.encoder()?, &mut dice)) {
        log_scale.set(&(log_scale.as_detached_tensor() + add)?)?;
    }
    Ok(trained)
}

/// A picture as it might come from a miner: any hand, drawn large or small.
pub(super) fn sample(scene: &Scene, hand: u64, dice: &mut Dice) -> Option<Picture> {
    let large = if dice.chance(1, 2) { 2 } else { 1 };
    let side = SIDE as u32;
    render(scene, &Hand::numbered(hand), side * large, side * large, dice.bits())?.resized(side, side)
}

fn loss(network: &Network, batch: usize, dice: &mut Dice) -> CandleResult<Tensor> {
    let (mut packed, mut captions) = (Vec::new(), Vec::new());
    let scenes: Vec<Scene> = (0..batch).map(|_| Scene::draw(dice)).collect();
    for scene in &scenes {
        let hand = dice.below(HELD_OUT);
        let picture = sample(scene, hand, dice).ok_or_else(|| candle_core::Error::msg("no picture"))?;
        packed.extend(pack(&disturbed(picture, dice)));
        captions.push(scene.caption());
    }
    for scene in &scenes {
        captions.extend((0..HARD).map(|_| scene.changed(dice).caption()));
    }
    let x = Tensor::from_vec(packed, (batch, CELLS, CELLS, CHANNELS), &Device::Cpu)?;
    let words: Vec<&str> = captions.iter().map(String::as_str).collect();
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

/// Brighter or darker, with a little noise, sometimes mirrored.
fn disturbed(mut picture: Picture, dice: &mut Dice) -> Picture {
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
