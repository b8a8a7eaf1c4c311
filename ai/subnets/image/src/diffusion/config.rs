//! Sizes of a Stable Diffusion, as its folder's JSON files name them.

use std::path::Path;

use candle_transformers::models::stable_diffusion::ddim::DDIMSchedulerConfig;
use candle_transformers::models::stable_diffusion::schedulers::{BetaSchedule, PredictionType, TimestepSpacing};
use candle_transformers::models::stable_diffusion::unet_2d::{BlockConfig, UNet2DConditionModelConfig};
use candle_transformers::models::stable_diffusion::vae::AutoEncoderKLConfig;
use serde::de::DeserializeOwned;
use serde::Deserialize;

use crate::judge::clip::{read, TextSizes};
use crate::nn::WeightsError;

/// Longest file of sizes, bytes.
const MOST: u64 = 1 << 20;
/// The shortest and the longest side that pictures are drawn at, pixels: smaller ones make no sense to the model, larger
/// ones take too long.
pub(super) const SIDES: [u32; 2] = [256, 768];

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiffusionOptions {
    /// Steps from noise to picture, 1 to 200. Turbo models need 1 to 4, others 15 and more.
    pub steps: usize,
    /// How far the prompt pulls, 1 (as the model was taught; turbo models want this) to 30. Above 1 a step costs twice as
    /// much.
    pub guidance: f64,
}

impl Default for DiffusionOptions {
    fn default() -> Self {
        Self { steps: 20, guidance: 7.5 }
    }
}

/// What is loaded, and how it works together.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) text: TextSizes,
    pub(super) unet: UNet2DConditionModelConfig,
    pub(super) vae: AutoEncoderKLConfig,
    pub(super) scheduler: DDIMSchedulerConfig,
    /// The decoder's numbers times this are the U-Net's.
    pub(super) scaling: f64,
}

/// One number for all blocks, or one for each.
#[derive(Deserialize)]
#[serde(untagged)]
enum Each {
    All(usize),
    Own(Vec<usize>),
}

#[derive(Deserialize)]
struct Unet {
    block_out_channels: Vec<usize>,
    down_block_types: Vec<String>,
    attention_head_dim: Each,
    cross_attention_dim: usize,
    #[serde(default = "two")]
    layers_per_block: usize,
    #[serde(default = "groups")]
    norm_num_groups: usize,
    #[serde(default)]
    use_linear_projection: bool,
    #[serde(default = "four")]
    in_channels: usize,
    #[serde(default)]
    addition_embed_type: Option<String>,
}

#[derive(Deserialize)]
struct Vae {
    block_out_channels: Vec<usize>,
    #[serde(default = "four")]
    latent_channels: usize,
    #[serde(default = "two")]
    layers_per_block: usize,
    #[serde(default = "groups")]
    norm_num_groups: usize,
    #[serde(default = "scaling")]
    scaling_factor: f64,
}

#[derive(Deserialize)]
#[serde(default)]
struct Schedule {
    beta_start: f64,
    beta_end: f64,
    beta_schedule: String,
    num_train_timesteps: usize,
    prediction_type: String,
    steps_offset: usize,
    timestep_spacing: String,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            beta_start: 0.000_85,
            beta_end: 0.012,
            beta_schedule: "scaled_linear".to_owned(),
            num_train_timesteps: 1000,
            prediction_type: "epsilon".to_owned(),
            steps_offset: 1,
            timestep_spacing: "leading".to_owned(),
        }
    }
}

fn two() -> usize {
    2
}

fn four() -> usize {
    4
}

fn groups() -> usize {
    32
}

fn scaling() -> f64 {
    0.18215
}

impl Plan {
    /// Reads and checks all sizes of a folder.
    pub(super) fn read(folder: &Path, options: &DiffusionOptions) -> Result<Self, WeightsError> {
        let bad = |reason: &str| WeightsError::new(folder, reason);
        if !(1..=200).contains(&options.steps) || !(1.0..=30.0).contains(&options.guidance) {
            return Err(bad("draw in 1 to 200 steps, with a guidance of 1 to 30"));
        }
        if folder.join("text_encoder_2").exists() || folder.join("transformer").exists() {
            return Err(bad(OTHERS));
        }
        let path = folder.join("text_encoder").join("config.json");
        let text = TextSizes::read(&read(&path, MOST)?).map_err(|error| WeightsError::new(&path, error))?;
        let unet = folder.join("unet").join("config.json");
        let unet = unet_of(json(&unet)?, &text).map_err(|error| WeightsError::new(&unet, error))?;
        let vae = folder.join("vae").join("config.json");
        let (vae, scaling) = vae_of(json(&vae)?).map_err(|error| WeightsError::new(&vae, error))?;
        let scheduler = folder.join("scheduler").join("scheduler_config.json");
        let scheduler =
            schedule_of(json(&scheduler)?, options.steps).map_err(|error| WeightsError::new(&scheduler, error))?;
        Ok(Self { text, unet, vae, scheduler, scaling })
    }

    /// Pixels each way that one of the U-Net's numbers stands for.
    pub(super) fn cell(&self) -> u32 {
        1 << self.vae.block_out_channels.len().saturating_sub(1).min(6)
    }
}

const OTHERS: &str = "it is no Stable Diffusion 1.x or 2.x, and others (XL, 3, Flux) aren't drawn in this process: run it \
     behind a server of OpenAI's images protocol, and take --engine image-server --backend URL --model NAME instead of --sd";

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, WeightsError> {
    serde_json::from_slice(&read(path, MOST)?).map_err(|error| WeightsError::new(path, error))
}

/// Whether channels are few enough to be real and can be normalised in groups.
fn are_sound(channels: &[usize], layers: usize, groups: usize) -> bool {
    (2..=6).contains(&channels.len())
        && (1..=8).contains(&layers)
        && (1..=256).contains(&groups)
        && channels.iter().all(|count| (1..=4096).contains(count) && count.is_multiple_of(groups))
}

fn unet_of(unet: Unet, text: &TextSizes) -> Result<UNet2DConditionModelConfig, String> {
    let (channels, types) = (&unet.block_out_channels, &unet.down_block_types);
    if unet.addition_embed_type.is_some() || unet.in_channels != 4 {
        return Err(OTHERS.to_owned());
    }
    if !are_sound(channels, unet.layers_per_block, unet.norm_num_groups) || types.len() != channels.len() {
        return Err("its blocks make no sense".to_owned());
    }
    if unet.cross_attention_dim != text.hidden_size {
        return Err(format!(
            "it listens to {} numbers a token, and the text encoder says {}: they are of different models",
            unet.cross_attention_dim, text.hidden_size
        ));
    }
    let heads = match unet.attention_head_dim {
        Each::All(heads) => vec![heads; channels.len()],
        Each::Own(heads) => heads,
    };
    let mut blocks = Vec::with_capacity(channels.len());
    for ((out_channels, heads), kind) in channels.iter().zip(&heads).zip(types) {
        let use_cross_attn = match kind.as_str() {
            "CrossAttnDownBlock2D" => Some(1),
            "DownBlock2D" => None,
            _ => return Err("it has blocks of a kind that isn't known here".to_owned()),
        };
        if !(1..=*out_channels).contains(heads) || !out_channels.is_multiple_of(*heads) {
            return Err("its attention heads make no sense".to_owned());
        }
        blocks.push(BlockConfig { out_channels: *out_channels, use_cross_attn, attention_head_dim: *heads });
    }
    if blocks.len() != channels.len() {
        return Err("its attention heads make no sense".to_owned());
    }
    Ok(UNet2DConditionModelConfig {
        blocks,
        cross_attention_dim: unet.cross_attention_dim,
        layers_per_block: unet.layers_per_block,
        norm_num_groups: unet.norm_num_groups,
        use_linear_projection: unet.use_linear_projection,
        ..UNet2DConditionModelConfig::default()
    })
}

/// The decoder's sizes and scale.
fn vae_of(vae: Vae) -> Result<(AutoEncoderKLConfig, f64), String> {
    if vae.latent_channels != 4 {
        return Err(OTHERS.to_owned());
    }
    if !are_sound(&vae.block_out_channels, vae.layers_per_block, vae.norm_num_groups)
        || !(1e-6..=1e6).contains(&vae.scaling_factor)
    {
        return Err("its sizes make no sense".to_owned());
    }
    let config = AutoEncoderKLConfig {
        block_out_channels: vae.block_out_channels,
        layers_per_block: vae.layers_per_block,
        latent_channels: vae.latent_channels,
        norm_num_groups: vae.norm_num_groups,
        use_quant_conv: true,
        use_post_quant_conv: true,
    };
    Ok((config, vae.scaling_factor))
}

fn schedule_of(schedule: Schedule, steps: usize) -> Result<DDIMSchedulerConfig, String> {
    let known = |name: &str| Err(format!("its {name} is of a kind that isn't known here"));
    let beta_schedule = match schedule.beta_schedule.as_str() {
        "scaled_linear" => BetaSchedule::ScaledLinear,
        "linear" => BetaSchedule::Linear,
        _ => return known("beta_schedule"),
    };
    let prediction_type = match schedule.prediction_type.as_str() {
        "epsilon" => PredictionType::Epsilon,
        "v_prediction" => PredictionType::VPrediction,
        _ => return known("prediction_type"),
    };
    let timestep_spacing = match schedule.timestep_spacing.as_str() {
        "trailing" => TimestepSpacing::Trailing,
        "linspace" => TimestepSpacing::Linspace,
        "leading" => TimestepSpacing::Leading,
        _ => return known("timestep_spacing"),
    };
    let sound = (steps..=100_000).contains(&schedule.num_train_timesteps)
        && schedule.steps_offset <= 1
        && schedule.beta_start > 0.0
        && schedule.beta_start <= schedule.beta_end
        && schedule.beta_end < 1.0;
    if !sound {
        return Err("its numbers make no sense".to_owned());
    }
    Ok(DDIMSchedulerConfig {
        beta_start: schedule.beta_start,
        beta_end: schedule.beta_end,
        beta_schedule,
        prediction_type,
        steps_offset: schedule.steps_offset,
        train_timesteps: schedule.num_train_timesteps,
        timestep_spacing,
        ..DDIMSchedulerConfig::default()
    })
}
