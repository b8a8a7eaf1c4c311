//! The BERT encoder (Devlin et al. 2018, arXiv 1810.04805): layers of attention and feed-forward, each followed by a sum
//! and a normalisation.

use std::collections::HashMap;

use candle_core::{Device, Result, Tensor};
use candle_nn::ops::{layer_norm, softmax_last_dim};
use candle_nn::{Linear, Module};
use serde::Deserialize;

/// Sizes and constants, as `config.json` names them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Config {
    model_type: String,
    hidden_act: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    layer_norm_eps: f32,
    pub(super) vocab_size: usize,
}

impl Config {
    /// Reads and checks it.
    pub(super) fn read(bytes: &[u8]) -> std::result::Result<Self, String> {
        let config: Self = serde_json::from_slice(bytes).map_err(|e| format!("its config.json can't be read: {e}"))?;
        if config.model_type != "bert" || config.hidden_act != "gelu" {
            let (kind, act) = (&config.model_type, &config.hidden_act);
            return Err(format!("its architecture is {kind:?} with {act:?}, only \"bert\" with \"gelu\" is supported"));
        }
        let sound = (1..=64).contains(&config.num_hidden_layers)
            && (1..=8192).contains(&config.hidden_size)
            && (1..=1024).contains(&config.num_attention_heads)
            && config.hidden_size.is_multiple_of(config.num_attention_heads)
            && (1..=65_536).contains(&config.intermediate_size)
            && (8..=65_536).contains(&config.max_position_embeddings)
            && (1..=4_000_000).contains(&config.vocab_size)
            && (0.0..0.1).contains(&config.layer_norm_eps);
        if sound {
            Ok(config)
        } else {
            Err(format!("its sizes make no sense: {config:?}"))
        }
    }
}

/// Scale and shift of a normalisation.
struct Norm {
    weight: Tensor,
    bias: Tensor,
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    inner: Linear,
    outer: Linear,
    outer_norm: Norm,
}

/// All weights, F32.
pub(super) struct Bert {
    config: Config,
    words: Tensor,
    /// Position and sentence kind, added up: there is only one kind here.
    places: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
}

impl Bert {
    /// Reads a safetensors file.
    pub(super) fn read(file: &[u8], config: Config) -> Result<Self> {
        let tensors = candle_core::safetensors::load_buffer(file, &Device::Cpu)?;
        let get = |name: &str, shape: &[usize]| take(&tensors, name, shape);
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let linear = |name: &str, rows: usize, columns: usize| -> Result<Linear> {
            let weight = get(&format!("{name}.weight"), &[rows, columns])?;
            Ok(Linear::new(weight, Some(get(&format!("{name}.bias"), &[rows])?)))
        };
        let norm = |name: &str| -> Result<Norm> {
            Ok(Norm {
                weight: get(&format!("{name}.weight"), &[width])?,
                bias: get(&format!("{name}.bias"), &[width])?,
            })
        };
        let words = get("embeddings.word_embeddings.weight", &[config.vocab_size, width])?;
        let positions = get("embeddings.position_embeddings.weight", &[config.max_position_embeddings, width])?;
        let kinds = get("embeddings.token_type_embeddings.weight", &[2, width])?;
        let places = positions.broadcast_add(&kinds.narrow(0, 0, 1)?)?;
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for i in 0..config.num_hidden_layers {
            let at = format!("encoder.layer.{i}");
            layers.push(Layer {
                query: linear(&format!("{at}.attention.self.query"), width, width)?,
                key: linear(&format!("{at}.attention.self.key"), width, width)?,
                value: linear(&format!("{at}.attention.self.value"), width, width)?,
                attended: linear(&format!("{at}.attention.output.dense"), width, width)?,
                attended_norm: norm(&format!("{at}.attention.output.LayerNorm"))?,
                inner: linear(&format!("{at}.intermediate.dense"), inner, width)?,
                outer: linear(&format!("{at}.output.dense"), width, inner)?,
                outer_norm: norm(&format!("{at}.output.LayerNorm"))?,
            });
        }
        let norm = norm("embeddings.LayerNorm")?;
        Ok(Self { words, places, norm, layers, config })
    }

    /// Length of a state.
    pub(super) fn width(&self) -> usize {
        self.config.hidden_size
    }

    /// Most tokens that a text may have.
    pub(super) fn positions(&self) -> usize {
        self.config.max_position_embeddings
    }

    /// The last layer's states of one text's token ids ([rows] to [rows, width]).
    pub(super) fn states(&self, ids: &Tensor) -> Result<Tensor> {
        let rows = ids.dim(0)?;
        let x = (self.words.index_select(ids, 0)? + self.places.narrow(0, 0, rows)?)?;
        let mut x = self.normalised(&x, &self.norm)?;
        for layer in &self.layers {
            let attended = layer.attended.forward(&self.attend(layer, &x)?)?;
            x = self.normalised(&(x + attended)?, &layer.attended_norm)?;
            let inner = layer.inner.forward(&x)?.gelu_erf()?;
            let outer = layer.outer.forward(&inner)?;
            x = self.normalised(&(x + outer)?, &layer.outer_norm)?;
        }
        Ok(x)
    }

    fn attend(&self, layer: &Layer, x: &Tensor) -> Result<Tensor> {
        let (rows, heads) = (x.dim(0)?, self.config.num_attention_heads);
        let head_width = self.config.hidden_size / heads;
        let split = |x: Tensor| x.reshape((rows, heads, head_width))?.transpose(0, 1)?.contiguous();
        let q = (split(layer.query.forward(x)?)? * (1.0 / (head_width as f64).sqrt()))?;
        let k = split(layer.key.forward(x)?)?;
        let v = split(layer.value.forward(x)?)?;
        let mixed = softmax_last_dim(&q.matmul(&k.t()?)?)?.matmul(&v)?;
        mixed.transpose(0, 1)?.contiguous()?.reshape((rows, self.config.hidden_size))
    }

    fn normalised(&self, x: &Tensor, norm: &Norm) -> Result<Tensor> {
        layer_norm(&x.contiguous()?, &norm.weight, &norm.bias, self.config.layer_norm_eps)
    }
}

fn take(tensors: &HashMap<String, Tensor>, name: &str, shape: &[usize]) -> Result<Tensor> {
    let Some(tensor) = tensors.get(name) else { candle_core::bail!("it has no tensor {name}") };
    if tensor.dims() != shape {
        candle_core::bail!("{name} has shape {:?} instead of {shape:?}", tensor.dims());
    }
    tensor.to_dtype(candle_core::DType::F32)
}
