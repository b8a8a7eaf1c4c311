//! The network itself: weights, key–value cache and one step forward.

use candle_core::{DType, Device, Result, Tensor, D};
use candle_nn::ops::rms_norm;

use super::family::Activation;
use super::gated::Gated;
use super::layer::Layer;
use super::linear::Linear;
use super::metadata::Shape;
use super::rotary::Rotary;
use super::shares::Shares;
use super::weights::{Taker, Weights};

/// Rows that go through the network together.
pub(crate) const CHUNK: usize = 512;

/// Rows that look back together: bounds the attention scores to rows × window × heads numbers, and what is computed of
/// them in vain, because it lies ahead of a row, to half a square of that size.
const LOOKING: usize = 64;

/// All weights and the rotary tables; immutable, so shared by any number of answers.
pub(crate) struct Network {
    shape: Shape,
    window: usize,
    embedding: Linear,
    layers: Vec<Layer>,
    norm: Tensor,
    head: Linear,
    rotary: Rotary,
    /// For layers that look back only so far.
    local_rotary: Option<Rotary>,
}

/// Keys and values of the tokens read so far.
pub(crate) struct Cache {
    /// For each layer [kv heads, head width, capacity]: a single query is multiplied with them three times faster so.
    keys: Vec<Tensor>,
    /// For each layer [kv heads, capacity, head width].
    values: Vec<Tensor>,
    len: usize,
    capacity: usize,
}

impl Network {
    /// Reads the weights for a window of at most `window` tokens (and not more than the model was trained for).
    pub(crate) fn read(weights: &mut dyn Weights, shape: Shape, window: usize) -> Result<Self> {
        let window = window.min(shape.context);
        let mut taker = Taker::new(weights);
        let width = shape.width;
        let hidden = taker.rows("blk.0.ffn_gate.weight")?;
        let rows = taker.rows("token_embd.weight")?;
        let embedding = taker.table("token_embd.weight", rows, width)?;
        let head =
            if taker.has("output.weight") { taker.table("output.weight", rows, width)? } else { embedding.clone() };
        let mut layers = Vec::with_capacity(shape.layers);
        for index in 0..shape.layers {
            layers.push(Layer::take(&mut taker, &shape, index, hidden)?);
        }
        let norm = taker.vector("output_norm.weight", width)?;
        let factors = match taker.optional("rope_freqs.weight", shape.head_width / 2)? {
            Some(factors) => Some(factors.to_vec1::<f32>()?),
            None => None,
        };
        let sound = |factors: &Vec<f32>| factors.iter().all(|f| f.is_finite() && *f > 0.0);
        if !factors.as_ref().is_none_or(sound) {
            candle_core::bail!("rope_freqs.weight holds a number that is no factor");
        }
        taker.finish()?;
        let table = |base, factors| Rotary::new(shape.rotation, base, shape.head_width, window, factors);
        let rotary = table(shape.rope_base, factors.as_deref())?;
        let local_rotary = match shape.local {
            Some(local) => Some(table(local.rope_base, None)?),
            None => None,
        };
        Ok(Self { window, embedding, layers, norm, head, rotary, local_rotary, shape })
    }

    /// Most tokens that a cache can hold.
    pub(crate) fn window(&self) -> usize {
        self.window
    }

    /// Size of the vocabulary.
    pub(crate) fn vocabulary(&self) -> usize {
        self.embedding.out()
    }

    /// An empty cache for up to `capacity` tokens (at most the window).
    pub(crate) fn cache(&self, capacity: usize) -> Result<Cache> {
        let capacity = capacity.clamp(1, self.window);
        let Shape { kv_heads, head_width, .. } = self.shape;
        let all = |rows: usize, columns: usize| {
            let empty = || Tensor::zeros((kv_heads, rows, columns), DType::F32, &Device::Cpu);
            (0..self.layers.len()).map(|_| empty()).collect::<Result<Vec<_>>>()
        };
        Ok(Cache { keys: all(head_width, capacity)?, values: all(capacity, head_width)?, len: 0, capacity })
    }

    /// Reads `ids` after what `cache` holds; gives the states of the last `wanted` of them, [wanted, width], normalised. At
    /// most [`CHUNK`] ids.
    pub(crate) fn step(&self, ids: &[u32], wanted: usize, cache: &mut Cache) -> Result<Tensor> {
        let rows = ids.len();
        if rows == 0 || rows > CHUNK || cache.len + rows > cache.capacity {
            candle_core::bail!("{rows} tokens do not fit after {} in {}", cache.len, cache.capacity);
        }
        let wanted = wanted.clamp(1, rows);
        let eps = self.shape.norm_eps;
        let mut x = self.embedding.lookup(ids)?;
        let scale = self.shape.family.embedding_scale(self.shape.width);
        if scale != 1.0 {
            x = (x * scale)?;
        }
        for (i, layer) in self.layers.iter().enumerate() {
            let h = rms_norm(&x, &layer.attention_norm, eps)?;
            // Nobody looks at what the last layer makes of the others; their keys and values alone count.
            let looking = if i + 1 == self.layers.len() { wanted } else { rows };
            let mut added = layer.output.forward(&self.attend(layer, i, &h, looking, cache)?)?;
            x = x.narrow(0, rows - looking, looking)?;
            if let Some((norm, _)) = &layer.block_norms {
                added = rms_norm(&added, norm, eps)?;
            }
            x = (x + added)?;
            let h = rms_norm(&x, &layer.mlp_norm, eps)?;
            let (gate, up) = (layer.gate.forward(&h)?, layer.up.forward(&h)?);
            let inner = match self.shape.family.activation() {
                Activation::Silu => gate.apply_op2_no_bwd(&up, &Gated)?,
                Activation::Gelu => (gate.gelu()? * up)?,
            };
            let mut added = layer.down.forward(&inner)?;
            if let Some((_, norm)) = &layer.block_norms {
                added = rms_norm(&added, norm, eps)?;
            }
            x = (x + added)?;
        }
        cache.len += rows;
        rms_norm(&x, &self.norm, eps)
    }

    /// Scores of every token of the vocabulary after each given state: [rows, width] to rows × vocabulary.
    pub(crate) fn scores(&self, states: &Tensor) -> Result<Tensor> {
        self.head.forward(&states.contiguous()?)
    }

    /// Enters keys and values of all rows of `h`; gives what the last `looking` of them find.
    fn attend(&self, layer: &Layer, index: usize, h: &Tensor, looking: usize, cache: &Cache) -> Result<Tensor> {
        let Shape { heads, kv_heads, head_width, norm_eps, .. } = self.shape;
        let rows = h.dim(0)?;
        let split =
            |x: Tensor, heads: usize| x.reshape((1, x.dim(0)?, heads, head_width))?.transpose(1, 2)?.contiguous();
        let mut q = split(layer.query.forward(&h.narrow(0, rows - looking, looking)?)?, heads)?;
        let mut k = split(layer.key.forward(h)?, kv_heads)?;
        let v = split(layer.value.forward(h)?, kv_heads)?;
        if let Some((query_norm, key_norm)) = &layer.head_norms {
            q = rms_norm(&q, query_norm, norm_eps)?;
            k = rms_norm(&k, key_norm, norm_eps)?;
        }
        let rotary = match (&self.local_rotary, layer.window) {
            (Some(local), Some(_)) => local,
            _ => &self.rotary,
        };
        let before = cache.len + rows - looking;
        let q = rotary.turn(&q, before)?;
        let k = rotary.turn(&k, cache.len)?;
        let (Some(keys), Some(values)) = (cache.keys.get(index), cache.values.get(index)) else {
            candle_core::bail!("the cache has no layer {index}");
        };
        keys.slice_set(&k.squeeze(0)?.t()?.contiguous()?, 2, cache.len)?;
        values.slice_set(&v.squeeze(0)?, 1, cache.len)?;

        let look = |from: usize| {
            let rows = LOOKING.min(looking - from);
            self.look(layer, (keys, values), &q.narrow(2, from, rows)?, before + from)
        };
        match (0..looking).step_by(LOOKING).map(look).collect::<Result<Vec<_>>>()?.as_slice() {
            [all] => Ok(all.clone()),
            parts => Tensor::cat(parts, 0),
        }
    }

    /// What the queries `q`, [1, heads, rows, head width], find, the first of which is that of token `before`.
    fn look(&self, layer: &Layer, (keys, values): (&Tensor, &Tensor), q: &Tensor, before: usize) -> Result<Tensor> {
        let Shape { heads, kv_heads, head_width, .. } = self.shape;
        let rows = q.dim(2)?;
        let window = layer.window.unwrap_or(usize::MAX);
        let first = (before + 1).saturating_sub(window);
        let seen = before + rows - first;
        // The heads that share a key head lie next to each other: as one taller matrix they need no copies of the keys.
        let q = q.reshape((kv_heads, heads / kv_heads * rows, head_width))?;
        let scores = q.matmul(&keys.narrow(2, first, seen)?)?;
        let scale = 1.0 / (head_width as f32).sqrt();
        let shares = scores.apply_op1_no_bwd(&Shares { rows, before, first, window, scale })?;
        let mixed = shares.matmul(&values.narrow(1, first, seen)?)?;
        mixed.reshape((heads, rows, head_width))?.transpose(0, 1)?.contiguous()?.reshape((rows, heads * head_width))
    }
}

/// The last row of [rows, n] as numbers.
pub(crate) fn last_row(rows: &Tensor) -> Result<Tensor> {
    rows.narrow(0, rows.dim(0)?.saturating_sub(1), 1)
}

/// A [1, n] tensor as plain numbers.
pub(crate) fn to_numbers(row: &Tensor) -> Result<Vec<f32>> {
    row.reshape(row.dim(D::Minus1)?)?.to_vec1::<f32>()
}
