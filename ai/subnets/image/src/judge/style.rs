//! Style: what a miner's pictures have in common beyond what was asked, and the small penalty for having it in common with
//! another miner.
//!
//! A picture's style vector is its palette and the directions of its edges at three sizes, each number as deviations from
//! what was usual so far. The mean of the round is taken off, and with it the prompt's look. What is left, averaged over a
//! miner's pictures, is its style in the long run: one prompt with an obvious look hurts nobody, and to look odd earns
//! nothing, since the factor is never above 1 and acts on quality. Whoever is known to behave as one with another isn't
//! compared with it: the two share one pay, which costs more than a style.

use std::collections::{BTreeMap, BTreeSet};

use ganglion_primitives::NeuronId;
use serde::{Deserialize, Serialize};

use super::aesthetics::features::Field;
use super::running::Running;
use crate::picture::Picture;

/// Palette: 4 × 4 × 4 colours.
const PALETTE: usize = 64;
/// Directions of edges.
const DIRECTIONS: usize = 8;
/// Sizes at which edges are looked at.
const SIZES: usize = 3;
/// Numbers of a style.
pub const LENGTH: usize = PALETTE + DIRECTIONS * SIZES;
/// Pictures are looked at with this many pixels on a side.
const SIDE: u32 = 48;

/// Weight of the newest picture in a miner's style. By the 0.05 that is usual with features of a network, two miners of one
/// style reached a likeness of 0.6 to 0.8 here, since palette and edges differ much from picture to picture; by this it is
/// 0.86 to 0.97, and that of different styles at most 0.7 as before.
const ALPHA: f64 = 0.01;
/// Pictures needed before styles are compared.
const LEAST: u64 = 100;
/// From this likeness (cosine) on, styles count as alike.
const ALIKE: f64 = 0.85;
/// What the same style costs at most.
pub const MOST_PENALTY: f64 = 0.05;
/// Most miners whose style is kept; for one more, who was seen longest ago is forgotten.
const MOST_MINERS: usize = 4096;
/// After so many rounds without a picture a miner is forgotten: it is gone, and who comes after it may draw as it did.
const FORGOTTEN: u64 = 4096;

/// A picture's palette and edges, before anything is taken off.
pub type Vector = [f64; LENGTH];

/// The style vector of a picture.
pub fn of(picture: &Picture) -> Vector {
    let mut vector = [0.0; LENGTH];
    let Some(small) = picture.resized(SIDE, SIDE) else { return vector };
    let n = small.pixels().len() as f64;
    for pixel in small.pixels() {
        let [r, g, b] = pixel.map(|part| usize::from(part >> 6));
        vector[r * 16 + g * 4 + b] += 1.0 / n;
    }
    let mut field = Field::of(&small);
    for size in 0..SIZES {
        let begin = PALETTE + size * DIRECTIONS;
        edges(&field, &mut vector[begin..begin + DIRECTIONS]);
        field = field.halved();
    }
    // Roots, so that a large field of one colour doesn't hide the rest (Hellinger).
    vector.map(f64::sqrt)
}

/// The part of all slopes that go each way, times how many there are.
fn edges(field: &Field, out: &mut [f64]) {
    let n = field.values.len().max(1) as f64;
    for (x, y) in field.places() {
        let (across, down) = field.slope(x, y);
        let turn = (down.atan2(across) / std::f64::consts::TAU).rem_euclid(1.0);
        let direction = ((turn * DIRECTIONS as f64) as usize).min(DIRECTIONS - 1);
        if let Some(slot) = out.get_mut(direction) {
            *slot += across.hypot(down) / n;
        }
    }
}

/// A miner's style in the long run.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    mean: Vector,
    count: u64,
    /// The round of the newest picture.
    noted: u64,
}

/// A style as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct KeptStyle {
    neuron: u64,
    count: u64,
    noted: u64,
    mean: Vec<f64>,
}

/// A bank as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct KeptBank {
    rounds: u64,
    usual: Vec<Running>,
    styles: Vec<KeptStyle>,
}

/// The styles of all miners.
#[derive(Clone, Debug)]
pub struct Bank {
    usual: [Running; LENGTH],
    kept: BTreeMap<u64, Kept>,
    /// Rounds that told something of styles.
    rounds: u64,
    /// Who behaves as one, by the framework's word; it says so anew after a restart.
    clusters: Vec<BTreeSet<u64>>,
}

impl Default for Bank {
    fn default() -> Self {
        Self { usual: [Running::default(); LENGTH], kept: BTreeMap::new(), rounds: 0, clusters: Vec::new() }
    }
}

impl Bank {
    /// Takes in the good pictures of a round: who drew each, and its style vector. Pictures that failed have no style.
    /// A round with one picture tells nothing of style.
    pub fn note(&mut self, round: &[(NeuronId, Vector)]) {
        for (_, vector) in round {
            self.usual.iter_mut().zip(vector).for_each(|(running, value)| running.update(*value));
        }
        if round.len() < 2 {
            return;
        }
        self.rounds = self.rounds.saturating_add(1);
        let now = self.rounds;
        self.kept.retain(|_, kept| now.saturating_sub(kept.noted) <= FORGOTTEN);
        let whitened: Vec<(u64, Vector)> =
            round.iter().map(|(neuron, vector)| (neuron.0, self.white(vector))).collect();
        let n = whitened.len() as f64;
        let middle: Vector = std::array::from_fn(|i| whitened.iter().map(|(_, vector)| vector[i]).sum::<f64>() / n);
        for (neuron, vector) in whitened {
            if !self.kept.contains_key(&neuron) {
                self.make_room();
            }
            let own: Vector = std::array::from_fn(|i| vector[i] - middle[i]);
            let kept = self.kept.entry(neuron).or_insert(Kept { mean: [0.0; LENGTH], count: 0, noted: now });
            kept.noted = now;
            kept.count = kept.count.saturating_add(1);
            let step = ALPHA.max(1.0 / kept.count as f64);
            kept.mean.iter_mut().zip(own).for_each(|(mean, value)| *mean += step * (value - *mean));
        }
    }

    /// Forgets who was seen longest ago, if the bank is full.
    fn make_room(&mut self) {
        if self.kept.len() < MOST_MINERS {
            return;
        }
        if let Some(oldest) = self.kept.iter().min_by_key(|(_, kept)| kept.noted).map(|(neuron, _)| *neuron) {
            self.kept.remove(&oldest);
        }
    }

    /// What is to be kept.
    pub(super) fn kept(&self) -> KeptBank {
        let style = |(neuron, kept): (&u64, &Kept)| KeptStyle {
            neuron: *neuron,
            count: kept.count,
            noted: kept.noted,
            mean: kept.mean.to_vec(),
        };
        KeptBank { rounds: self.rounds, usual: self.usual.to_vec(), styles: self.kept.iter().map(style).collect() }
    }

    /// Of what was kept; `None` if that is unsound.
    pub(super) fn of_kept(kept: KeptBank) -> Option<Self> {
        let usual = <[Running; LENGTH]>::try_from(kept.usual).ok()?;
        if kept.styles.len() > MOST_MINERS || !usual.iter().all(Running::is_sound) {
            return None;
        }
        let style = |style: KeptStyle| {
            let mean = Vector::try_from(style.mean).ok()?;
            let sound = style.noted <= kept.rounds && mean.iter().all(|value| value.is_finite());
            sound.then_some((style.neuron, Kept { mean, count: style.count, noted: style.noted }))
        };
        let styles: Option<BTreeMap<u64, Kept>> = kept.styles.into_iter().map(style).collect();
        Some(Self { usual, kept: styles?, rounds: kept.rounds, clusters: Vec::new() })
    }

    /// Takes over who behaves as one.
    pub fn cluster(&mut self, clusters: &[Vec<u64>]) {
        self.clusters = clusters.iter().map(|members| members.iter().copied().collect()).collect();
    }

    fn white(&self, vector: &Vector) -> Vector {
        std::array::from_fn(|i| self.usual[i].deviations(vector[i]))
    }

    /// How alike a miner's style is to the likest one outside of its own cluster (cosine, −1 to 1); `None` while too little
    /// is known.
    pub fn likest(&self, neuron: NeuronId) -> Option<f64> {
        let own = self.kept.get(&neuron.0).filter(|kept| kept.count >= LEAST)?;
        let cluster = self.clusters.iter().find(|cluster| cluster.contains(&neuron.0));
        let is_own = |other: u64| other == neuron.0 || cluster.is_some_and(|cluster| cluster.contains(&other));
        let others = self.kept.iter().filter(|(other, kept)| !is_own(**other) && kept.count >= LEAST);
        others.map(|(_, other)| cosine(&own.mean, &other.mean)).reduce(f64::max)
    }

    /// What a miner's scores are multiplied with: 1, or down to 0.95 for a style that another has too.
    pub fn factor(&self, neuron: NeuronId) -> f64 {
        let alike = self.likest(neuron).map_or(0.0, |alike| ((alike - ALIKE) / (1.0 - ALIKE)).clamp(0.0, 1.0));
        1.0 - MOST_PENALTY * alike
    }
}

fn cosine(a: &Vector, b: &Vector) -> f64 {
    let dot = |a: &Vector, b: &Vector| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths <= 1e-12 {
        return 0.0;
    }
    dot(a, b) / lengths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::Scene;
    use ganglion_subnet::Seed;

    /// A bank after rounds in which each of these hands drew each scene.
    fn drawn(hands: &[u64], rounds: u64) -> Bank {
        let (mut bank, mut dice) = (Bank::default(), Seed([12; 32]).dice());
        for round in 0..rounds {
            let scene = Scene::draw(&mut dice);
            let vectors: Vec<(NeuronId, Vector)> = hands
                .iter()
                .enumerate()
                .map(|(neuron, hand)| {
                    let seed = round * 100 + neuron as u64;
                    let picture = render(&scene, &Hand::numbered(*hand), 64, 64, seed).expect("a picture");
                    (NeuronId(neuron as u64), of(&picture))
                })
                .collect();
            bank.note(&vectors);
        }
        bank
    }

    #[test]
    fn two_of_one_style_lose_a_little_and_the_odd_one_gains_nothing() {
        let bank = drawn(&[1, 1, 2, 3, 4], 120);
        let factors: Vec<f64> = (0..5).map(|neuron| bank.factor(NeuronId(neuron))).collect();
        assert!(factors[0] < 1.0 && factors[1] < 1.0, "{factors:?}");
        assert!(factors.iter().all(|factor| (1.0 - MOST_PENALTY..=1.0).contains(factor)));
        assert!(factors[2..].iter().filter(|factor| **factor == 1.0).count() >= 2, "{factors:?}");
        assert!(factors[0] < factors[2].max(factors[3]).max(factors[4]));
    }

    #[test]
    fn who_shares_one_pay_is_not_punished_for_its_style_too() {
        let mut bank = drawn(&[1, 1, 1, 2, 3, 4, 5, 6], 240);
        let factor = |bank: &Bank, neuron| bank.factor(NeuronId(neuron));
        let before: Vec<f64> = (0..3).map(|neuron| factor(&bank, neuron)).collect();
        assert!(before.iter().all(|factor| *factor < 1.0), "{before:?}");
        bank.cluster(&[vec![0, 1, 2]]);
        assert!((0..3).all(|neuron| factor(&bank, neuron) == 1.0));
        // A stranger to the cluster who draws as it does loses, and so does a member for him.
        bank.cluster(&[vec![0, 1]]);
        assert!(factor(&bank, 2) < 1.0 && factor(&bank, 0).min(factor(&bank, 1)) < 1.0);
        bank.cluster(&[]);
        assert_eq!((0..3).map(|neuron| factor(&bank, neuron)).collect::<Vec<f64>>(), before);
    }

    #[test]
    fn the_gone_are_forgotten_and_there_is_always_room() {
        let round = |first: u64| [(NeuronId(first), [0.1; LENGTH]), (NeuronId(first + 1), [0.2; LENGTH])];
        let mut bank = Bank::default();
        (0..MOST_MINERS as u64 + 50).for_each(|number| bank.note(&round(2 * number)));
        assert!(bank.kept.len() <= MOST_MINERS && bank.kept.contains_key(&(2 * (MOST_MINERS as u64 + 49))));
        assert!(!bank.kept.contains_key(&0));
        (0..=FORGOTTEN).for_each(|_| bank.note(&round(0)));
        assert_eq!(bank.kept.len(), 2);
    }

    #[test]
    fn nothing_is_said_of_newcomers() {
        let bank = drawn(&[1, 1], 5);
        assert_eq!((bank.likest(NeuronId(0)), bank.factor(NeuronId(0))), (None, 1.0));
        assert_eq!(bank.factor(NeuronId(77)), 1.0);
    }
}
