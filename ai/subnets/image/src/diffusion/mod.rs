//! Stable Diffusion 1.x and 2.x (Rombach et al. 2022, arXiv 2112.10752) as a painter, for miners who have its weights.
//!
//! A folder as diffusers lays it out: `unet`, `vae`, `text_encoder` and `scheduler` with their `config.json` (the last with
//! `scheduler_config.json`) and weights as safetensors, and `tokenizer/tokenizer.json`. Weights of half precision are
//! widened, so some 6 GB of memory are needed. On a processor a step takes seconds, and validators wait 20 s at most: few
//! steps and a model that was made for few (turbo), or a server with a graphics card behind
//! [`backend`](crate::backend).

mod config;
mod folder;

use std::path::Path;

use candle_core::{Device, Result as CandleResult, Tensor};
use candle_transformers::models::stable_diffusion::schedulers::SchedulerConfig;
use candle_transformers::models::stable_diffusion::unet_2d::UNet2DConditionModel;
use candle_transformers::models::stable_diffusion::vae::AutoEncoderKL;
use ganglion_models::training::normal;
use ganglion_subnet::{AnswerError, Budget};
use rand::rngs::StdRng;
use rand::SeedableRng;
use sha2::{Digest, Sha256};

use crate::judge::clip::{TextEncoder, Words};
use crate::nn::{pixels, WeightsError};
use crate::painter::Painter;
use crate::picture::Picture;
use crate::synapse::ImageRequest;

pub use config::DiffusionOptions;
use config::{Plan, SIDES};

/// A Stable Diffusion in memory.
pub struct StableDiffusion {
    words: Words,
    /// Fills a text up to the length that the model learned with.
    filler: u32,
    text: TextEncoder,
    unet: UNet2DConditionModel,
    vae: AutoEncoderKL,
    plan: Plan,
    options: DiffusionOptions,
    /// Tells this miner's pictures from those of others with the same weights.
    key: [u8; 32],
}

impl StableDiffusion {
    /// Loads a folder. `key`, any 32 bytes, goes into what is left to chance.
    ///
    /// # Errors
    /// If something is missing, is another model than these, or the options make no sense.
    pub fn load(folder: &Path, options: DiffusionOptions, key: &[u8; 32]) -> Result<Self, WeightsError> {
        let plan = Plan::read(folder, &options)?;
        let (words, filler) = folder::words(folder, plan.text.vocab_size)?;
        let text = folder::text(folder, &plan)?;
        let unet = folder::unet(folder, &plan)?;
        let vae = folder::vae(folder, &plan)?;
        Ok(Self { words, filler, text, unet, vae, plan, options, key: *key })
    }

    /// What a text means: [1, positions, width].
    fn meaning(&self, text: &str) -> CandleResult<Tensor> {
        let most = self.text.positions();
        let mut ids = self.words.ids(text, most)?;
        ids.resize(most, self.filler);
        self.text.states(&ids)
    }

    /// Removes noise step by step; `None` if nobody waits any more.
    fn drawn(&self, request: &ImageRequest, budget: &Budget) -> CandleResult<Option<Picture>> {
        let [width, height] = sides(request.width, request.height, self.plan.cell());
        let cell = self.plan.cell() as usize;
        let shape = (1, self.plan.vae.latent_channels, height as usize / cell, width as usize / cell);
        let guided = self.options.guidance > 1.0;
        let wanted = self.meaning(&request.prompt)?;
        let told = match guided {
            true => Tensor::cat(&[&self.meaning(&request.negative_prompt)?, &wanted], 0)?,
            false => wanted,
        };
        let mut scheduler = self.plan.scheduler.build(self.options.steps)?;
        let mut latents = (self.noise(request.seed, shape)? * scheduler.init_noise_sigma())?;
        for step in scheduler.timesteps().to_vec() {
            if budget.is_spent() {
                return Ok(None);
            }
            let both = if guided { Tensor::cat(&[&latents, &latents], 0)? } else { latents.clone() };
            let guess = self.unet.forward(&scheduler.scale_model_input(both, step)?, step as f64, &told)?;
            let guess = if guided { self.guided(&guess)? } else { guess };
            latents = scheduler.step(&guess, step, &latents)?;
        }
        if budget.is_spent() {
            return Ok(None);
        }
        let shown = self.vae.decode(&(latents / self.plan.scaling)?)?;
        picture(&shown, width, height)?.resized(request.width, request.height).map(Some).ok_or_else(|| no("its size"))
    }

    /// Away from what wasn't asked for, towards what was (classifier-free guidance, Ho and Salimans 2022).
    fn guided(&self, guess: &Tensor) -> CandleResult<Tensor> {
        let (without, with) = (guess.narrow(0, 0, 1)?, guess.narrow(0, 1, 1)?);
        &without + ((with - &without)? * self.options.guidance)?
    }

    /// Normal numbers that follow from the request's seed and the miner's key.
    fn noise(&self, seed: u64, shape: (usize, usize, usize, usize)) -> CandleResult<Tensor> {
        let mut hasher = Sha256::new();
        hasher.update(b"ganglion/image-diffusion/1");
        hasher.update(seed.to_le_bytes());
        hasher.update(self.key);
        let mut rng = StdRng::from_seed(hasher.finalize().into());
        let count = shape.0 * shape.1 * shape.2 * shape.3;
        let numbers: Vec<f32> = (0..count).map(|_| normal(&mut rng) as f32).collect();
        Tensor::from_vec(numbers, shape, &Device::Cpu)
    }
}

impl Painter for StableDiffusion {
    fn name(&self) -> &str {
        "stable diffusion"
    }

    fn paint(&self, request: &ImageRequest, budget: &Budget) -> Result<Picture, AnswerError> {
        match self.drawn(request, budget) {
            Ok(Some(picture)) => Ok(picture),
            Ok(None) => Err(AnswerError::Abandoned),
            Err(error) => Err(AnswerError::Model(error.to_string())),
        }
    }
}

/// The sides to draw at: of the asked shape, within what the model knows, each a multiple of `cell`.
fn sides(width: u32, height: u32, cell: u32) -> [u32; 2] {
    let [least, most] = SIDES.map(f64::from);
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let larger = (least / width.min(height)).max(1.0);
    let scale = larger.min(most / width.max(height));
    [width, height].map(|side| ((side * scale / f64::from(cell)).round() as u32).max(1) * cell)
}

/// A picture from the decoder's [1, 3, height, width], each part from −1 to 1.
fn picture(shown: &Tensor, width: u32, height: u32) -> CandleResult<Picture> {
    let parts = ((shown.squeeze(0)?.permute([1, 2, 0])? / 2.0)? + 0.5)?;
    let numbers = parts.contiguous()?.flatten_all()?.to_vec1::<f32>()?;
    pixels::of_sides(&numbers, width, height).ok_or_else(|| no("its size"))
}

fn no(what: &str) -> candle_core::Error {
    candle_core::Error::msg(format!("the model's picture can't be read: {what} is wrong"))
}

#[cfg(test)]
mod tests;
