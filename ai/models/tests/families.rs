//! Each member of the llama family against its formulas, written out here in plain loops, on small models of random
//! numbers. What this can't show, that the formulas are the makers' own, is for the tests with real models.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use ganglion_models::{EngineError, GenerateRequest, Llama, TextEngine};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const WIDTH: usize = 16;
const HEADS: usize = 4;
const KV_HEADS: usize = 2;
const HIDDEN: usize = 24;
const LAYERS: usize = 7;
const VOCABULARY: usize = 257;
const EPS: f64 = 1e-5;
const BASE: f64 = 5_000.0;
const WINDOW: usize = 5;

/// What the formulas differ in.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    head_width: usize,
    neighbours: bool,
    biases: bool,
    head_norms: bool,
    block_norms: bool,
    gemma: bool,
    local: bool,
}

const LLAMA: Kind = Kind {
    name: "llama",
    head_width: 4,
    neighbours: true,
    biases: false,
    head_norms: false,
    block_norms: false,
    gemma: false,
    local: false,
};

const KINDS: [Kind; 5] = [
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
type Numbers = (Vec<usize>, Vec<f32>);

fn random_model(kind: Kind, seed: u64) -> BTreeMap<String, Numbers> {
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
fn letter(byte: u8) -> String {
    let printable = |b: u8| matches!(b, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    if printable(byte) {
        return char::from(byte).to_string();
    }
    let index = (0..byte).filter(|b| !printable(*b)).count();
    char::from_u32(0x100 + index as u32).expect("a character").to_string()
}

/// The header: sizes, and a tokenizer whose tokens are the 256 bytes.
fn header(kind: Kind) -> BTreeMap<String, Value> {
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

fn write(path: &Path, header: &BTreeMap<String, Value>, model: &BTreeMap<String, Numbers>) {
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

/// The formulas.
struct Plain<'a> {
    kind: Kind,
    model: &'a BTreeMap<String, Numbers>,
}

impl Plain<'_> {
    fn numbers(&self, name: &str) -> Vec<f64> {
        self.model[name].1.iter().map(|x| f64::from(*x)).collect()
    }

    /// W·x, with the bias if the model has one.
    fn times(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let w = self.numbers(&format!("{name}.weight"));
        let mut y: Vec<f64> = w.chunks(x.len()).map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect();
        if self.model.contains_key(&format!("{name}.bias")) {
            for (y, b) in y.iter_mut().zip(self.numbers(&format!("{name}.bias"))) {
                *y += b;
            }
        }
        y
    }

    fn norm(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let size = (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64 + EPS).sqrt();
        x.iter().zip(self.numbers(&format!("{name}.weight"))).map(|(x, w)| x / size * w).collect()
    }

    /// Normalises and turns one head at a position.
    fn turned(&self, norm: &str, head: &[f64], position: usize, base: f64) -> Vec<f64> {
        let mut x = if self.kind.head_norms { self.norm(norm, head) } else { head.to_vec() };
        let half = x.len() / 2;
        for i in 0..half {
            let (a, b) = if self.kind.neighbours { (2 * i, 2 * i + 1) } else { (i, i + half) };
            let (sin, cos) = (position as f64 * base.powf(-(i as f64) / half as f64)).sin_cos();
            (x[a], x[b]) = (x[a] * cos - x[b] * sin, x[a] * sin + x[b] * cos);
        }
        x
    }

    fn attention(&self, layer: usize, states: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let at = |part: &str| format!("blk.{layer}.{part}");
        let local = self.kind.local && layer % 6 != 5;
        let base = if local { 10_000.0 } else { BASE };
        let h: Vec<_> = states.iter().map(|x| self.norm(&at("attn_norm"), x)).collect();
        let heads = |part: &str, norm: Option<&str>| -> Vec<Vec<Vec<f64>>> {
            let split = |(position, x): (usize, &Vec<f64>)| {
                let y = self.times(&at(part), x);
                let turn = |head: &[f64]| match norm {
                    Some(norm) => self.turned(&at(norm), head, position, base),
                    None => head.to_vec(),
                };
                y.chunks(self.kind.head_width).map(turn).collect::<Vec<_>>()
            };
            h.iter().enumerate().map(split).collect()
        };
        let (q, k) = (heads("attn_q", Some("attn_q_norm")), heads("attn_k", Some("attn_k_norm")));
        let v = heads("attn_v", None);
        let one = |t: usize| {
            let first = if local { (t + 1).saturating_sub(WINDOW) } else { 0 };
            let mut mixed = Vec::new();
            for head in 0..HEADS {
                let kv = head / (HEADS / KV_HEADS);
                let dot = |s: usize| q[t][head].iter().zip(&k[s][kv]).map(|(a, b)| a * b).sum::<f64>();
                let scores: Vec<f64> =
                    (first..=t).map(|s| (dot(s) / (self.kind.head_width as f64).sqrt()).exp()).collect();
                let total: f64 = scores.iter().sum();
                let share = |i: usize| -> f64 {
                    scores.iter().zip(first..=t).map(|(score, s)| score / total * v[s][kv][i]).sum()
                };
                mixed.extend((0..self.kind.head_width).map(share));
            }
            self.times(&at("attn_output"), &mixed)
        };
        (0..states.len()).map(one).collect()
    }

    fn feed_forward(&self, layer: usize, x: &[f64]) -> Vec<f64> {
        let at = |part: &str| format!("blk.{layer}.{part}");
        let h = self.norm(&at("ffn_norm"), x);
        let silu = |x: f64| x / (1.0 + (-x).exp());
        let gelu = |x: f64| 0.5 * x * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044_715 * x.powi(3))).tanh());
        let gate = self.times(&at("ffn_gate"), &h).into_iter().map(|x| if self.kind.gemma { gelu(x) } else { silu(x) });
        let inner: Vec<f64> = gate.zip(self.times(&at("ffn_up"), &h)).map(|(a, b)| a * b).collect();
        self.times(&at("ffn_down"), &inner)
    }

    /// Natural-log probabilities of each token after the one before it.
    fn logprobs(&self, ids: &[usize]) -> Vec<f64> {
        let embedding = self.numbers("token_embd.weight");
        let scale = if self.kind.gemma { (WIDTH as f64).sqrt() } else { 1.0 };
        let vector = |id: &usize| embedding[id * WIDTH..(id + 1) * WIDTH].iter().map(|x| x * scale).collect();
        let mut states: Vec<Vec<f64>> = ids.iter().map(vector).collect();
        for layer in 0..LAYERS {
            let add = |x: &mut Vec<f64>, added: Vec<f64>, norm: &str| {
                let name = format!("blk.{layer}.{norm}");
                let added = if self.kind.block_norms { self.norm(&name, &added) } else { added };
                x.iter_mut().zip(added).for_each(|(x, y)| *x += y);
            };
            let attended = self.attention(layer, &states);
            states.iter_mut().zip(attended).for_each(|(x, y)| add(x, y, "post_attention_norm"));
            for x in &mut states {
                let fed = self.feed_forward(layer, x);
                add(x, fed, "post_ffw_norm");
            }
        }
        let score = |(state, next): (&Vec<f64>, &usize)| {
            let scores = self.times("token_embd", &self.norm("output_norm", state));
            scores[*next] - scores.iter().map(|s| s.exp()).sum::<f64>().ln()
        };
        states.iter().zip(&ids[1..]).map(score).collect()
    }
}

#[test]
fn each_family_computes_its_formulas() {
    let dir = tempfile::tempdir().expect("folder");
    for (seed, kind) in (1u64..).zip(KINDS) {
        let model = random_model(kind, seed);
        let path = dir.path().join(kind.name);
        write(&path, &header(kind), &model);
        let engine = Llama::load(&path).expect(kind.name);
        // A model without a template of its own is given a transcript.
        let (opening, text) = ("Assistant:", "The tide comes in, and the tide goes out.");
        let ours = engine.logprobs(&[], text).expect("probabilities");
        let ids: Vec<usize> = opening.bytes().chain(text.bytes()).map(usize::from).collect();
        let plain = Plain { kind, model: &model }.logprobs(&ids);
        assert_eq!(ours.tokens.len(), text.len());
        for (i, (our, formula)) in ours.tokens.iter().zip(&plain[opening.len() - 1..]).enumerate() {
            assert!((our.logprob - formula).abs() < 2e-3, "{} token {i}: {} {formula}", kind.name, our.logprob);
        }
        let mut request = GenerateRequest::ask("Hello");
        request.max_tokens = 20;
        let answer = engine.complete(&request).expect("answers");
        assert!(answer.completion_tokens <= 20 && answer.prompt_tokens > 5);
    }
}

#[test]
fn formulas_differ() {
    // Each part that sets a family apart must matter, or the test above shows nothing.
    let ids: Vec<usize> = "What differs, shows.".bytes().map(usize::from).collect();
    let sum = |kind: Kind, model: &BTreeMap<String, Numbers>| Plain { kind, model }.logprobs(&ids).iter().sum::<f64>();
    let gemma3 = KINDS[4];
    let model = random_model(gemma3, 9);
    let whole = sum(gemma3, &model);
    for changed in [
        Kind { neighbours: true, ..gemma3 },
        Kind { head_norms: false, ..gemma3 },
        Kind { block_norms: false, ..gemma3 },
        Kind { gemma: false, ..gemma3 },
        Kind { local: false, ..gemma3 },
    ] {
        assert!((sum(changed, &model) - whole).abs() > 0.05);
    }
}

#[test]
fn what_the_engine_does_not_know_is_refused_by_name() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("model.gguf");
    let refused = |header: &BTreeMap<String, Value>, model: &BTreeMap<String, Numbers>, word: &str| {
        write(&path, header, model);
        match Llama::load(&path) {
            Err(EngineError::BadModel { reason, .. }) => assert!(reason.contains(word), "{reason}"),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("{word} was not refused"),
        }
    };
    let model = random_model(LLAMA, 1);
    let with = |key: &str, value: Value| {
        let mut header = header(LLAMA);
        header.insert(key.to_owned(), value);
        header
    };
    refused(&with("general.architecture", Value::String("mamba".to_owned())), &model, "mamba");
    refused(&with("llama.expert_count", Value::U32(8)), &model, "experts");
    refused(&with("llama.rope.scaling.type", Value::String("yarn".to_owned())), &model, "yarn");
    refused(&with("llama.attention.head_count_kv", Value::U32(3)), &model, "sizes");
    refused(&with("tokenizer.ggml.model", Value::String("bert".to_owned())), &model, "bert");
    refused(&with("tokenizer.ggml.pre", Value::String("unheard-of".to_owned())), &model, "unheard-of");
    let mut more = model.clone();
    more.insert("blk.0.attn_output.bias".to_owned(), (vec![WIDTH], vec![0.0; WIDTH]));
    refused(&header(LLAMA), &more, "blk.0.attn_output.bias");
    let mut less = model.clone();
    less.remove("blk.3.ffn_up.weight");
    refused(&header(LLAMA), &less, "blk.3.ffn_up.weight");
}
