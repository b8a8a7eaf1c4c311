//! How well a matcher knows: on scenes and hands that it hasn't seen, how often the true caption comes first out of 32.

use ganglion_subnet::Dice;

use super::train::{sample, HELD_OUT};
use super::DualEncoder;
use crate::judge::captions::Choice;
use crate::judge::matching::{bits, probability, Matcher};
use crate::scene::Scene;

/// Pictures for calibrating.
const CALIBRATION: usize = 128;

/// What was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Retrieval {
    /// Pictures.
    pub pictures: usize,
    /// Part of them whose true caption came first, 0 to 1. Chance is 1/32.
    pub first: f64,
    /// Mean match, bits, at most 5.
    pub bits: f64,
}

/// Measures `matcher` on `pictures` rendered scenes.
pub fn measure(matcher: &dyn Matcher, pictures: usize, dice: &mut Dice) -> Retrieval {
    let looks = looks(matcher, pictures, dice);
    let n = looks.len().max(1) as f64;
    let first = looks.iter().filter(|(logits, truth)| is_first(logits, *truth)).count();
    let told = |(logits, truth): &(Vec<f64>, usize)| bits(probability(logits, *truth).unwrap_or(0.0), logits.len());
    Retrieval { pictures: looks.len(), first: first as f64 / n, bits: looks.iter().map(told).sum::<f64>() / n }
}

/// What to add to the logarithm of the scale so that beliefs are as likely to be true as they say: the least mean −ln p.
/// `None` if nothing could be measured.
pub(super) fn calibrated(encoder: &DualEncoder, dice: &mut Dice) -> Option<f64> {
    let looks = looks(encoder, CALIBRATION, dice);
    let cost = |add: f64| -> f64 {
        let scale = add.exp();
        let of = |(logits, truth): &(Vec<f64>, usize)| {
            let scaled: Vec<f64> = logits.iter().map(|logit| logit * scale).collect();
            -probability(&scaled, *truth).unwrap_or(0.0).max(1e-12).ln()
        };
        looks.iter().map(of).sum()
    };
    let tries = (-15..=15).map(|step| f64::from(step) * 0.1);
    if looks.is_empty() {
        return None;
    }
    tries.min_by(|a, b| cost(*a).total_cmp(&cost(*b)))
}

/// Logits and truths of held-out pictures.
fn looks(matcher: &dyn Matcher, pictures: usize, dice: &mut Dice) -> Vec<(Vec<f64>, usize)> {
    let mut looks = Vec::new();
    for number in 0..pictures as u64 {
        let scene = Scene::draw(dice);
        let choice = Choice::of(&scene, dice);
        let picture = sample(&scene, HELD_OUT + number, dice);
        looks.extend(picture.and_then(|picture| Some((matcher.logits(&picture, &choice)?, choice.truth))));
    }
    looks
}

fn is_first(logits: &[f64], truth: usize) -> bool {
    let own = logits.get(truth).copied().unwrap_or(f64::NEG_INFINITY);
    logits.iter().enumerate().all(|(i, logit)| i == truth || *logit < own)
}
