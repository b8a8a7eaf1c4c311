//! Safetensors files as a store of tensors by the names of GGUF.

use std::path::PathBuf;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::safetensors::BufferedSafetensors;
use candle_core::{DType, Device, Result};

use super::super::family::Family;
use super::super::weights::Weights;
use super::config::Config;

/// Whole models' parts: GGUF's name, transformers' name.
const ENDS: [(&str, &str); 3] = [
    ("token_embd.weight", "model.embed_tokens.weight"),
    ("output.weight", "lm_head.weight"),
    ("output_norm.weight", "model.norm.weight"),
];

/// A layer's parts.
const PARTS: [(&str, &str); 10] = [
    ("attn_norm", "input_layernorm"),
    ("attn_q", "self_attn.q_proj"),
    ("attn_k", "self_attn.k_proj"),
    ("attn_v", "self_attn.v_proj"),
    ("attn_output", "self_attn.o_proj"),
    ("attn_q_norm", "self_attn.q_norm"),
    ("attn_k_norm", "self_attn.k_norm"),
    ("ffn_gate", "mlp.gate_proj"),
    ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
];

/// The norm before the feed-forward block, in most families.
const MLP_NORM: [(&str, &str); 1] = [("ffn_norm", "post_attention_layernorm")];

/// The norms around it in Gemma 3, where that name means another one.
const BLOCK_NORMS: [(&str, &str); 3] = [
    ("post_attention_norm", "post_attention_layernorm"),
    ("ffn_norm", "pre_feedforward_layernorm"),
    ("post_ffw_norm", "post_feedforward_layernorm"),
];

/// The files of one model.
pub(super) struct Shards {
    files: Vec<BufferedSafetensors>,
    family: Family,
    tied: bool,
}

impl Shards {
    /// Reads the files.
    pub(super) fn open(paths: &[PathBuf], config: &Config, family: Family) -> std::result::Result<Self, String> {
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
            files.push(BufferedSafetensors::new(bytes).map_err(|e| format!("{}: {e}", path.display()))?);
        }
        Ok(Self { files, family, tied: config.tie_word_embeddings == Some(true) })
    }

    fn norms(&self) -> &'static [(&'static str, &'static str)] {
        if self.family.has_block_norms() {
            &BLOCK_NORMS
        } else {
            &MLP_NORM
        }
    }

    fn parts(&self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        PARTS.iter().chain(self.norms())
    }

    /// `blk.3.attn_q.weight` as `model.layers.3.self_attn.q_proj.weight`.
    fn theirs(&self, ours: &str) -> Option<String> {
        if let Some((_, theirs)) = ENDS.iter().find(|(name, _)| *name == ours) {
            return Some((*theirs).to_owned());
        }
        let (layer, rest) = ours.strip_prefix("blk.")?.split_once('.')?;
        let (part, kind) = rest.rsplit_once('.')?;
        let (_, theirs) = self.parts().find(|(name, _)| *name == part)?;
        Some(format!("model.layers.{layer}.{theirs}.{kind}"))
    }

    /// The other way round.
    fn ours(&self, theirs: &str) -> Option<String> {
        if let Some((ours, _)) = ENDS.iter().find(|(_, name)| *name == theirs) {
            return Some((*ours).to_owned());
        }
        let (layer, rest) = theirs.strip_prefix("model.layers.")?.split_once('.')?;
        let (part, kind) = rest.rsplit_once('.')?;
        let (ours, _) = self.parts().find(|(_, name)| *name == part)?;
        Some(format!("blk.{layer}.{ours}.{kind}"))
    }

    /// Whether the tensor says nothing new: a second copy of the embedding, or frequencies that are computed.
    fn is_idle(&self, theirs: &str) -> bool {
        (self.tied && theirs == "lm_head.weight") || theirs.ends_with(".rotary_emb.inv_freq")
    }
}

impl Weights for Shards {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        let theirs = self.theirs(name).filter(|theirs| !self.is_idle(theirs))?;
        self.files.iter().find_map(|file| file.get(&theirs).ok().map(|view| view.shape().to_vec()))
    }

    fn load(&mut self, name: &str) -> Result<QTensor> {
        let theirs = self.theirs(name).unwrap_or_default();
        let Some(file) = self.files.iter().find(|file| file.get(&theirs).is_ok()) else {
            candle_core::bail!("it has no tensor {theirs}");
        };
        let mut tensor = file.load(&theirs, &Device::Cpu)?.to_dtype(DType::F32)?;
        // Gemma's norms are kept as what they differ from 1.
        if matches!(self.family, Family::Gemma | Family::Gemma3) && name.ends_with("norm.weight") {
            tensor = (tensor + 1.0)?;
        }
        let blocks = tensor.rank() == 2 && tensor.dim(1)?.is_multiple_of(GgmlDType::Q8_0.block_size());
        QTensor::quantize(&tensor, if blocks { GgmlDType::Q8_0 } else { GgmlDType::F32 })
    }

    fn names(&self) -> Vec<String> {
        let all = self.files.iter().flat_map(|file| file.tensors()).map(|(name, _)| name);
        all.filter(|name| !self.is_idle(name)).map(|name| self.ours(&name).unwrap_or(name)).collect()
    }
}
