//! The llama network itself: weights, key–value cache and one step forward.

use std::io::{Read, Seek};
use std::sync::Arc;

use candle_core::quantized::gguf_file::Content;
use candle_core::quantized::QTensor;
use candle_core::{DType, Device, Result, Tensor, D};
use candle_nn::ops::{rms_norm, silu, softmax_last_dim};
use candle_nn::rotary_emb::rope_i;

use super::linear::{with_fast_kernel, Linear};
use super::metadata::Shape;

/// Rows that go through the network together: bounds the attention scores to rows × window × heads numbers.
pub(crate) const CHUNK: usize = 512;

struct Layer {
    attention_norm: Tensor,
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    mlp_norm: Tensor,
    gate: Linear,
    up: Linear,
    down: Linear,
}

/// All weights and the rotary tables; immutable, so shared by any number of answers.
pub(crate) struct Network {
    shape: Shape,
    window: usize,
    embedding: Arc<QTensor>,
    layers: Vec<Layer>,
    norm: Tensor,
    head: Linear,
    cos: Tensor,
    sin: Tensor,
}

/// Keys and values of the tokens read so far, for each layer [kv heads, capacity, head width].
pub(crate) struct Cache {
    keys: Vec<Tensor>,
    values: Vec<Tensor>,
    len: usize,
    capacity: usize,
}

impl Network {
    /// Reads the weights for a window of at most `window` tokens (and not more than the model was trained for).
    pub(crate) fn read<R: Read + Seek>(content: &Content, file: &mut R, shape: Shape, window: usize) -> Result<Self> {
        let cpu = Device::Cpu;
        let window = window.min(shape.context);
        let mut quantised = |name: &str, rows: usize, columns: usize| -> Result<QTensor> {
            let tensor = content.tensor(file, name, &cpu)?;
            if tensor.shape().dims() != [rows, columns] {
                candle_core::bail!("{name} has shape {:?} instead of [{rows}, {columns}]", tensor.shape());
            }
            with_fast_kernel(tensor)
        };
        let width = shape.width;
        let kv_width = shape.kv_heads * shape.head_width;
        let hidden = inner_width(content)?;
        let rows = vocabulary(content)?;
        let embedding = Arc::new(quantised("token_embd.weight", rows, width)?);
        let head = if content.tensor_infos.contains_key("output.weight") {
            Linear::always_quantised(Arc::new(quantised("output.weight", rows, width)?))?
        } else {
            Linear::always_quantised(embedding.clone())?
        };
        let mut linears = Vec::with_capacity(shape.layers);
        for i in 0..shape.layers {
            let mut get =
                |part: &str, rows, columns| Linear::new(quantised(&format!("blk.{i}.{part}.weight"), rows, columns)?);
            linears.push([
                get("attn_q", width, width)?,
                get("attn_k", kv_width, width)?,
                get("attn_v", kv_width, width)?,
                get("attn_output", width, width)?,
                get("ffn_gate", hidden, width)?,
                get("ffn_up", hidden, width)?,
                get("ffn_down", width, hidden)?,
            ]);
        }
        let mut norm = |name: &str| -> Result<Tensor> {
            let tensor = content.tensor(file, name, &cpu)?.dequantize(&cpu)?.to_dtype(DType::F32)?;
            if tensor.dims() != [width] {
                candle_core::bail!("{name} has shape {:?} instead of [{width}]", tensor.shape());
            }
            Ok(tensor)
        };
        let mut layers = Vec::with_capacity(shape.layers);
        for (i, [query, key, value, output, gate, up, down]) in linears.into_iter().enumerate() {
            let attention_norm = norm(&format!("blk.{i}.attn_norm.weight"))?;
            let mlp_norm = norm(&format!("blk.{i}.ffn_norm.weight"))?;
            layers.push(Layer { attention_norm, query, key, value, output, mlp_norm, gate, up, down });
        }
        let norm = norm("output_norm.weight")?;
        let (cos, sin) = rotary(&shape, window)?;
        Ok(Self { shape, window, embedding, layers, norm, head, cos, sin })
    }

    /// Most tokens that a cache can hold.
    pub(crate) fn window(&self) -> usize {
        self.window
    }

    /// Size of the vocabulary.
    pub(crate) fn vocabulary(&self) -> usize {
        self.embedding.shape().dims().first().copied().unwrap_or(0)
    }

    /// An empty cache for up to `capacity` tokens (at most the window).
    pub(crate) fn cache(&self, capacity: usize) -> Result<Cache> {
        let capacity = capacity.clamp(1, self.window);
        let empty = || Tensor::zeros((self.shape.kv_heads, capacity, self.shape.head_width), DType::F32, &Device::Cpu);
        let all = || (0..self.layers.len()).map(|_| empty()).collect::<Result<Vec<_>>>();
        Ok(Cache { keys: all()?, values: all()?, len: 0, capacity })
    }

    /// Reads `ids` after what `cache` holds; gives the last states, [ids, width], normalised. At most [`CHUNK`] ids.
    pub(crate) fn step(&self, ids: &[u32], cache: &mut Cache) -> Result<Tensor> {
        let rows = ids.len();
        if rows == 0 || rows > CHUNK || cache.len + rows > cache.capacity {
            candle_core::bail!("{rows} tokens do not fit after {} in {}", cache.len, cache.capacity);
        }
        let eps = self.shape.norm_eps;
        let mask = if rows > 1 { Some(causal_mask(rows, cache.len)?) } else { None };
        let mut x = self.embedding.embedding(&Tensor::new(ids, &Device::Cpu)?)?;
        for (i, layer) in self.layers.iter().enumerate() {
            let h = rms_norm(&x, &layer.attention_norm, eps)?;
            let attended = self.attend(layer, i, &h, mask.as_ref(), cache)?;
            x = (x + layer.output.forward(&attended)?)?;
            let h = rms_norm(&x, &layer.mlp_norm, eps)?;
            let inner = (silu(&layer.gate.forward(&h)?)? * layer.up.forward(&h)?)?;
            x = (x + layer.down.forward(&inner)?)?;
        }
        cache.len += rows;
        rms_norm(&x, &self.norm, eps)
    }

    /// Scores of every token of the vocabulary after each given state: [rows, width] to rows × vocabulary.
    pub(crate) fn scores(&self, states: &Tensor) -> Result<Tensor> {
        self.head.forward(&states.contiguous()?)
    }

    fn attend(&self, layer: &Layer, index: usize, h: &Tensor, mask: Option<&Tensor>, cache: &Cache) -> Result<Tensor> {
        let Shape { heads, kv_heads, head_width, width, .. } = self.shape;
        let rows = h.dim(0)?;
        let total = cache.len + rows;
        let cos = self.cos.narrow(0, cache.len, rows)?;
        let sin = self.sin.narrow(0, cache.len, rows)?;
        let split = |x: Tensor, heads: usize| x.reshape((1, rows, heads, head_width))?.transpose(1, 2)?.contiguous();
        let q = rope_i(&split(layer.query.forward(h)?, heads)?, &cos, &sin)?;
        let k = rope_i(&split(layer.key.forward(h)?, kv_heads)?, &cos, &sin)?;
        let v = split(layer.value.forward(h)?, kv_heads)?;
        let (Some(keys), Some(values)) = (cache.keys.get(index), cache.values.get(index)) else {
            candle_core::bail!("the cache has no layer {index}");
        };
        keys.slice_set(&k.squeeze(0)?, 1, cache.len)?;
        values.slice_set(&v.squeeze(0)?, 1, cache.len)?;

        // The heads that share a key head lie next to each other: as one taller matrix they need no copies of the keys.
        let group = heads / kv_heads;
        let q = (q.reshape((kv_heads, group * rows, head_width))? * (1.0 / (head_width as f64).sqrt()))?;
        let mut scores = q.matmul(&keys.narrow(1, 0, total)?.t()?)?;
        if let Some(mask) = mask {
            let shaped = scores.reshape((heads, rows, total))?;
            scores = shaped.broadcast_add(mask)?.reshape((kv_heads, group * rows, total))?;
        }
        let mixed = softmax_last_dim(&scores)?.matmul(&values.narrow(1, 0, total)?)?;
        mixed.reshape((heads, rows, head_width))?.transpose(0, 1)?.contiguous()?.reshape((rows, width))
    }
}

fn inner_width(content: &Content) -> Result<usize> {
    content.tensor_infos.get("blk.0.ffn_gate.weight").map_or_else(
        || candle_core::bail!("the file lacks blk.0.ffn_gate.weight"),
        |info| info.shape.dims().first().copied().ok_or_else(|| candle_core::Error::msg("blk.0.ffn_gate is a scalar")),
    )
}

fn vocabulary(content: &Content) -> Result<usize> {
    content.tensor_infos.get("token_embd.weight").map_or_else(
        || candle_core::bail!("the file lacks token_embd.weight"),
        |info| info.shape.dims().first().copied().ok_or_else(|| candle_core::Error::msg("token_embd is a scalar")),
    )
}

/// Row r may look at everything before it and at itself: 0 where it may, −∞ where not.
fn causal_mask(rows: usize, before: usize) -> Result<Tensor> {
    let cell = |r: usize, c: usize| if c <= before + r { 0f32 } else { f32::NEG_INFINITY };
    let mask: Vec<f32> = (0..rows).flat_map(|r| (0..before + rows).map(move |c| cell(r, c))).collect();
    Tensor::from_vec(mask, (rows, before + rows), &Device::Cpu)
}

/// Cosines and sines of every position times every frequency, [window, head width / 2].
fn rotary(shape: &Shape, window: usize) -> Result<(Tensor, Tensor)> {
    let half = shape.head_width / 2;
    let frequency = |i: usize| (f64::from(shape.rope_base)).powf(-(i as f64) / half as f64);
    let angles: Vec<f64> = (0..window).flat_map(|p| (0..half).map(move |i| p as f64 * frequency(i))).collect();
    let table = |f: fn(f64) -> f64| {
        Tensor::from_vec(angles.iter().map(|a| f(*a) as f32).collect::<Vec<f32>>(), (window, half), &Device::Cpu)
    };
    Ok((table(f64::cos)?, table(f64::sin)?))
}

/// The last row of [rows, n] as numbers.
pub(crate) fn last_row(rows: &Tensor) -> Result<Tensor> {
    rows.narrow(0, rows.dim(0)?.saturating_sub(1), 1)
}

/// A [1, n] tensor as plain numbers.
pub(crate) fn to_numbers(row: &Tensor) -> Result<Vec<f32>> {
    row.reshape(row.dim(D::Minus1)?)?.to_vec1::<f32>()
}
