//! The transformer: rotary positions, normalisation before each block, tied embedding. The same code trains and serves, so
//! it is made of operations that candle can differentiate.

use candle_core::{Device, Result, Tensor, D};
use candle_nn::ops::softmax;

use super::config::TinyConfig;

/// Keeps a division from 0.
const EPS: f64 = 1e-5;

/// Base of the rotations.
const ROPE_BASE: f64 = 10_000.0;

/// What a forbidden pair of positions scores: small enough to vanish, and finite, so that its gradient is 0.
const NEVER: f32 = -1e9;

struct Layer {
    attention_norm: Tensor,
    query_key_value: Tensor,
    output: Tensor,
    mlp_norm: Tensor,
    up: Tensor,
    down: Tensor,
}

/// The weights.
pub(super) struct Network {
    config: TinyConfig,
    embedding: Tensor,
    layers: Vec<Layer>,
    norm: Tensor,
    /// [context, head width], each half twice.
    cos: Tensor,
    sin: Tensor,
}

/// Keys and values of what was read, for each layer [1, heads, positions, head width].
#[derive(Default)]
pub(super) struct Cache {
    layers: Vec<(Tensor, Tensor)>,
    len: usize,
}

impl Cache {
    /// Positions read.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

impl Network {
    /// Puts the tensors of [`TinyConfig::tensors`], in that order, together.
    pub(super) fn new(config: TinyConfig, tensors: Vec<Tensor>) -> Result<Self> {
        let mut rest = tensors.into_iter();
        let mut next = || rest.next().ok_or_else(|| candle_core::Error::msg("a tensor is missing"));
        let embedding = next()?;
        let mut layers = Vec::with_capacity(config.layers);
        for _ in 0..config.layers {
            layers.push(Layer {
                attention_norm: next()?,
                query_key_value: next()?,
                output: next()?,
                mlp_norm: next()?,
                up: next()?,
                down: next()?,
            });
        }
        let norm = next()?;
        let (cos, sin) = rotations(config.context, config.head_width())?;
        Ok(Self { config, embedding, layers, norm, cos, sin })
    }

    /// Sizes.
    pub(super) fn config(&self) -> &TinyConfig {
        &self.config
    }

    /// States after each symbol of `ids` ([batch, rows]): [batch · rows, width]. At most `context` rows.
    pub(super) fn states(&self, ids: &Tensor) -> Result<Tensor> {
        self.run(ids, None)
    }

    /// The same for one sequence that continues what `cache` holds; both together at most `context` long.
    pub(super) fn step(&self, ids: &[u32], cache: &mut Cache) -> Result<Tensor> {
        let ids = Tensor::new(ids, &Device::Cpu)?.unsqueeze(0)?;
        let rows = ids.dim(1)?;
        let states = self.run(&ids, Some(cache))?;
        cache.len += rows;
        Ok(states)
    }

    /// Scores of every symbol after each state: [rows, width] to [rows, symbols].
    pub(super) fn scores(&self, states: &Tensor) -> Result<Tensor> {
        states.matmul(&self.embedding.t()?)
    }

    fn run(&self, ids: &Tensor, mut cache: Option<&mut Cache>) -> Result<Tensor> {
        let (batch, rows) = ids.dims2()?;
        let width = self.config.width;
        let before = cache.as_ref().map_or(0, |cache| cache.len);
        if before + rows > self.config.context {
            candle_core::bail!("{rows} symbols do not fit after {before} in {}", self.config.context);
        }
        let mask = mask(rows, before)?;
        let mut x = self.embedding.index_select(&ids.flatten_all()?, 0)?;
        for (i, layer) in self.layers.iter().enumerate() {
            let h = normalised(&x, &layer.attention_norm)?;
            let all = h.matmul(&layer.query_key_value.t()?)?.reshape((batch, rows, 3 * width))?;
            let attended = self.attend(&all, &mask, i, before, cache.as_deref_mut())?;
            x = (x + attended.matmul(&layer.output.t()?)?)?;
            let h = normalised(&x, &layer.mlp_norm)?;
            let inner = h.matmul(&layer.up.t()?)?.silu()?;
            x = (x + inner.matmul(&layer.down.t()?)?)?;
        }
        normalised(&x, &self.norm)
    }

    /// Attention from queries, keys and values in one tensor; gives [batch · rows, width].
    fn attend(
        &self,
        all: &Tensor,
        mask: &Tensor,
        layer: usize,
        before: usize,
        cache: Option<&mut Cache>,
    ) -> Result<Tensor> {
        let (batch, rows, _) = all.dims3()?;
        let (width, heads, head_width) = (self.config.width, self.config.heads, self.config.head_width());
        let part = |i: usize| {
            let part = all.narrow(2, i * width, width)?.reshape((batch, rows, heads, head_width))?;
            part.transpose(1, 2)?.contiguous()
        };
        let q = self.turned(&part(0)?, before)?;
        let mut k = self.turned(&part(1)?, before)?;
        let mut v = part(2)?;
        if let Some(cache) = cache {
            if let Some((keys, values)) = cache.layers.get(layer) {
                k = Tensor::cat(&[keys, &k], 2)?;
                v = Tensor::cat(&[values, &v], 2)?;
            }
            match cache.layers.get_mut(layer) {
                Some(kept) => *kept = (k.clone(), v.clone()),
                None => cache.layers.push((k.clone(), v.clone())),
            }
        }
        let q = (q * (1.0 / (head_width as f64).sqrt()))?;
        let scores = q.matmul(&k.t()?.contiguous()?)?.broadcast_add(mask)?;
        let mixed = softmax(&scores, D::Minus1)?.matmul(&v)?;
        mixed.transpose(1, 2)?.contiguous()?.reshape((batch * rows, width))
    }

    /// Rotates [batch, heads, rows, head width] by positions from `first` on.
    fn turned(&self, x: &Tensor, first: usize) -> Result<Tensor> {
        let rows = x.dim(2)?;
        let half = self.config.head_width() / 2;
        let (cos, sin) = (self.cos.narrow(0, first, rows)?, self.sin.narrow(0, first, rows)?);
        let crossed = Tensor::cat(&[x.narrow(3, half, half)?.neg()?, x.narrow(3, 0, half)?], 3)?;
        x.broadcast_mul(&cos)? + crossed.broadcast_mul(&sin)?
    }
}

/// Root mean square normalisation of [rows, width].
fn normalised(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let size = (x.sqr()?.mean_keepdim(D::Minus1)? + EPS)?.sqrt()?;
    x.broadcast_div(&size)?.broadcast_mul(weight)
}

/// 0 where a row may look, [`NEVER`] where not: [rows, before + rows].
fn mask(rows: usize, before: usize) -> Result<Tensor> {
    let total = before + rows;
    let cell = |r: usize, c: usize| if c <= before + r { 0f32 } else { NEVER };
    let cells: Vec<f32> = (0..rows).flat_map(|r| (0..total).map(move |c| cell(r, c))).collect();
    Tensor::from_vec(cells, (rows, total), &Device::Cpu)
}

fn rotations(positions: usize, head_width: usize) -> Result<(Tensor, Tensor)> {
    let half = head_width / 2;
    let angle = |p: usize, i: usize| p as f64 * ROPE_BASE.powf(-((i % half) as f64) / half as f64);
    let angles: Vec<f64> = (0..positions).flat_map(|p| (0..head_width).map(move |i| angle(p, i))).collect();
    let table = |f: fn(f64) -> f64| {
        let numbers: Vec<f32> = angles.iter().map(|a| f(*a) as f32).collect();
        Tensor::from_vec(numbers, (positions, head_width), &Device::Cpu)
    };
    Ok((table(f64::cos)?, table(f64::sin)?))
}
