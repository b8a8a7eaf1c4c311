//! The formulas in plain loops.

use std::collections::BTreeMap;

use crate::model::{Kind, Numbers, BASE, EPS, HEADS, KV_HEADS, LAYERS, WIDTH, WINDOW};

/// The formulas.
pub struct Plain<'a> {
    pub kind: Kind,
    pub model: &'a BTreeMap<String, Numbers>,
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
            for (head, query) in q[t].iter().enumerate() {
                let kv = head / (HEADS / KV_HEADS);
                let dot = |s: usize| query.iter().zip(&k[s][kv]).map(|(a, b)| a * b).sum::<f64>();
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
    pub fn logprobs(&self, ids: &[usize]) -> Vec<f64> {
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
