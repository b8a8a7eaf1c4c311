//! Sizes of a model, as its `config.json` says them.

use serde::{Deserialize, Serialize};

/// What marks the file as ours, and which version of the architecture it is.
pub(super) const KIND: &str = "ganglion-bytes/1";

/// Sizes of a byte-level transformer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TinyConfig {
    /// Always `ganglion-bytes/1`.
    pub kind: String,
    /// Layers: 1 to 48.
    pub layers: usize,
    /// Numbers in a state: 8 to 4096, a multiple of `heads` times 2.
    pub width: usize,
    /// Attention heads: 1 to 64.
    pub heads: usize,
    /// Bytes that the model looks back at most: 16 to 8192.
    pub context: usize,
}

impl Default for TinyConfig {
    fn default() -> Self {
        Self { kind: KIND.to_owned(), layers: 4, width: 128, heads: 4, context: 256 }
    }
}

impl TinyConfig {
    /// The configuration, if its numbers make sense.
    ///
    /// # Errors
    /// A sentence about what doesn't.
    pub fn checked(self) -> Result<Self, String> {
        if self.kind != KIND {
            let kind: String = self.kind.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(format!("it is a model of kind {kind:?}, not {KIND:?}"));
        }
        let sound = (1..=48).contains(&self.layers)
            && (8..=4096).contains(&self.width)
            && (1..=64).contains(&self.heads)
            && self.width.is_multiple_of(2 * self.heads)
            && (16..=8192).contains(&self.context);
        if sound {
            Ok(self)
        } else {
            Err(format!(
                "{} layers, width {}, {} heads and context {} make no model: at most 48 layers and 64 heads, width from 8 \
                 to 4096 and a multiple of twice the heads, context from 16 to 8192",
                self.layers, self.width, self.heads, self.context
            ))
        }
    }

    /// Numbers in one head.
    pub(super) fn head_width(&self) -> usize {
        self.width / self.heads
    }

    /// Names and shapes of all weights, always in this order.
    pub(super) fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let w = self.width;
        let mut all = vec![("embedding".to_owned(), vec![super::stream::VOCABULARY, w])];
        for i in 0..self.layers {
            let mut part = |name: &str, shape: &[usize]| all.push((format!("layers.{i}.{name}"), shape.to_vec()));
            part("attention_norm", &[w]);
            part("query_key_value", &[3 * w, w]);
            part("output", &[w, w]);
            part("mlp_norm", &[w]);
            part("up", &[4 * w, w]);
            part("down", &[w, 4 * w]);
        }
        all.push(("norm".to_owned(), vec![w]));
        all
    }

    /// Number of weights.
    pub fn parameters(&self) -> usize {
        self.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded() {
        let good = TinyConfig::default();
        assert_eq!(good.clone().checked(), Ok(good.clone()));
        assert_eq!(good.parameters(), 257 * 128 + 4 * (12 * 128 * 128 + 2 * 128) + 128);
        for bad in [
            TinyConfig { kind: "llama".into(), ..good.clone() },
            TinyConfig { layers: 0, ..good.clone() },
            TinyConfig { width: usize::MAX, ..good.clone() },
            TinyConfig { heads: 3, ..good.clone() },
            TinyConfig { context: 1 << 40, ..good.clone() },
        ] {
            assert!(bad.checked().is_err());
        }
    }
}
