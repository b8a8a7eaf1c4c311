//! What a judge remembers: pictures that were shown, what is usual, and everybody's style.

use std::collections::VecDeque;

use ganglion_primitives::NeuronId;

use super::aesthetics::Distributions;
use super::style::Bank;
use crate::picture::fingerprint::Fingerprint;

/// Pictures that are remembered.
const GALLERY: usize = 5000;
/// Answers whose fingerprints are at hand, for comparing the answers of a round.
const RECENT: usize = 256;

/// A picture that was shown.
#[derive(Clone, Copy, Debug)]
struct Shown {
    print: Fingerprint,
    neuron: NeuronId,
    /// Hash of the prompt.
    prompt: [u8; 32],
}

/// All that was seen so far.
#[derive(Debug, Default)]
pub struct Memory {
    gallery: VecDeque<Shown>,
    recent: VecDeque<([u8; 32], Fingerprint)>,
    /// What is usual of each feature.
    pub distributions: Distributions,
    /// Everybody's style.
    pub styles: Bank,
}

impl Memory {
    /// Whether a picture is a near copy of one that somebody else has shown, or that the same miner has shown for another
    /// prompt.
    pub fn is_copy(&self, print: &Fingerprint, neuron: NeuronId, prompt: &[u8; 32]) -> bool {
        let copied = |shown: &Shown| match shown.neuron == neuron {
            // What one hand draws is alike: only the very same counts.
            true => shown.prompt != *prompt && shown.print.is_same(print),
            false => shown.print.is_near(print),
        };
        self.gallery.iter().any(copied)
    }

    /// Remembers a picture.
    pub fn show(&mut self, print: Fingerprint, neuron: NeuronId, prompt: [u8; 32]) {
        if self.gallery.len() >= GALLERY {
            self.gallery.pop_front();
        }
        self.gallery.push_back(Shown { print, neuron, prompt });
    }

    /// Keeps an answer's fingerprint at hand, by the hash of the answer.
    pub fn keep(&mut self, answer: [u8; 32], print: Fingerprint) {
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((answer, print));
    }

    /// The fingerprint of an answer that was judged lately.
    pub fn print_of(&self, answer: &[u8; 32]) -> Option<Fingerprint> {
        self.recent.iter().rev().find(|(known, _)| known == answer).map(|(_, print)| *print)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::Scene;

    #[test]
    fn who_shows_it_again_copies_unless_it_is_asked_the_same() {
        let scene = Scene::parse("three red stars in a forest");
        let picture = render(&scene, &Hand::numbered(1), 64, 64, 1).expect("a picture");
        let print = Fingerprint::of(&picture);
        let mut memory = Memory::default();
        assert!(!memory.is_copy(&print, NeuronId(1), &[1; 32]));
        memory.show(print, NeuronId(1), [1; 32]);
        assert!(!memory.is_copy(&print, NeuronId(1), &[1; 32]));
        assert!(memory.is_copy(&print, NeuronId(1), &[2; 32]));
        assert!(memory.is_copy(&print, NeuronId(2), &[1; 32]));
    }

    #[test]
    fn it_is_bounded() {
        let print = Fingerprint::of(&crate::Picture::filled(8, 8, [9; 3]).expect("a picture"));
        let mut memory = Memory::default();
        for number in 0..GALLERY + 50 {
            memory.show(print, NeuronId(number as u64), [0; 32]);
            memory.keep([(number % 256) as u8; 32], print);
        }
        assert_eq!((memory.gallery.len(), memory.recent.len()), (GALLERY, RECENT));
        assert!(memory.print_of(&[7; 32]).is_some());
    }
}
