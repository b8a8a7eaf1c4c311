//! What makes a picture look well made: weights fitted by logistic regression on pairs (Bradley and Terry's model of
//! comparisons), a clean picture beside the same one damaged. Made anew in each process, the same everywhere: a few hundred
//! small pictures, well below a second.

use ganglion_subnet::Seed;

use super::damage::{damaged, Damage};
use super::{of, Distributions, FEATURES, FITTED};
use crate::render::{render, Hand};
use crate::scene::Scene;

/// Clean pictures.
const PICTURES: u64 = 60;
/// Pixels on a side.
const SIDE: u32 = 64;
/// Steps of the descent.
const STEPS: usize = 400;
/// Their length.
const RATE: f64 = 0.5;
/// How much weights are held back (ridge), so that no feature decides alone.
const RIDGE: f64 = 0.004;

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Of the clean pictures: what running distributions begin with.
    pub base: Distributions,
    /// A weight for each place, and for each distance from the middle.
    pub weights: [f64; 2 * FEATURES],
}

/// The fit on rendered pictures.
pub fn fitted() -> &'static Fit {
    FITTED.get_or_init(|| {
        let mut dice = Seed([0xAE; 32]).dice();
        let (mut seen, mut pairs) = (Vec::new(), Vec::new());
        for number in 0..PICTURES {
            let scene = Scene::draw(&mut dice);
            let Some(clean) = render(&scene, &Hand::numbered(500_000 + number), SIDE, SIDE, number) else { continue };
            let features = of(&clean);
            seen.push(features);
            pairs.extend(Damage::ALL.map(|damage| (features, of(&damaged(&clean, damage, &mut dice)))));
        }
        let distributions = Distributions::of(&seen);
        let differences: Vec<[f64; 2 * FEATURES]> = pairs
            .iter()
            .map(|(clean, spoilt)| {
                let (clean, spoilt) = (distributions.places(clean), distributions.places(spoilt));
                std::array::from_fn(|i| clean[i] - spoilt[i])
            })
            .collect();
        Fit { weights: weights(&differences), base: distributions }
    })
}

/// Weights w that make Σ ln (1 + exp(−w · d)) + ridge least, by plain descent.
fn weights(differences: &[[f64; 2 * FEATURES]]) -> [f64; 2 * FEATURES] {
    let n = differences.len().max(1) as f64;
    let mut weights = [0.0; 2 * FEATURES];
    for _ in 0..STEPS {
        let mut slope = weights.map(|weight| weight * RIDGE);
        for difference in differences {
            let margin: f64 = weights.iter().zip(difference).map(|(weight, value)| weight * value).sum();
            let doubt = 1.0 / (1.0 + margin.exp());
            slope.iter_mut().zip(difference).for_each(|(slope, value)| *slope -= doubt * value / n);
        }
        weights.iter_mut().zip(slope).for_each(|(weight, slope)| *weight -= RATE * slope);
    }
    weights
}
