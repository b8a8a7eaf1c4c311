//! How well a matcher knows: on scenes and hands that it hasn't seen, how often the true caption comes first out of 32.

use std::collections::BTreeSet;

use ganglion_subnet::Dice;

use super::train::{sample, HELD_OUT};
use super::DualEncoder;
use crate::data::Emojis;
use crate::judge::captions::{Choice, CHOICES};
use crate::judge::matching::{agreements, bits, probability, Matcher};
use crate::picture::Picture;
use crate::scene::Scene;

/// Pictures for calibrating.
const CALIBRATION: usize = 192;
/// Weights of the probes that are tried.
const PROBE_WEIGHTS: [f64; 9] = [0.0, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 11.0];

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

/// What a matcher says of one picture: a logit for each caption, and which one is true.
type Look = (Vec<f64>, usize);

/// Measures `matcher` on `pictures` rendered scenes.
pub fn measure(matcher: &dyn Matcher, pictures: usize, dice: &mut Dice) -> Retrieval {
    let look = |(picture, choice): (Picture, Choice)| Some((matcher.logits(&picture, &choice)?, choice.truth));
    summed(&(0..pictures).filter_map(|number| held_out(number, dice).and_then(look)).collect::<Vec<Look>>())
}

/// Measures `matcher` on emoji that weren't learned from, each to be told from others by all their words.
pub fn measure_emoji(matcher: &dyn Matcher, emojis: &Emojis, dice: &mut Dice) -> Retrieval {
    let all: Vec<&str> = emojis.learned.iter().chain(&emojis.held_out).map(|emoji| emoji.words.as_str()).collect();
    let mut looks = Vec::new();
    for emoji in &emojis.held_out {
        let mut captions = BTreeSet::from([emoji.words.as_str()]);
        // Where there are too few, the choice is among fewer.
        for _ in 0..20 * CHOICES {
            if captions.len() >= CHOICES {
                break;
            }
            captions.insert(*dice.pick(&all));
        }
        let captions: Vec<String> = captions.into_iter().map(str::to_owned).collect();
        let truth = captions.iter().position(|caption| *caption == emoji.words).unwrap_or(0);
        // The grammar knows nothing of them.
        let choice = Choice { scenes: vec![Scene::default(); captions.len()], captions, truth };
        looks.extend(matcher.logits(&emoji.picture, &choice).map(|logits| (logits, truth)));
    }
    summed(&looks)
}

fn summed(looks: &[Look]) -> Retrieval {
    let n = looks.len().max(1) as f64;
    let first = looks.iter().filter(|(logits, truth)| is_first(logits, *truth)).count();
    let told = |(logits, truth): &Look| bits(probability(logits, *truth).unwrap_or(0.0), logits.len());
    Retrieval { pictures: looks.len(), first: first as f64 / n, bits: looks.iter().map(told).sum::<f64>() / n }
}

/// What is fitted in the end.
pub(super) struct Fit {
    /// What to add to the logarithm of the scale.
    pub(super) scale: f64,
    /// What an agreement of 1 in colours and counts adds to a logit.
    pub(super) probes: f64,
}

/// The fit by which beliefs are as likely to be true as they say: the least mean −ln p on pictures that weren't learned
/// from. `encoder` must not weigh any probes yet. `None` if nothing could be measured.
pub(super) fn calibrated(encoder: &DualEncoder, dice: &mut Dice) -> Option<Fit> {
    let look = |(picture, choice): (Picture, Choice)| {
        let logits = encoder.logits(&picture, &choice)?;
        let probed = agreements(&picture, &choice).unwrap_or_else(|| vec![0.0; logits.len()]);
        Some((logits, probed, choice.truth))
    };
    let looks: Vec<(Vec<f64>, Vec<f64>, usize)> =
        (0..CALIBRATION).filter_map(|number| held_out(number, dice).and_then(look)).collect();
    if looks.is_empty() {
        return None;
    }
    let cost = |fit: &Fit| -> f64 {
        let scale = fit.scale.exp();
        let of = |(logits, probed, truth): &(Vec<f64>, Vec<f64>, usize)| {
            let both: Vec<f64> =
                logits.iter().zip(probed).map(|(logit, agreement)| logit * scale + fit.probes * agreement).collect();
            -probability(&both, *truth).unwrap_or(0.0).max(1e-12).ln()
        };
        looks.iter().map(of).sum()
    };
    let scales = (-15..=15).map(|step| f64::from(step) * 0.1);
    let fits = scales.flat_map(|scale| PROBE_WEIGHTS.map(|probes| Fit { scale, probes }));
    fits.min_by(|a, b| cost(a).total_cmp(&cost(b)))
}

/// A scene and a hand that weren't learned from, and its captions.
fn held_out(number: usize, dice: &mut Dice) -> Option<(Picture, Choice)> {
    let scene = Scene::draw(dice);
    let choice = Choice::of(&scene, dice);
    Some((sample(&scene, HELD_OUT + number as u64, dice)?, choice))
}

fn is_first(logits: &[f64], truth: usize) -> bool {
    let own = logits.get(truth).copied().unwrap_or(f64::NEG_INFINITY);
    logits.iter().enumerate().all(|(i, logit)| i == truth || *logit < own)
}
