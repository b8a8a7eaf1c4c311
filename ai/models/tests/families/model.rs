//! Small models of random numbers, and writing them as GGUF files.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Numbers in a state.
pub const WIDTH: usize = 16;
/// Query heads.
pub const HEADS: usize = 4;
/// Key heads.
pub const KV_HEADS: usize = 2;
/// Numbers inside a feed-forward block.
pub const HIDDEN: usize = 24;
/// Layers.
pub const LAYERS: usize = 7;
/// Tokens: the bytes, and a mark.
pub const VOCABULARY: usize = 257;
/// Of the norms.
pub const EPS: f64 = 1e-5;
/// Of the rotations.
pub const BASE: f64 = 5_000.0;
/// What local layers see.
pub const WINDOW: usize = 5;

/// What the formulas differ in.
#[derive(Clone, Copy)]
pub struct Kind {
    pub name: &'static str,
    pub head_width: usize,
    pub neighbours: bool,
    pub biases: bool,
    pub head_norms: bool,
    pub block_norms: bool,
    pub gemma: bool,
    pub local: bool,
}

/// The simplest member.
pub const LLAMA: Kind = Kind {
    name: "llama",
    head_width: 4,
    neighbours: true,
    biases: false,
    head_norms: false,
    block_norms: false,
    gemma: false,
    local: false,
};

/// All members.
pub const KINDS: [Kind; 5] = [
    LLAMA,
    Kind { name: "qwen2", neighbours: false, biases: true, ..LLAMA },
    Kind { name: "qwen3", neighbours: false, head_norms: true, head_width: 8, ..LLAMA },
    Kind { name: "gemma", neighbours: false, gemma: true, head_width: 8, ..LLAMA },
    Kind {
        name: "gemma3",
        neighbours: false,
        gemma: true,
        head_norms: true,
        block_norms: true,
        local: true,
        head_width: 8,
        ..LLAMA
    },
];

/// A tensor's lengths and numbers.
pub type Numbers = (Vec<usize>, Vec<f32>);

/// All tensors, random.
pub fn random_model(kind: Kind, seed: u64) -> BTreeMap<String, Numbers> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut model = BTreeMap::new();
    let (inner, kv) = (HEADS * kind.head_width, KV_HEADS * kind.head_width);
    let mut add = |name: String, shape: &[usize]| {
        let count: usize = shape.iter().product();
        // Norms lie about 1, everything else about 0.
        let middle = if name.ends_with("norm.weight") { 1.0 } else { 0.0 };
        let numbers = (0..count).map(|_| middle + rng.gen_range(-0.5f32..0.5)).collect();
        model.insert(name, (shape.to_vec(), numbers));
    };
    add("token_embd.weight".into(), &[VOCABULARY, WIDTH]);
    add("output_norm.weight".into(), &[WIDTH]);
    for i in 0..LAYERS {
        let mut part = |name: &str, shape: &[usize]| add(format!("blk.{i}.{name}"), shape);
        part("attn_norm.weight", &[WIDTH]);
        part("attn_q.weight", &[inner, WIDTH]);
        part("attn_k.weight", &[kv, WIDTH]);
        part("attn_v.weight", &[kv, WIDTH]);
        part("attn_output.weight", &[WIDTH, inner]);
        part("ffn_norm.weight", &[WIDTH]);
        part("ffn_gate.weight", &[HIDDEN, WIDTH]);
        part("ffn_up.weight", &[HIDDEN, WIDTH]);
        part("ffn_down.weight", &[WIDTH, HIDDEN]);
        if kind.biases {
            part("attn_q.bias", &[inner]);
            part("attn_k.bias", &[kv]);
            part("attn_v.bias", &[kv]);
        }
        if kind.head_norms {
            part("attn_q_norm.weight", &[kind.head_width]);
            part("attn_k_norm.weight", &[kind.head_width]);
        }
        if kind.block_norms {
            part("post_attention_norm.weight", &[WIDTH]);
            part("post_ffw_norm.weight", &[WIDTH]);
        }
    }
    model
}

/// GPT-2's character for a byte.
pub fn letter(byte: u8) -> String {
    let printable = |b: u8| matches!(b, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    if printable(byte) {
        return char::from(byte).to_string();
    }
    let index = (0..byte).filter(|b| !printable(*b)).count();
    char::from_u32(0x100 + index as u32).expect("a character").to_string()
}

/// The header: sizes, and a tokenizer whose tokens are the 256 bytes.
pub fn header(kind: Kind) -> BTreeMap<String, Value> {
    let mut header = BTreeMap::new();
    let at = |field: &str| format!("{}.{field}", kind.name);
    header.insert("general.architecture".to_owned(), Value::String(kind.name.to_owned()));
    for (field, n) in [
        ("block_count", LAYERS),
        ("context_length", 256),
        ("embedding_length", WIDTH),
        ("attention.head_count", HEADS),
        ("attention.head_count_kv", KV_HEADS),
        ("attention.key_length", kind.head_width),
    ] {
        header.insert(at(field), Value::U32(n as u32));
    }
    if kind.local {
        header.insert(at("attention.sliding_window"), Value::U32(WINDOW as u32));
    }
    header.insert(at("rope.freq_base"), Value::F32(BASE as f32));
    header.insert(at("attention.layer_norm_rms_epsilon"), Value::F32(EPS as f32));
    let mut tokens: Vec<Value> = (0..=u8::MAX).map(|b| Value::String(letter(b))).collect();
    tokens.push(Value::String("<|endoftext|>".to_owned()));
    let kinds = (0..VOCABULARY).map(|i| Value::I32(if i < 256 { 1 } else { 3 })).collect();
    for (field, value) in [
        ("model", Value::String("gpt2".to_owned())),
        ("pre", Value::String("gpt-2".to_owned())),
        ("tokens", Value::Array(tokens)),
        ("token_type", Value::Array(kinds)),
        ("merges", Value::Array(Vec::new())),
        ("eos_token_id", Value::U32(256)),
    ] {
        header.insert(format!("tokenizer.ggml.{field}"), value);
    }
    header
}

/// Writes a GGUF file.
pub fn write(path: &Path, header: &BTreeMap<String, Value>, model: &BTreeMap<String, Numbers>) {
    let tensor = |(shape, numbers): &Numbers| {
        let tensor = Tensor::from_slice(numbers, shape.as_slice(), &Device::Cpu).expect("a tensor");
        QTensor::quantize(&tensor, GgmlDType::F32).expect("plain numbers")
    };
    let tensors: Vec<(&str, QTensor)> = model.iter().map(|(name, n)| (name.as_str(), tensor(n))).collect();
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, t)| (*name, t)).collect();
    let header: Vec<(&str, &Value)> = header.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let mut file = std::fs::File::create(path).expect("a file");
    gguf_file::write(&mut file, &header, &tensors).expect("written");
}
