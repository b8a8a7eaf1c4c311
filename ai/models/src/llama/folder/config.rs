//! `config.json`: sizes by the names that transformers gives them.

use serde::Deserialize;
use serde_json::Value;

use super::super::family::{Family, Rotation};
use super::super::metadata::{Local, Shape};

/// What is looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    max_position_embeddings: usize,
    rms_norm_eps: f32,
    rope_theta: Option<f32>,
    #[serde(default)]
    rope_parameters: Value,
    rope_local_base_freq: Option<f32>,
    #[serde(default)]
    rope_scaling: Value,
    #[serde(default)]
    sliding_window: Option<usize>,
    sliding_window_pattern: Option<usize>,
    use_sliding_window: Option<bool>,
    query_pre_attn_scalar: Option<f64>,
    #[serde(default)]
    eos_token_id: Value,
    /// Whether the last matrix is the embedding.
    pub(super) tie_word_embeddings: Option<bool>,
}

impl Config {
    /// The network's shape, checked.
    pub(super) fn shape(&self) -> Result<Shape, String> {
        let family = match self.model_type.as_str() {
            "mistral" => Family::Llama,
            "gemma3_text" => Family::Gemma3,
            name => Family::named(name)?,
        };
        for positions in [&self.rope_scaling, &self.rope_parameters] {
            let way = positions.get("rope_type").or_else(|| positions.get("type"));
            match (positions, way.and_then(Value::as_str)) {
                (Value::Null, _) | (_, Some("default")) => {}
                (_, way) => return Err(format!("its positions are scaled ({way:?}), which is not supported")),
            }
        }
        // Newer files say it there.
        let rope_base = self.rope_parameters.get("rope_theta").and_then(Value::as_f64).map(|base| base as f32);
        let heads = self.num_attention_heads;
        let head_width = self.head_dim.unwrap_or(self.hidden_size.checked_div(heads).unwrap_or(0));
        let scalar = self.query_pre_attn_scalar.unwrap_or(head_width as f64);
        if (scalar - head_width as f64).abs() > 1e-6 {
            return Err(format!("its attention is scaled by {scalar}, which is not supported"));
        }
        let window = self.sliding_window.filter(|_| self.use_sliding_window != Some(false));
        let local = match (family, window) {
            (Family::Gemma3, Some(window)) => {
                let usual = Local::gemma3(window);
                let period = self.sliding_window_pattern.unwrap_or(usual.period);
                Some(Local { rope_base: self.rope_local_base_freq.unwrap_or(usual.rope_base), period, window })
            }
            (Family::Gemma3, None) => return Err("its config.json names no sliding_window".to_owned()),
            // Shorter texts never notice the window, longer ones are cut to the context.
            (_, Some(window)) if window < self.max_position_embeddings => {
                return Err(format!("its attention is local ({window} tokens), which is not supported"));
            }
            _ => None,
        };
        Shape {
            family,
            // The makers' own order of rows, whatever the family.
            rotation: Rotation::Halves,
            layers: self.num_hidden_layers,
            width: self.hidden_size,
            heads,
            kv_heads: self.num_key_value_heads.unwrap_or(heads),
            head_width,
            context: self.max_position_embeddings,
            rope_base: rope_base.or(self.rope_theta).unwrap_or(10_000.0),
            norm_eps: self.rms_norm_eps,
            local,
        }
        .checked()
    }

    /// Tokens that end an answer.
    pub(super) fn endings(&self) -> Vec<u32> {
        ids(Some(&self.eos_token_id))
    }
}

/// A token id, or several.
pub(super) fn ids(value: Option<&Value>) -> Vec<u32> {
    let id = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
    match value {
        Some(Value::Array(several)) => several.iter().filter_map(id).collect(),
        Some(one) => id(one).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape(changes: Value) -> Result<Shape, String> {
        let mut config = json!({
            "model_type": "qwen2", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "max_position_embeddings": 1024, "rms_norm_eps": 1e-6, "rope_theta": 1e6,
        });
        let all = config.as_object_mut().expect("an object");
        all.extend(changes.as_object().cloned().unwrap_or_default());
        serde_json::from_value::<Config>(config).map_err(|e| e.to_string())?.shape()
    }

    #[test]
    fn what_would_be_computed_wrongly_is_refused() {
        let plain = shape(json!({})).expect("sound");
        assert_eq!((plain.head_width, plain.kv_heads, plain.family), (16, 2, Family::Qwen2));
        assert!(shape(json!({ "sliding_window": 32, "use_sliding_window": false })).is_ok());
        assert!(shape(json!({ "rope_scaling": { "rope_type": "default" } })).is_ok());
        let newer = shape(json!({ "rope_parameters": { "rope_type": "default", "rope_theta": 5e5 } })).expect("sound");
        assert_eq!((newer.rope_base, plain.rope_base), (5e5, 1e6));
        for (changes, word) in [
            (json!({ "model_type": "mamba" }), "mamba"),
            (json!({ "rope_scaling": { "rope_type": "yarn" } }), "yarn"),
            (json!({ "sliding_window": 32 }), "local"),
            (json!({ "query_pre_attn_scalar": 100 }), "scaled by"),
            (json!({ "num_key_value_heads": 3 }), "sizes"),
            (json!({ "rope_parameters": { "full_attention": {} } }), "scaled"),
            (json!({ "rms_norm_eps": 5 }), "sizes"),
            (json!({ "model_type": "gemma3_text" }), "sliding_window"),
        ] {
            let refused = shape(changes).expect_err(word);
            assert!(refused.contains(word), "{refused}");
        }
    }

    #[test]
    fn endings_are_one_or_several() {
        assert_eq!(ids(Some(&json!(7))), [7]);
        assert_eq!(ids(Some(&json!([7, 8, -1, "x"]))), [7, 8]);
        assert_eq!(ids(Some(&Value::Null)), Vec::<u32>::new());
    }
}
