//! From scores to a choice: temperature, nucleus (top-p) and a seeded generator.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::engine::GenerateRequest;

/// Draws tokens from a model's scores. Same seed and same scores give the same draws.
pub struct Sampler {
    temperature: f64,
    top_p: f64,
    penalty: f32,
    /// How often each index was chosen.
    chosen: BTreeMap<usize, u16>,
    rng: StdRng,
}

impl Sampler {
    /// Takes temperature, top-p, frequency penalty and seed of `request`, each within its documented range.
    pub fn new(request: &GenerateRequest) -> Self {
        let temperature = if request.temperature.is_finite() { request.temperature.clamp(0.0, 5.0) } else { 0.0 };
        let top_p = if request.top_p.is_finite() && request.top_p > 0.0 { request.top_p.min(1.0) } else { 1.0 };
        let penalty =
            if request.frequency_penalty.is_finite() { request.frequency_penalty.clamp(0.0, 2.0) } else { 0.0 };
        Self {
            temperature,
            top_p,
            penalty: penalty as f32,
            chosen: BTreeMap::new(),
            rng: StdRng::seed_from_u64(request.seed),
        }
    }

    /// The same without a frequency penalty: for models whose tokens are letters, which every sound text repeats.
    pub fn without_penalty(self) -> Self {
        Self { penalty: 0.0, ..self }
    }

    /// As [`Sampler::choose`], with what was chosen before made less likely by the frequency penalty.
    pub fn choose_next(&mut self, mut scores: Vec<f32>) -> Option<usize> {
        for (index, times) in &self.chosen {
            if let Some(score) = scores.get_mut(*index) {
                *score -= self.penalty * f32::from(*times);
            }
        }
        let index = self.choose(&scores)?;
        if self.penalty > 0.0 {
            let times = self.chosen.entry(index).or_default();
            *times = times.saturating_add(1);
        }
        Some(index)
    }

    /// The index chosen among `scores` (natural-log scale, any constant offset); `None` if there is nothing to choose.
    pub fn choose(&mut self, scores: &[f32]) -> Option<usize> {
        let best = argmax(scores)?;
        if self.temperature < 1e-3 {
            return Some(best);
        }
        let top = f64::from(*scores.get(best)?);
        // Anything e^-20 times less likely than the best is noise: dropping it keeps the sort short.
        let floor = top - 20.0 * self.temperature;
        let mut likely: Vec<(usize, f64)> = scores
            .iter()
            .enumerate()
            .filter(|(_, s)| f64::from(**s) >= floor)
            .map(|(i, s)| (i, ((f64::from(*s) - top) / self.temperature).exp()))
            .collect();
        likely.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let total: f64 = likely.iter().map(|(_, p)| p).sum();
        let mut kept = 0.0;
        let nucleus = likely.iter().take_while(|(_, p)| {
            let inside = kept < self.top_p * total;
            kept += p;
            inside
        });
        let nucleus: Vec<(usize, f64)> = nucleus.copied().collect();
        let mass: f64 = nucleus.iter().map(|(_, p)| p).sum();
        let mut left = self.rng.gen::<f64>() * mass;
        for (index, p) in &nucleus {
            left -= p;
            if left <= 0.0 {
                return Some(*index);
            }
        }
        nucleus.last().map(|(index, _)| *index).or(Some(best))
    }
}

/// Index of the greatest number, the first of equals; NaN never wins.
fn argmax(scores: &[f32]) -> Option<usize> {
    let better = |best: Option<(usize, f32)>, (i, s): (usize, f32)| match best {
        Some((_, top)) if top >= s => best,
        _ if s.is_nan() => best,
        _ => Some((i, s)),
    };
    scores.iter().copied().enumerate().fold(None, better).map(|(i, _)| i)
}

/// Natural-log probability of `index` under the softmax of `scores`; negative infinity for an index out of range.
pub fn log_softmax_at(scores: &[f32], index: usize) -> f64 {
    let (Some(best), Some(chosen)) = (argmax(scores).and_then(|i| scores.get(i)), scores.get(index)) else {
        return f64::NEG_INFINITY;
    };
    let top = f64::from(*best);
    let sum: f64 = scores.iter().filter(|s| !s.is_nan()).map(|s| (f64::from(*s) - top).exp()).sum();
    (f64::from(*chosen) - top - sum.ln()).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampler(temperature: f64, top_p: f64, seed: u64) -> Sampler {
        Sampler::new(&GenerateRequest { temperature, top_p, seed, ..GenerateRequest::default() })
    }

    #[test]
    fn what_was_said_becomes_less_likely() {
        let request = GenerateRequest { frequency_penalty: 0.4, ..GenerateRequest::default() };
        let mut sampler = Sampler::new(&request);
        let chosen: Vec<_> = (0..4).map(|_| sampler.choose_next(vec![1.0, 0.5])).collect();
        assert_eq!(chosen, [Some(0), Some(0), Some(1), Some(0)]);
        let mut plain = Sampler::new(&GenerateRequest::default());
        assert!((0..4).all(|_| plain.choose_next(vec![1.0, 0.5]) == Some(0)));
    }

    #[test]
    fn zero_temperature_takes_the_first_best() {
        assert_eq!(sampler(0.0, 1.0, 1).choose(&[0.0, 3.0, 3.0, f32::NAN]), Some(1));
        assert_eq!(sampler(f64::NAN, f64::NAN, 1).choose(&[f32::NAN, -1.0]), Some(1));
        assert_eq!(sampler(1.0, 1.0, 1).choose(&[]), None);
        assert_eq!(sampler(1.0, 1.0, 1).choose(&[f32::NAN]), None);
    }

    #[test]
    fn draws_follow_the_distribution() {
        let scores = [0.7f32.ln(), 0.2f32.ln(), 0.1f32.ln()];
        let mut s = sampler(1.0, 1.0, 7);
        let mut counts = [0u32; 3];
        for _ in 0..20_000 {
            counts[s.choose(&scores).expect("a choice")] += 1;
        }
        for (count, share) in counts.iter().zip([0.7, 0.2, 0.1]) {
            assert!((f64::from(*count) / 20_000.0 - share).abs() < 0.015, "{counts:?}");
        }
    }

    #[test]
    fn the_nucleus_cuts_the_tail() {
        let scores = [0.5f32.ln(), 0.3f32.ln(), 0.2f32.ln()];
        let mut s = sampler(1.0, 0.6, 7);
        assert!((0..500).all(|_| s.choose(&scores) != Some(2)));
        let mut tiny = sampler(1.0, 1e-9, 7);
        assert!((0..100).all(|_| tiny.choose(&scores) == Some(0)));
    }

    #[test]
    fn a_seed_repeats() {
        let draw = |seed| {
            let mut s = sampler(1.5, 0.9, seed);
            (0..64).map(|_| s.choose(&[0.1, 0.2, 0.3, 0.4]).expect("a choice")).collect::<Vec<_>>()
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn log_probabilities_are_normalised() {
        let scores = [1.0, -2.0, 0.5];
        let total: f64 = (0..3).map(|i| log_softmax_at(&scores, i).exp()).sum();
        assert!((total - 1.0).abs() < 1e-9);
        assert_eq!(log_softmax_at(&scores, 9), f64::NEG_INFINITY);
    }
}
