//! Sizes of a CLIP, as `config.json` names them. What it leaves out is as in ViT-B/32.

use serde::Deserialize;

use crate::picture::MAX_SIDE;

/// Sizes of both encoders.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(super) struct Config {
    /// Numbers of the vectors that are compared.
    pub(super) projection_dim: usize,
    pub(super) text_config: Text,
    pub(super) vision_config: Vision,
}

/// Sizes of the encoder of captions.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(super) struct Text {
    pub(super) vocab_size: usize,
    pub(super) max_position_embeddings: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_attention_heads: usize,
    num_hidden_layers: usize,
    hidden_act: String,
    layer_norm_eps: f64,
}

/// Sizes of the encoder of pictures.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(super) struct Vision {
    pub(super) image_size: usize,
    pub(super) patch_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_attention_heads: usize,
    num_hidden_layers: usize,
    hidden_act: String,
    layer_norm_eps: f64,
}

/// Sizes of a transformer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tower {
    pub(super) width: usize,
    pub(super) inner: usize,
    pub(super) heads: usize,
    pub(super) layers: usize,
    /// Whether the activation is x σ(1.702 x) instead of the Gaussian one.
    pub(super) quick: bool,
    pub(super) eps: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { projection_dim: 512, text_config: Text::default(), vision_config: Vision::default() }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self {
            vocab_size: 49_408,
            max_position_embeddings: 77,
            hidden_size: 512,
            intermediate_size: 2048,
            num_attention_heads: 8,
            num_hidden_layers: 12,
            hidden_act: "quick_gelu".to_owned(),
            layer_norm_eps: 1e-5,
        }
    }
}

impl Default for Vision {
    fn default() -> Self {
        Self {
            image_size: 224,
            patch_size: 32,
            hidden_size: 768,
            intermediate_size: 3072,
            num_attention_heads: 12,
            num_hidden_layers: 12,
            hidden_act: "quick_gelu".to_owned(),
            layer_norm_eps: 1e-5,
        }
    }
}

impl Config {
    /// Reads and checks it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let config: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let (text, vision) = (&config.text_config, &config.vision_config);
        let acts = ["quick_gelu", "gelu"];
        if ![&text.hidden_act, &vision.hidden_act].into_iter().all(|act| acts.contains(&act.as_str())) {
            return Err(format!("only the activations {acts:?} are known"));
        }
        let sound = [config.text(), config.vision()].iter().all(Tower::is_sound)
            && (1..=8192).contains(&config.projection_dim)
            && (3..=1_000_000).contains(&text.vocab_size)
            && (3..=1024).contains(&text.max_position_embeddings)
            && (1..=MAX_SIDE as usize).contains(&vision.image_size)
            && (1..=vision.image_size).contains(&vision.patch_size)
            && vision.image_size.is_multiple_of(vision.patch_size)
            && vision.image_size / vision.patch_size <= 64;
        if sound {
            Ok(config)
        } else {
            Err(format!("its sizes make no sense: {config:?}"))
        }
    }

    /// The transformer of captions.
    pub(super) fn text(&self) -> Tower {
        let text = &self.text_config;
        Tower {
            width: text.hidden_size,
            inner: text.intermediate_size,
            heads: text.num_attention_heads,
            layers: text.num_hidden_layers,
            quick: text.hidden_act == "quick_gelu",
            eps: text.layer_norm_eps,
        }
    }

    /// The transformer of pictures.
    pub(super) fn vision(&self) -> Tower {
        let vision = &self.vision_config;
        Tower {
            width: vision.hidden_size,
            inner: vision.intermediate_size,
            heads: vision.num_attention_heads,
            layers: vision.num_hidden_layers,
            quick: vision.hidden_act == "quick_gelu",
            eps: vision.layer_norm_eps,
        }
    }

    /// Tokens that have vectors.
    pub(super) fn words(&self) -> usize {
        self.text_config.vocab_size
    }
}

impl Tower {
    fn is_sound(&self) -> bool {
        (1..=8192).contains(&self.width)
            && (1..=65_536).contains(&self.inner)
            && (1..=256).contains(&self.heads)
            && self.width.is_multiple_of(self.heads)
            && (1..=96).contains(&self.layers)
            && (0.0..0.1).contains(&self.eps)
    }
}
