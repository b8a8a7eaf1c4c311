//! One layer's weights.

use candle_core::{Result, Tensor};

use super::linear::Linear;
use super::metadata::Shape;
use super::weights::Taker;

/// A linear map with an offset, where the family has one.
pub(crate) struct Affine {
    linear: Linear,
    bias: Option<Tensor>,
}

impl Affine {
    fn take(taker: &mut Taker<'_>, name: &str, rows: usize, columns: usize) -> Result<Self> {
        let linear = taker.linear(&format!("{name}.weight"), rows, columns)?;
        Ok(Self { linear, bias: taker.optional(&format!("{name}.bias"), rows)? })
    }

    /// [rows, in] to [rows, out].
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.linear.forward(x)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}

/// Attention, then feed-forward.
pub(crate) struct Layer {
    pub attention_norm: Tensor,
    pub query: Affine,
    pub key: Affine,
    pub value: Affine,
    /// Of queries and keys, per head.
    pub head_norms: Option<(Tensor, Tensor)>,
    pub output: Linear,
    pub mlp_norm: Tensor,
    pub gate: Linear,
    pub up: Linear,
    pub down: Linear,
    /// Of what attention and feed-forward add.
    pub block_norms: Option<(Tensor, Tensor)>,
    /// Looks back only so many tokens.
    pub window: Option<usize>,
}

impl Layer {
    /// Takes the tensors of layer `index`.
    pub(crate) fn take(taker: &mut Taker<'_>, shape: &Shape, index: usize, hidden: usize) -> Result<Self> {
        let at = |part: &str| format!("blk.{index}.{part}");
        let (width, head_width) = (shape.width, shape.head_width);
        let (inner, kv) = (shape.heads * head_width, shape.kv_heads * head_width);
        let head_norms = match shape.family.has_head_norms() {
            true => Some((
                taker.vector(&at("attn_q_norm.weight"), head_width)?,
                taker.vector(&at("attn_k_norm.weight"), head_width)?,
            )),
            false => None,
        };
        let block_norms = match shape.family.has_block_norms() {
            true => Some((
                taker.vector(&at("post_attention_norm.weight"), width)?,
                taker.vector(&at("post_ffw_norm.weight"), width)?,
            )),
            false => None,
        };
        Ok(Self {
            attention_norm: taker.vector(&at("attn_norm.weight"), width)?,
            query: Affine::take(taker, &at("attn_q"), inner, width)?,
            key: Affine::take(taker, &at("attn_k"), kv, width)?,
            value: Affine::take(taker, &at("attn_v"), kv, width)?,
            head_norms,
            output: taker.linear(&at("attn_output.weight"), width, inner)?,
            mlp_norm: taker.vector(&at("ffn_norm.weight"), width)?,
            gate: taker.linear(&at("ffn_gate.weight"), hidden, width)?,
            up: taker.linear(&at("ffn_up.weight"), hidden, width)?,
            down: taker.linear(&at("ffn_down.weight"), width, hidden)?,
            block_norms,
            window: shape.local.filter(|local| local.has(index)).map(|local| local.window),
        })
    }
}
