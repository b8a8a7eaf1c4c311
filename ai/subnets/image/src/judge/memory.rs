//! What a judge remembers: pictures that were shown, what is usual, and everybody's style.

use std::collections::VecDeque;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use ganglion_primitives::NeuronId;
use serde::{Deserialize, Serialize};

use super::aesthetics::Distributions;
use super::running::Running;
use super::style::{Bank, KeptBank};
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

impl Shown {
    /// Neuron, hash of the prompt and fingerprint, in base64.
    fn kept(&self) -> String {
        let mut bytes = self.neuron.0.to_le_bytes().to_vec();
        bytes.extend(self.prompt);
        bytes.extend(self.print.to_bytes());
        STANDARD.encode(bytes)
    }

    fn of_kept(kept: &str) -> Option<Self> {
        let bytes = STANDARD.decode(kept).ok()?;
        let (neuron, rest) = bytes.split_first_chunk::<8>()?;
        let (prompt, print) = rest.split_first_chunk::<32>()?;
        let neuron = NeuronId(u64::from_le_bytes(*neuron));
        Some(Self { print: Fingerprint::of_bytes(print)?, neuron, prompt: *prompt })
    }
}

/// A memory as it is written down: all but the fingerprints of the round.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptMemory {
    /// The oldest first.
    gallery: Vec<String>,
    distributions: Vec<Running>,
    styles: KeptBank,
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
    /// What is to be kept.
    pub(super) fn kept(&self) -> KeptMemory {
        let gallery = self.gallery.iter().map(Shown::kept).collect();
        KeptMemory { gallery, distributions: self.distributions.kept(), styles: self.styles.kept() }
    }

    /// Of what was kept; `None` if that is unsound.
    pub(super) fn of_kept(kept: KeptMemory) -> Option<Self> {
        if kept.gallery.len() > GALLERY {
            return None;
        }
        let gallery: Option<VecDeque<Shown>> = kept.gallery.iter().map(|shown| Shown::of_kept(shown)).collect();
        let (distributions, styles) = (Distributions::of_kept(kept.distributions)?, Bank::of_kept(kept.styles)?);
        Some(Self { gallery: gallery?, recent: VecDeque::new(), distributions, styles })
    }

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
