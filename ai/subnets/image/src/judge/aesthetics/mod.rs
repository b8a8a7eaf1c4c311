//! Aesthetics: how well made a picture looks, whatever it shows.
//!
//! Plain features ([`features`]) and natural-scene statistics ([`naturalness`], as BRISQUE has them), each as its place in
//! a running distribution, weighed by a logistic regression on pairs of a clean picture and the same one damaged
//! ([`fit`]).

pub mod damage;
pub mod features;
pub mod fit;
pub mod naturalness;

use std::sync::OnceLock;

use crate::judge::running::Running;
use crate::picture::Picture;

/// Pictures larger than this on a side are looked at in small.
const SIDE: u32 = 128;

/// Number of features.
pub const FEATURES: usize = features::PLAIN + naturalness::NATURAL;

/// Raw features of a picture.
pub type Features = [f64; FEATURES];

/// All features of a picture.
pub fn of(picture: &Picture) -> Features {
    let longest = f64::from(picture.width().max(picture.height()));
    let scale = (f64::from(SIDE) / longest).min(1.0);
    let side = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).clamp(1, SIDE);
    let small = if scale < 1.0 { picture.resized(side(picture.width()), side(picture.height())) } else { None };
    let picture = small.as_ref().unwrap_or(picture);
    let (plain, natural) = (features::of(picture), naturalness::of(picture));
    let mut all = [0.0; FEATURES];
    all.iter_mut().zip(plain.into_iter().chain(natural)).for_each(|(slot, value)| {
        *slot = if value.is_finite() { value } else { 0.0 };
    });
    all
}

/// What was seen of each feature so far. It begins with what rendered pictures have, so that the first picture isn't judged
/// by nothing; these are drawn when they are first needed, since a miner never does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distributions(Option<[Running; FEATURES]>);

impl Distributions {
    /// Of pictures' features, and of nothing else.
    pub fn of(seen: &[Features]) -> Self {
        let mut all = Self(Some([Running::default(); FEATURES]));
        seen.iter().for_each(|features| all.update(features));
        all
    }

    /// Takes in a picture's features.
    pub fn update(&mut self, features: &Features) {
        let all = self.0.get_or_insert_with(|| *fit::fitted().base.current());
        all.iter_mut().zip(features).for_each(|(running, value)| running.update(*value));
    }

    /// What is to be kept: nothing, or one for each feature.
    pub(crate) fn kept(&self) -> Vec<Running> {
        self.0.map(Vec::from).unwrap_or_default()
    }

    /// Of what was kept; `None` if that is unsound.
    pub(crate) fn of_kept(kept: Vec<Running>) -> Option<Self> {
        if kept.is_empty() {
            return Some(Self::default());
        }
        let all = <[Running; FEATURES]>::try_from(kept).ok()?;
        all.iter().all(Running::is_sound).then_some(Self(Some(all)))
    }

    fn current(&self) -> &[Running; FEATURES] {
        match &self.0 {
            Some(all) => all,
            None => fit::fitted().base.current(),
        }
    }

    /// Each feature's place, −½ to ½, and how far it is from the middle, −½ to ½: of some features neither much nor little
    /// is good.
    pub fn places(&self, features: &Features) -> [f64; 2 * FEATURES] {
        let mut places = [0.0; 2 * FEATURES];
        for (index, (running, value)) in self.current().iter().zip(features).enumerate() {
            let place = running.place(*value) - 0.5;
            places[index] = place;
            places[FEATURES + index] = 2.0 * place.abs() - 0.5;
        }
        places
    }

    /// How well made a picture with these features looks, 0 to 1.
    pub fn score(&self, features: &Features) -> f64 {
        let places = self.places(features);
        let sum: f64 = fit::fitted().weights.iter().zip(places).map(|(weight, place)| weight * place).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// The fit, made once in a process.
static FITTED: OnceLock<fit::Fit> = OnceLock::new();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::Scene;
    use ganglion_subnet::Seed;

    #[test]
    fn clean_pictures_look_better_than_damaged_ones() {
        let distributions = Distributions::default();
        let mut dice = Seed([77; 32]).dice();
        let (mut right, mut all) = (0, 0);
        for number in 0..40 {
            // Neither these hands nor these scenes were fitted to.
            let hand = Hand::numbered(900_000 + number);
            let clean = render(&Scene::draw(&mut dice), &hand, 64, 64, number).expect("a picture");
            for kind in damage::Damage::ALL {
                let damaged = damage::damaged(&clean, kind, &mut dice);
                all += 1;
                right += usize::from(distributions.score(&of(&clean)) > distributions.score(&of(&damaged)));
            }
        }
        assert!(right * 4 >= all * 3, "{right} of {all}");
    }

    #[test]
    fn tiny_and_odd_pictures_have_features() {
        for (width, height) in [(1, 1), (1, 300), (300, 1), (3, 3), (8, 5)] {
            let picture = Picture::filled(width, height, [1, 2, 3]).expect("a picture");
            assert!(of(&picture).iter().all(|value| value.is_finite()), "{width} × {height}");
        }
    }
}
