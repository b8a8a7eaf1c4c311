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
pub(crate) struct Text {
    pub(crate) vocab_size: usize,
    pub(crate) max_position_embeddings: usize,
    pub(crate) hidden_size: usize,
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
        let vision = &config.vision_config;
        config.text_config.check()?;
        known(&vision.hidden_act)?;
        let sound = config.vision().is_sound()
            && (1..=8192).contains(&config.projection_dim)
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

impl Text {
    /// Reads and checks the sizes of an encoder of texts that stands alone.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let text: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        text.check()?;
        Ok(text)
    }

    fn check(&self) -> Result<(), String> {
        known(&self.hidden_act)?;
        let sound = self.tower().is_sound()
            && (3..=1_000_000).contains(&self.vocab_size)
            && (3..=1024).contains(&self.max_position_embeddings);
        if sound {
            Ok(())
        } else {
            Err(format!("its sizes make no sense: {self:?}"))
        }
    }

    /// Its transformer.
    pub(super) fn tower(&self) -> Tower {
        Tower {
            width: self.hidden_size,
            inner: self.intermediate_size,
            heads: self.num_attention_heads,
            layers: self.num_hidden_layers,
            quick: self.hidden_act == "quick_gelu",
            eps: self.layer_norm_eps,
        }
    }
}

/// Whether the activation is one that can be computed.
fn known(act: &str) -> Result<(), String> {
    match act {
        "quick_gelu" | "gelu" => Ok(()),
        _ => Err("only the activations quick_gelu and gelu are known".to_owned()),
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
