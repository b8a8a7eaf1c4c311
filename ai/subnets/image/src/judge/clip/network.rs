//! The two encoders: transformers that normalise before each step, one over the patches of a picture, one over the tokens of
//! a text, of which each sees only those before it.

use candle_core::{Device, Result, Tensor};
use candle_nn::ops::{sigmoid, softmax_last_dim};
use candle_nn::{layer_norm, linear, linear_no_bias, Init, LayerNorm, Linear, Module, VarBuilder};

use super::config::{Config, Text as TextSizes, Tower};
use crate::nn::layers::unit;

/// How weights begin that are not read from a file: in tests.
const FIRST: Init = Init::Randn { mean: 0.0, stdev: 0.2 };

/// Both encoders, and the logarithm of the scale that turns cosines into logits.
pub(super) struct Network {
    vision: Vision,
    text: Text,
    /// From the text encoder's states to the vectors that are compared.
    projection: Linear,
    /// Logits are cosines times this.
    scale: f64,
}

struct Vision {
    side: usize,
    patch: usize,
    /// [width, 3, patch, patch].
    patches: Tensor,
    /// [width]: stands for the whole picture.
    class: Tensor,
    /// [1 + patches, width].
    places: Tensor,
    before: LayerNorm,
    transformer: Transformer,
    after: LayerNorm,
    projection: Linear,
}

/// The encoder of texts.
pub(crate) struct Text {
    /// [tokens, width].
    words: Tensor,
    /// [positions, width].
    places: Tensor,
    transformer: Transformer,
    after: LayerNorm,
}

struct Transformer {
    layers: Vec<Layer>,
    heads: usize,
    quick: bool,
}

struct Layer {
    before: LayerNorm,
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    between: LayerNorm,
    up: Linear,
    down: Linear,
}

impl Network {
    /// Takes the tensors by their names.
    pub(super) fn take(config: &Config, weights: VarBuilder) -> Result<Self> {
        let scale = weights.get((), "logit_scale")?.to_scalar::<f32>()?;
        // What CLIP was trained with: no more than a hundred.
        let scale = f64::from(scale).exp().min(100.0);
        if !scale.is_finite() {
            return Err(candle_core::Error::msg("its scale is no number"));
        }
        let sizes = &config.text_config;
        let projection = linear_no_bias(sizes.hidden_size, config.projection_dim, weights.pp("text_projection"))?;
        let (vision, text) = (Vision::take(config, &weights)?, Text::take(sizes, &weights)?);
        Ok(Self { vision, text, projection, scale })
    }

    /// Pixels on a picture's side.
    pub(super) fn side(&self) -> usize {
        self.vision.side
    }

    /// Most tokens of a text.
    pub(super) fn positions(&self) -> usize {
        self.text.positions()
    }

    /// The vector of a picture [1, 3, side, side]: [1, projection], of length 1.
    pub(super) fn picture(&self, x: &Tensor) -> Result<Tensor> {
        let vision = &self.vision;
        let patches = x.conv2d(&vision.patches, 0, vision.patch, 1, 1)?.flatten_from(2)?.transpose(1, 2)?;
        let class = vision.class.reshape((1, 1, vision.class.elem_count()))?;
        let all = Tensor::cat(&[class, patches.contiguous()?], 1)?.contiguous()?;
        let all = vision.before.forward(&all.broadcast_add(&vision.places)?)?;
        let all = vision.transformer.forward(&all, None)?;
        let first = all.narrow(1, 0, 1)?.squeeze(1)?.contiguous()?;
        unit(&vision.projection.forward(&vision.after.forward(&first)?)?)
    }

    /// The vector of a text's token ids, the mark of its end last: [1, projection], of length 1.
    pub(super) fn text(&self, ids: &[u32]) -> Result<Tensor> {
        let all = self.text.states(ids)?;
        let last = all.narrow(1, ids.len().saturating_sub(1), 1)?.squeeze(1)?.contiguous()?;
        unit(&self.projection.forward(&last)?)
    }

    /// How well a picture and a text go together.
    pub(super) fn logit(&self, picture: &Tensor, text: &Tensor) -> Result<f64> {
        let cosine = (picture * text)?.sum_all()?.to_scalar::<f32>()?;
        Ok(self.scale * f64::from(cosine))
    }
}

impl Vision {
    fn take(config: &Config, weights: &VarBuilder) -> Result<Self> {
        let (tower, sizes) = (config.vision(), &config.vision_config);
        let (width, patch) = (tower.width, sizes.patch_size);
        let across = sizes.image_size / patch;
        let model = weights.pp("vision_model");
        let given = model.pp("embeddings");
        Ok(Self {
            side: sizes.image_size,
            patch,
            patches: given.get_with_hints((width, 3, patch, patch), "patch_embedding.weight", FIRST)?,
            class: given.get_with_hints(width, "class_embedding", FIRST)?,
            places: given.get_with_hints((1 + across * across, width), "position_embedding.weight", FIRST)?,
            // So the name is spelt in the files.
            before: layer_norm(width, tower.eps, model.pp("pre_layrnorm"))?,
            transformer: Transformer::take(&tower, &model.pp("encoder.layers"))?,
            after: layer_norm(width, tower.eps, model.pp("post_layernorm"))?,
            projection: linear_no_bias(width, config.projection_dim, weights.pp("visual_projection"))?,
        })
    }
}

impl Text {
    /// Takes the tensors by their names.
    pub(crate) fn take(sizes: &TextSizes, weights: &VarBuilder) -> Result<Self> {
        let tower = sizes.tower();
        let width = tower.width;
        let model = weights.pp("text_model");
        let given = model.pp("embeddings");
        let positions = sizes.max_position_embeddings;
        Ok(Self {
            words: given.get_with_hints((sizes.vocab_size, width), "token_embedding.weight", FIRST)?,
            places: given.get_with_hints((positions, width), "position_embedding.weight", FIRST)?,
            transformer: Transformer::take(&tower, &model.pp("encoder.layers"))?,
            after: layer_norm(width, tower.eps, model.pp("final_layer_norm"))?,
        })
    }

    /// Most tokens of a text.
    pub(crate) fn positions(&self) -> usize {
        self.places.dims().first().copied().unwrap_or(0)
    }

    /// What each token means where it stands: [1, tokens, width].
    pub(crate) fn states(&self, ids: &[u32]) -> Result<Tensor> {
        let rows = ids.len();
        let words = self.words.index_select(&Tensor::new(ids, &Device::Cpu)?, 0)?;
        let x = (words + self.places.narrow(0, 0, rows)?)?.unsqueeze(0)?;
        self.after.forward(&self.transformer.forward(&x, Some(&blinkers(rows)?))?)
    }
}

impl Transformer {
    fn take(tower: &Tower, weights: &VarBuilder) -> Result<Self> {
        let layers = (0..tower.layers).map(|i| Layer::take(tower, &weights.pp(i))).collect::<Result<Vec<Layer>>>()?;
        Ok(Self { layers, heads: tower.heads, quick: tower.quick })
    }

    /// States [1, rows, width] to the same; `mask` [rows, rows] is added to what rows think of rows.
    fn forward(&self, x: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
        let mut x = x.clone();
        for layer in &self.layers {
            x = (&x + self.attended(layer, &layer.before.forward(&x)?, mask)?)?;
            let inner = layer.up.forward(&layer.between.forward(&x)?)?;
            let inner = if self.quick { (&inner * sigmoid(&(&inner * 1.702)?)?)? } else { inner.gelu_erf()? };
            x = (&x + layer.down.forward(&inner)?)?;
        }
        Ok(x)
    }

    fn attended(&self, layer: &Layer, x: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
        let (one, rows, width) = x.dims3()?;
        let each = width / self.heads.max(1);
        let split = |x: Tensor| x.reshape((rows, self.heads, each))?.transpose(0, 1)?.contiguous();
        let query = (split(layer.query.forward(x)?)? * (1.0 / (each as f64).sqrt()))?;
        let key = split(layer.key.forward(x)?)?;
        let value = split(layer.value.forward(x)?)?;
        let mut thought = query.matmul(&key.t()?)?;
        if let Some(mask) = mask {
            thought = thought.broadcast_add(mask)?;
        }
        let mixed = softmax_last_dim(&thought)?.matmul(&value)?;
        layer.out.forward(&mixed.transpose(0, 1)?.contiguous()?.reshape((one, rows, width))?)
    }
}

impl Layer {
    fn take(tower: &Tower, weights: &VarBuilder) -> Result<Self> {
        let (width, inner) = (tower.width, tower.inner);
        let own = weights.pp("self_attn");
        Ok(Self {
            before: layer_norm(width, tower.eps, weights.pp("layer_norm1"))?,
            query: linear(width, width, own.pp("q_proj"))?,
            key: linear(width, width, own.pp("k_proj"))?,
            value: linear(width, width, own.pp("v_proj"))?,
            out: linear(width, width, own.pp("out_proj"))?,
            between: layer_norm(width, tower.eps, weights.pp("layer_norm2"))?,
            up: linear(width, inner, weights.pp("mlp.fc1"))?,
            down: linear(inner, width, weights.pp("mlp.fc2"))?,
        })
    }
}

/// What keeps a token from seeing those after it: 0 where it may look, −∞ where not, [rows, rows].
fn blinkers(rows: usize) -> Result<Tensor> {
    let hidden = |place: usize| if place % rows > place / rows { f32::NEG_INFINITY } else { 0.0 };
    Tensor::from_vec((0..rows * rows).map(hidden).collect::<Vec<f32>>(), (rows, rows), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sees_what_comes_after() {
        let mask = blinkers(3).expect("a mask").to_vec2::<f32>().expect("numbers");
        let no = f32::NEG_INFINITY;
        assert_eq!(mask, [[0.0, no, no], [0.0, 0.0, no], [0.0, 0.0, 0.0]]);
    }
}
