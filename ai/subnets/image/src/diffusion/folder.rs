//! The weights of a Stable Diffusion in their folder.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result as CandleResult};
use candle_nn::VarBuilder;
use candle_transformers::models::stable_diffusion::unet_2d::UNet2DConditionModel;
use candle_transformers::models::stable_diffusion::vae::AutoEncoderKL;
use serde_json::Value;

use super::config::Plan;
use crate::judge::clip::{read, TextEncoder, Words};
use crate::nn::WeightsError;

/// Longest file of weights, bytes.
const MOST: u64 = 16 << 30;
/// Longest file about the tokenizer, bytes.
const MOST_WORDS: u64 = 1 << 20;
/// The colours of a picture.
const COLOURS: usize = 3;

/// The tokenizer, and the token that texts are filled up with.
pub(super) fn words(folder: &Path, known: usize) -> Result<(Words, u32), WeightsError> {
    let folder = folder.join("tokenizer");
    let path = folder.join("tokenizer.json");
    if !path.is_file() {
        return Err(WeightsError::new(
            &path,
            "there is no such file: take the tokenizer.json of the CLIP whose text encoder this is",
        ));
    }
    let words = Words::load(&path, known)?;
    let path = folder.join("tokenizer_config.json");
    if !path.is_file() {
        let stop = words.stop();
        return Ok((words, stop));
    }
    let config: Value = serde_json::from_slice(&read(&path, MOST_WORDS)?).map_err(|e| WeightsError::new(&path, e))?;
    let token = &config["pad_token"];
    let token = token.as_str().or_else(|| token["content"].as_str());
    let filler = token.map_or(Some(words.stop()), |token| words.id(token)).filter(|id| (*id as usize) < known);
    let filler = filler.ok_or_else(|| WeightsError::new(&path, "its pad_token is no word of the tokenizer"))?;
    Ok((words, filler))
}

/// The text encoder.
pub(super) fn text(folder: &Path, plan: &Plan) -> Result<TextEncoder, WeightsError> {
    build(&folder.join("text_encoder"), "model", |weights| TextEncoder::take(&plan.text, &weights))
}

/// What removes noise.
pub(super) fn unet(folder: &Path, plan: &Plan) -> Result<UNet2DConditionModel, WeightsError> {
    let channels = plan.vae.latent_channels;
    build(&folder.join("unet"), "diffusion_pytorch_model", |weights| {
        UNet2DConditionModel::new(weights, channels, channels, false, plan.unet.clone())
    })
}

/// What makes pixels.
pub(super) fn vae(folder: &Path, plan: &Plan) -> Result<AutoEncoderKL, WeightsError> {
    build(&folder.join("vae"), "diffusion_pytorch_model", |weights| {
        AutoEncoderKL::new(weights, COLOURS, COLOURS, plan.vae.clone())
    })
}

/// A part of the model from its weights.
fn build<T>(
    folder: &Path,
    name: &str,
    make: impl FnOnce(VarBuilder<'static>) -> CandleResult<T>,
) -> Result<T, WeightsError> {
    let path = weights(folder, name)?;
    let bytes = read(&path, MOST)?;
    let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu);
    // Some gigabytes, which aren't needed twice.
    drop(bytes);
    let made = tensors.and_then(|tensors| make(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu)));
    made.map_err(|error| WeightsError::new(&path, error))
}

/// The file of weights: of full precision, or of half.
fn weights(folder: &Path, name: &str) -> Result<PathBuf, WeightsError> {
    let full = folder.join(format!("{name}.safetensors"));
    let found = [full.clone(), folder.join(format!("{name}.fp16.safetensors"))].into_iter().find(|path| path.is_file());
    found.ok_or_else(|| {
        WeightsError::new(
            &full,
            "there is no such file, nor one that ends in .fp16.safetensors: a folder of Stable Diffusion as diffusers lays \
             it out is needed",
        )
    })
}
