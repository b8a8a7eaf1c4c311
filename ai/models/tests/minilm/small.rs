//! A small BERT of random numbers: its formulas in plain loops (Devlin et al. 2018, arXiv 1810.04805), and its files.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

/// Numbers in a state.
const WIDTH: usize = 8;
const HEADS: usize = 2;
/// Numbers inside a feed-forward block.
const INNER: usize = 12;
const LAYERS: usize = 2;
/// Most tokens of a text.
pub const POSITIONS: usize = 16;
/// Of the normalisations: large, so that it matters.
const EPS: f64 = 0.01;
/// The words it knows; a word's place is its token id.
const WORDS: [&str; 8] = ["[UNK]", "[CLS]", "[SEP]", "the", "tide", "comes", "and", "goes"];

/// The model.
pub struct Small(BTreeMap<String, (Vec<usize>, Vec<f32>)>);

impl Small {
    /// All tensors, random.
    pub fn random(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut tensors = BTreeMap::new();
        let mut add = |name: String, shape: &[usize]| {
            // Scales of normalisations lie about 1, everything else about 0.
            let middle = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
            let count = shape.iter().product::<usize>();
            let numbers: Vec<f32> = (0..count).map(|_| middle + rng.gen_range(-0.5f32..0.5)).collect();
            tensors.insert(name, (shape.to_vec(), numbers));
        };
        let tables = [("word", WORDS.len()), ("position", POSITIONS), ("token_type", 2)];
        for (name, rows) in tables {
            add(format!("embeddings.{name}_embeddings.weight"), &[rows, WIDTH]);
        }
        let mut norms = vec!["embeddings".to_owned()];
        for layer in 0..LAYERS {
            let at = format!("encoder.layer.{layer}");
            for (name, rows, columns) in [
                ("attention.self.query", WIDTH, WIDTH),
                ("attention.self.key", WIDTH, WIDTH),
                ("attention.self.value", WIDTH, WIDTH),
                ("attention.output.dense", WIDTH, WIDTH),
                ("intermediate.dense", INNER, WIDTH),
                ("output.dense", WIDTH, INNER),
            ] {
                add(format!("{at}.{name}.weight"), &[rows, columns]);
                add(format!("{at}.{name}.bias"), &[rows]);
            }
            norms.extend([format!("{at}.attention.output"), format!("{at}.output")]);
        }
        for norm in norms {
            add(format!("{norm}.LayerNorm.weight"), &[WIDTH]);
            add(format!("{norm}.LayerNorm.bias"), &[WIDTH]);
        }
        Self(tensors)
    }

    /// Writes the folder that makers would publish.
    pub fn publish(&self, folder: &Path) {
        let tensor = |(shape, numbers): &(Vec<usize>, Vec<f32>)| {
            Tensor::from_slice(numbers, shape.as_slice(), &Device::Cpu).expect("a tensor")
        };
        let tensors: HashMap<String, Tensor> = self.0.iter().map(|(name, one)| (name.clone(), tensor(one))).collect();
        candle_core::safetensors::save(&tensors, folder.join("model.safetensors")).expect("written");
        let config = json!({
            "model_type": "bert", "hidden_act": "gelu", "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS, "intermediate_size": INNER, "max_position_embeddings": POSITIONS,
            "layer_norm_eps": EPS, "vocab_size": WORDS.len(),
        });
        let vocab: HashMap<&str, usize> = WORDS.into_iter().zip(0..).collect();
        let tokenizer = json!({
            "version": "1.0", "truncation": null, "padding": null, "normalizer": null, "decoder": null,
            "added_tokens": [], "pre_tokenizer": { "type": "WhitespaceSplit" },
            "post_processor": { "type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2] },
            "model": { "type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]" },
        });
        for (name, value) in [("config.json", config), ("tokenizer.json", tokenizer)] {
            std::fs::write(folder.join(name), value.to_string()).expect("written");
        }
    }

    /// The vector of a text with these token ids: the mean of the last states, of length 1.
    pub fn vector(&self, ids: &[u32]) -> Vec<f64> {
        let table = |name: &str| self.numbers(&format!("embeddings.{name}_embeddings.weight"));
        let (words, places, kinds) = (table("word"), table("position"), table("token_type"));
        let begin = |(place, id): (usize, &u32)| {
            let (word, place) = (*id as usize * WIDTH, place * WIDTH);
            let sum: Vec<f64> = (0..WIDTH).map(|i| words[word + i] + places[place + i] + kinds[i]).collect();
            self.norm("embeddings", &sum)
        };
        let mut states: Vec<Vec<f64>> = ids.iter().enumerate().map(begin).collect();
        for layer in 0..LAYERS {
            let at = |part: &str| format!("encoder.layer.{layer}.{part}");
            let attended = self.attention(&at("attention"), &states);
            let summed = states.iter().zip(&attended).map(|(x, y)| self.norm(&at("attention.output"), &plus(x, y)));
            let fed = |x: Vec<f64>| {
                let inner: Vec<f64> = self.times(&at("intermediate.dense"), &x).into_iter().map(gelu).collect();
                self.norm(&at("output"), &plus(&x, &self.times(&at("output.dense"), &inner)))
            };
            states = summed.map(fed).collect();
        }
        let mean = |i: usize| states.iter().map(|state| state[i]).sum::<f64>() / states.len() as f64;
        let mean: Vec<f64> = (0..WIDTH).map(mean).collect();
        let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt();
        mean.into_iter().map(|x| x / length).collect()
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.0[name].1.iter().map(|x| f64::from(*x)).collect()
    }

    /// W·x + b.
    fn times(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let (w, b) = (self.numbers(&format!("{name}.weight")), self.numbers(&format!("{name}.bias")));
        w.chunks(x.len()).zip(b).map(|(row, b)| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b).collect()
    }

    fn norm(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let at = |part: &str| self.numbers(&format!("{name}.LayerNorm.{part}"));
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
        let scaled = x.iter().map(|x| (x - mean) / (variance + EPS).sqrt());
        scaled.zip(at("weight")).zip(at("bias")).map(|((x, w), b)| x * w + b).collect()
    }

    /// Everybody looks at everybody, in each head.
    fn attention(&self, at: &str, states: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let all = |part: &str| -> Vec<Vec<f64>> {
            states.iter().map(|x| self.times(&format!("{at}.self.{part}"), x)).collect()
        };
        let (q, k, v) = (all("query"), all("key"), all("value"));
        let width = WIDTH / HEADS;
        let one = |q: &Vec<f64>| {
            let mut mixed = Vec::new();
            for head in 0..HEADS {
                let part = head * width..(head + 1) * width;
                let dot = |k: &Vec<f64>| q[part.clone()].iter().zip(&k[part.clone()]).map(|(a, b)| a * b).sum::<f64>();
                let scores: Vec<f64> = k.iter().map(|k| (dot(k) / (width as f64).sqrt()).exp()).collect();
                let total: f64 = scores.iter().sum();
                let mix = |i: usize| scores.iter().zip(&v).map(|(score, v)| score / total * v[i]).sum::<f64>();
                mixed.extend(part.clone().map(mix));
            }
            self.times(&format!("{at}.output.dense"), &mixed)
        };
        q.iter().map(one).collect()
    }
}

fn plus(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x + y).collect()
}

/// x · Φ(x), the error function by its series.
fn gelu(x: f64) -> f64 {
    let z = x / std::f64::consts::SQRT_2;
    let (mut term, mut sum) = (z, z);
    for n in 1..80 {
        term *= -z * z / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    0.5 * x * (1.0 + std::f64::consts::FRAC_2_SQRT_PI * sum)
}
