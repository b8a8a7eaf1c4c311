//! Writing a small model as makers publish theirs.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{Device, Tensor};
use serde_json::json;

use crate::model::{letter, Kind, Numbers, BASE, EPS, HEADS, KV_HEADS, LAYERS, WIDTH, WINDOW};

/// The makers' name of a tensor.
fn published(kind: Kind, name: &str) -> String {
    let Some(rest) = name.strip_prefix("blk.") else {
        return if name == "output_norm.weight" { "model.norm.weight" } else { "model.embed_tokens.weight" }.to_owned();
    };
    let (layer, rest) = rest.split_once('.').expect("a layer");
    let (part, end) = rest.split_once('.').expect("a part");
    let part = match part {
        "attn_norm" => "input_layernorm",
        "ffn_norm" if kind.block_norms => "pre_feedforward_layernorm",
        "ffn_norm" | "post_attention_norm" => "post_attention_layernorm",
        "post_ffw_norm" => "post_feedforward_layernorm",
        "attn_q" => "self_attn.q_proj",
        "attn_k" => "self_attn.k_proj",
        "attn_v" => "self_attn.v_proj",
        "attn_output" => "self_attn.o_proj",
        "attn_q_norm" => "self_attn.q_norm",
        "attn_k_norm" => "self_attn.k_norm",
        "ffn_gate" => "mlp.gate_proj",
        "ffn_up" => "mlp.up_proj",
        "ffn_down" => "mlp.down_proj",
        other => panic!("{other}"),
    };
    format!("model.layers.{layer}.{part}.{end}")
}

/// Writes a folder as makers do: two safetensors files, sizes, a tokenizer.
pub fn publish(folder: &Path, kind: Kind, model: &BTreeMap<String, Numbers>) {
    let mut files = [HashMap::new(), HashMap::new()];
    for (i, (name, (shape, numbers))) in model.iter().enumerate() {
        let shift = if kind.gemma && name.ends_with("norm.weight") { 1.0 } else { 0.0 };
        let numbers: Vec<f32> = numbers.iter().map(|x| x - shift).collect();
        let tensor = Tensor::from_vec(numbers, shape.as_slice(), &Device::Cpu).expect("a tensor");
        files[i % 2].insert(published(kind, name), tensor);
    }
    for (i, file) in files.iter().enumerate() {
        candle_core::safetensors::save(file, folder.join(format!("model-{i}.safetensors"))).expect("written");
    }
    let config = json!({
        "model_type": if kind.local { "gemma3_text" } else { kind.name },
        "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS, "head_dim": kind.head_width, "max_position_embeddings": 256,
        "rms_norm_eps": EPS, "rope_theta": BASE, "eos_token_id": 256, "tie_word_embeddings": true,
        "sliding_window": if kind.local { json!(WINDOW) } else { json!(null) },
    });
    let vocab: serde_json::Map<String, serde_json::Value> = (0..=u8::MAX).map(|b| (letter(b), json!(b))).collect();
    let token = |id: u32, content: &str, special: bool| {
        json!({ "id": id, "content": content, "special": special, "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false })
    };
    let bytes = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true });
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": null, "post_processor": null,
        "added_tokens": [token(256, "<|endoftext|>", true)], "pre_tokenizer": bytes, "decoder": bytes,
        "model": { "type": "BPE", "vocab": vocab, "merges": [] },
    });
    for (name, value) in [("config.json", config), ("tokenizer.json", tokenizer)] {
        std::fs::write(folder.join(name), value.to_string()).expect("written");
    }
}
