//! A small dual encoder of our own: pictures and captions as vectors, near each other where they belong together (as
//! CLIP does it, at 64 × 64 pixels and a million numbers), trained on rendered scenes and on emoji by [`train()`]. Where the
//! grammar knows what a caption says, colours and counts are weighed in.
//!
//! It knows the world of our grammar, things that there are emoji of, and little else: for other prompts a validator should
//! bring a larger matcher.

mod network;
mod retrieval;
pub(crate) mod text;
mod train;

use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};

use super::captions::Choice;
use super::matching::{agreements, Matcher};
use crate::nn::pixels::cells;
use crate::nn::train::load;
use crate::nn::WeightsError;
use crate::picture::{Picture, Rgb};

use network::{Network, CELLS, CHANNELS, SIDE};
pub use retrieval::{measure, measure_emoji, Retrieval};
pub use train::{ensemble, train, Trained};

/// One or more trained encoders whose beliefs are averaged, each looking at several views of a picture: what fools one
/// look of one encoder seldom fools all.
pub struct DualEncoder {
    networks: Vec<Network>,
}

impl DualEncoder {
    /// Loads what [`Trained::save`] wrote.
    ///
    /// # Errors
    /// If a file is missing or is no such encoder, or no file is named.
    pub fn load(paths: &[PathBuf]) -> Result<Self, WeightsError> {
        let networks = paths.iter().map(|path| load(path)).collect::<Result<Vec<Network>, WeightsError>>()?;
        if networks.is_empty() {
            return Err(WeightsError::new(Path::new("the encoder"), "name at least one file"));
        }
        Ok(Self { networks })
    }

    /// Of encoders in memory, at least one.
    pub(crate) fn of(networks: Vec<Network>) -> Self {
        Self { networks }
    }

    /// What both say together: the encoders' logits, and the agreement of colours and counts where there is any.
    fn told(&self, picture: &Picture, choice: &Choice) -> candle_core::Result<Vec<f64>> {
        let mut logits = self.scored(picture, &choice.captions)?;
        let weights = self.networks.iter().map(Network::probes).collect::<candle_core::Result<Vec<f64>>>()?;
        let weight = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        if let Some(agreements) = (weight > 0.0).then(|| agreements(picture, choice)).flatten() {
            logits.iter_mut().zip(agreements).for_each(|(logit, agreement)| *logit += weight * agreement);
        }
        Ok(logits)
    }

    fn scored(&self, picture: &Picture, captions: &[String]) -> candle_core::Result<Vec<f64>> {
        let views = views(picture);
        let packed: Vec<f32> = views.iter().flat_map(pack).collect();
        let pictures = Tensor::from_vec(packed, (views.len(), CELLS, CELLS, CHANNELS), &Device::Cpu)?;
        let words: Vec<&str> = captions.iter().map(String::as_str).collect();
        let bag = text::Bag::of(&words)?;
        let mut sums = vec![0.0; captions.len()];
        let looks = (views.len() * self.networks.len()).max(1) as f64;
        for network in &self.networks {
            let logits = network.logits(&network.pictures(&pictures)?, &network.texts(&bag)?)?;
            for row in logits.to_vec2::<f32>()? {
                sums.iter_mut().zip(row).for_each(|(sum, logit)| *sum += f64::from(logit) / looks);
            }
        }
        Ok(sums)
    }
}

impl Matcher for DualEncoder {
    fn logits(&self, picture: &Picture, choice: &Choice) -> Option<Vec<f64>> {
        match self.told(picture, choice) {
            Ok(logits) => Some(logits),
            Err(error) => {
                tracing::error!(%error, "the dual encoder failed");
                None
            }
        }
    }

    fn name(&self) -> &str {
        "dual encoder"
    }
}

/// The picture, its mirror image, its middle, and the picture without its finest detail.
fn views(picture: &Picture) -> Vec<Picture> {
    let side = SIDE as u32;
    let Some(small) = picture.resized(side, side) else { return Vec::new() };
    let mirrored = taken(&small, |x, y| (i64::from(side) - 1 - x, y));
    let middle = taken(&small, |x, y| (2 + x * 15 / 16, 2 + y * 15 / 16));
    let blurred = blurred(&small);
    [Some(small), mirrored, middle, blurred].into_iter().flatten().collect()
}

/// Half as sharp.
fn blurred(picture: &Picture) -> Option<Picture> {
    let (width, height) = (picture.width(), picture.height());
    picture.resized(width.div_ceil(2), height.div_ceil(2))?.resized(width, height)
}

/// A picture of the same size whose pixels are those at the places that `from` gives.
fn taken(picture: &Picture, from: impl Fn(i64, i64) -> (i64, i64)) -> Option<Picture> {
    let (width, height) = (picture.width(), picture.height());
    let places = (0..i64::from(height)).flat_map(|y| (0..i64::from(width)).map(move |x| (x, y)));
    let pixels: Vec<Rgb> = places
        .map(|(x, y)| {
            let (x, y) = from(x, y);
            picture.at(x, y)
        })
        .collect();
    Picture::from_pixels(width, height, pixels)
}

/// A picture as the network sees it: 16 × 16 cells of 4 × 4 pixels.
pub(crate) fn pack(picture: &Picture) -> Vec<f32> {
    cells(picture, CELLS, SIDE / CELLS)
}
