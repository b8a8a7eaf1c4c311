//! A small text-conditioned generator that anybody can train: a conditional variational auto-encoder (Sohn, Lee, Yan 2015)
//! of 32 × 32 pixels, a million and a half numbers, minutes on one core.
//!
//! It learns to draw one thing ("a red fish") or one place ("on a beach") from words; a whole scene is put together from
//! such pictures ([`compose`]). Where it learned from emoji too, it draws what they show when a prompt names nothing else.
//! What is left to chance in each (light, outlines, tones) is in eight normal numbers, which follow from the request's seed
//! and the miner's key.

mod compose;
mod network;
mod train;

use std::path::Path;

use candle_core::{Device, Tensor};
use ganglion_subnet::{AnswerError, Budget, Dice};

use crate::judge::dual::text::Bag;
use crate::nn::pixels;
use crate::nn::train::load;
use crate::nn::WeightsError;
use crate::painter::{wished, Painter};
use crate::picture::Picture;
use crate::render::Hand;
use crate::synapse::ImageRequest;

use network::{Network, CHANCE, SIDE};
pub use train::{train, Trained};

/// A trained generator, and the hand that arranges its things.
pub struct Generator {
    network: Network,
    hand: Hand,
}

impl Generator {
    /// Loads what [`Trained::save`] wrote. `key`, any 32 bytes, decides the hand.
    ///
    /// # Errors
    /// If the file is missing or is no such generator.
    pub fn load(path: &Path, key: &[u8; 32]) -> Result<Self, WeightsError> {
        Ok(Self { network: load(path)?, hand: Hand::of(key) })
    }

    pub(crate) fn of(network: Network, hand: Hand) -> Self {
        Self { network, hand }
    }

    /// Small pictures of these words, one for each, 32 pixels a side.
    ///
    /// # Errors
    /// If the arithmetic fails.
    pub fn imagine(&self, words: &[&str], dice: &mut Dice) -> candle_core::Result<Vec<Picture>> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let chance: Vec<f32> = (0..words.len() * CHANCE).map(|_| normal(dice)).collect();
        let chance = Tensor::from_vec(chance, (words.len(), CHANCE), &Device::Cpu)?;
        let shown = self.network.draw(&self.network.words(&Bag::of(words)?)?, &chance)?;
        let each = shown.reshape((words.len(), SIDE * SIDE * 3))?.to_vec2::<f32>()?;
        let pictures =
            each.iter().map(|numbers| pixels::picture(numbers, SIDE as u32)).collect::<Option<Vec<Picture>>>();
        pictures.ok_or_else(|| candle_core::Error::msg("the numbers make no picture"))
    }
}

/// A normal number, cut off at about ±2: the sum of six even ones.
fn normal(dice: &mut Dice) -> f32 {
    let sum: f32 = (0..6).map(|_| dice.below(1 << 20) as f32 / (1 << 20) as f32).sum();
    ((sum - 3.0) * std::f32::consts::SQRT_2).clamp(-2.0, 2.0)
}

impl Painter for Generator {
    fn name(&self) -> &str {
        "generator"
    }

    fn paint(&self, request: &ImageRequest, budget: &Budget) -> Result<Picture, AnswerError> {
        if budget.is_spent() {
            return Err(AnswerError::Abandoned);
        }
        let scene = wished(request);
        let failed = |error: candle_core::Error| AnswerError::Model(error.to_string());
        let picture = compose::scene(self, &scene, &self.hand, request).map_err(failed)?;
        picture.ok_or_else(|| AnswerError::Request("ask for a smaller picture".into()))
    }
}
