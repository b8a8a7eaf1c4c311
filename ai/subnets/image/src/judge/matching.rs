//! Match: how many bits a picture tells of which caption it was drawn for.
//!
//! With logits s over K captions, p = softmax(s)[true] and the match is log₂ (K p) bits: the sample form of InfoNCE, a
//! lower bound of the mutual information between caption and picture (van den Oord, Li, Vinyals 2018), at most log₂ K. It
//! doesn't depend on a model's scale, and a judge that knows nothing finds 0 bits.

use super::captions::Choice;
use super::probes::Seen;
use crate::picture::Picture;

/// Bits of a certain choice among 32.
pub const MOST_BITS: f64 = 5.0;
/// A probe's agreement, 0 to 1, times this is a logit: a picture in which all is as asked is e⁸ times as likely as one
/// in which nothing is.
const PROBE_SCALE: f64 = 8.0;

/// Says which caption a picture goes with. Different validators may use different ones.
pub trait Matcher: Send + Sync {
    /// A logit for each caption, in their order; `None` if it can't say anything about this picture. At the matcher's own
    /// temperature: the softmax of the logits is what it believes.
    fn logits(&self, picture: &Picture, choice: &Choice) -> Option<Vec<f64>>;

    /// Its name, for logs.
    fn name(&self) -> &str;
}

/// The probability that `logits` give to the one at `truth`, 0 to 1; `None` if any is no number, or there is no such one.
pub fn probability(logits: &[f64], truth: usize) -> Option<f64> {
    if logits.iter().any(|logit| !logit.is_finite()) {
        return None;
    }
    let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|logit| (logit - most).exp()).sum();
    logits.get(truth).map(|logit| (logit - most).exp() / sum)
}

/// log₂ (K p), bits; at least −10.
pub fn bits(probability: f64, choices: usize) -> f64 {
    (choices as f64 * probability).max(1e-3).log2()
}

/// How well colours and counts of a picture agree with each caption, 0 to 1; `None` where the true one says nothing of
/// them, since such words can't be probed.
pub(crate) fn agreements(picture: &Picture, choice: &Choice) -> Option<Vec<f64>> {
    let seen = Seen::of(picture);
    choice.scenes.get(choice.truth).and_then(|scene| seen.agreement(scene))?;
    Some(choice.scenes.iter().map(|scene| seen.agreement(scene).unwrap_or(0.0)).collect())
}

/// Matches by colours and counts alone: what every validator has, without any model. Captions that differ in other words
/// share their probability.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProbeMatcher;

impl Matcher for ProbeMatcher {
    fn logits(&self, picture: &Picture, choice: &Choice) -> Option<Vec<f64>> {
        Some(agreements(picture, choice)?.into_iter().map(|agreement| PROBE_SCALE * agreement).collect())
    }

    fn name(&self) -> &str {
        "probes"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::Scene;
    use ganglion_subnet::Seed;

    #[test]
    fn bits_are_those_of_information() {
        assert_eq!(probability(&[0.0; 32], 3), Some(1.0 / 32.0));
        assert!(bits(1.0 / 32.0, 32).abs() < 1e-9 && (bits(1.0, 32) - MOST_BITS).abs() < 1e-9);
        assert!(bits(0.0, 32) > -11.0);
        assert_eq!(probability(&[f64::NAN, 1.0], 1), None);
        assert_eq!(probability(&[1.0], 1), None);
        assert!(probability(&[1e300, -1e300], 0).is_some_and(|p| p > 0.99));
    }

    #[test]
    fn probes_tell_the_right_picture_from_another() {
        let mut dice = Seed([6; 32]).dice();
        let (mut right, mut wrong) = (0.0, 0.0);
        for number in 0..40 {
            let (asked, other) = (Scene::draw(&mut dice), Scene::draw(&mut dice));
            let choice = Choice::of(&asked, &mut dice);
            let of = |scene: &Scene| {
                let picture = render(scene, &Hand::numbered(number), 96, 96, number).expect("a picture");
                let logits = ProbeMatcher.logits(&picture, &choice).expect("logits");
                bits(probability(&logits, choice.truth).expect("a probability"), choice.captions.len())
            };
            right += of(&asked) / 40.0;
            wrong += of(&other) / 40.0;
        }
        assert!(right > 1.5 && wrong < right - 1.5, "{right} {wrong}");
    }
}
