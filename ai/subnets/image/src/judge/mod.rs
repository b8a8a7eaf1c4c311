//! What a picture is worth: r = gate · (0.60 M + 0.40 A) · (1 − 0.05 d) · f.
//!
//! - gate ([`gate`], [`memory`]): decodable, of the asked size, not blank, not unsafe, no near copy of an earlier picture;
//! - M, **match** ([`matching`]): bits of information about the caption, of at most 5; where the grammar says what should
//!   be seen, seven tenths of that and three tenths of attribute probes ([`probes`]);
//! - A, **aesthetics** ([`aesthetics`]);
//! - d, how alike the miner's style is in the long run to that of another who doesn't share one pay with it ([`style`]);
//! - f, latency: 1 up to 8 s, 0.9 at 20 s.
//!
//! Different validators may use different matchers: consensus is then over judges, and to fool one pays little.

pub mod aesthetics;
pub mod captions;
pub mod clip;
pub mod dual;
pub mod gate;
mod keeper;
pub mod matching;
pub mod memory;
pub mod probes;
pub mod running;
pub mod style;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ganglion_primitives::NeuronId;
use ganglion_subnet::store::StoreError;
use ganglion_subnet::{Answer, Score};
use sha2::{Digest, Sha256};

use crate::picture::fingerprint::Fingerprint;
use crate::picture::Picture;
use crate::synapse::ImageResponse;
use crate::task::Task;

use gate::{Reason, Safety};
use keeper::Keeper;
use matching::{Matcher, ProbeMatcher, MOST_BITS};
use memory::Memory;

/// Parts of quality: match and aesthetics.
const PARTS: [f64; 2] = [0.60, 0.40];
/// Part of the probes in the match, where there are any.
const PROBES: f64 = 0.3;
/// From here on slower is worth less.
const SOFT_LIMIT: Duration = Duration::from_secs(8);
/// When an answer is too late.
pub const HARD_LIMIT: Duration = Duration::from_secs(20);
/// What is left at the hard limit.
const SLOWEST: f64 = 0.9;

/// A judge, with its memory.
pub struct Judge {
    matcher: Arc<dyn Matcher>,
    safety: Option<Arc<dyn Safety>>,
    memory: Mutex<Memory>,
    /// Without one, all is forgotten when the process ends.
    keeper: Option<Keeper>,
}

/// What was seen in one picture.
struct Look {
    print: Fingerprint,
    features: aesthetics::Features,
    style: style::Vector,
    /// The probability that the matcher gives to the true caption.
    belief: Option<f64>,
    probe: Option<f64>,
}

impl Default for Judge {
    fn default() -> Self {
        Self::with(Arc::new(ProbeMatcher))
    }
}

impl Judge {
    /// A judge that matches by `matcher` and has seen nothing yet.
    pub fn with(matcher: Arc<dyn Matcher>) -> Self {
        Self { matcher, safety: None, memory: Mutex::default(), keeper: None }
    }

    /// The same with a classifier of unsafe pictures.
    #[must_use]
    pub fn guarded(self, safety: Arc<dyn Safety>) -> Self {
        Self { safety: Some(safety), ..self }
    }

    /// The same with the memory that the file `path` holds, which is written anew after each round. `genesis` and `netuid`
    /// say whose neurons are meant.
    ///
    /// # Errors
    /// If the file can't be read or is damaged.
    pub fn remembering(self, path: &Path, genesis: &[u8; 32], netuid: u16) -> Result<Self, StoreError> {
        let (keeper, memory) = Keeper::open(path, genesis, netuid)?;
        Ok(Self { memory: Mutex::new(memory), keeper: Some(keeper), ..self })
    }

    /// Whatever happened to the last holder, what is inside is sound.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over which miners behave as one: they share one pay, and the penalty for a shared style isn't for them.
    pub fn clustered(&self, clusters: &[Vec<u64>]) {
        self.memory().styles.cluster(clusters);
    }

    /// Scores all answers to a task, in their order.
    pub fn score(&self, task: &Task, answers: &[Answer<ImageResponse>]) -> Vec<Score> {
        // Without the lock: looking takes a while.
        let mut looks: Vec<Result<Look, Reason>> = answers.iter().map(|answer| self.look(task, answer)).collect();
        let mut memory = self.memory();
        for (answer, look) in answers.iter().zip(&looks) {
            if let Ok(look) = look {
                memory.keep(hash(&answer.response.image), look.print);
            }
        }
        refuse_copies(&mut memory, task, answers, &mut looks);
        let passed =
            || answers.iter().zip(&looks).filter_map(|(answer, look)| Some((answer.neuron, look.as_ref().ok()?)));
        passed().for_each(|(_, look)| memory.distributions.update(&look.features));
        let styles: Vec<(NeuronId, style::Vector)> = passed().map(|(neuron, look)| (neuron, look.style)).collect();
        memory.styles.note(&styles);
        let score = |(answer, look): (&Answer<ImageResponse>, &Result<Look, Reason>)| match look {
            Ok(look) => worth(&memory, look, answer, task.choice.captions.len()),
            Err(reason) => Score::zero(reason),
        };
        let scores = answers.iter().zip(&looks).map(score).collect();
        self.keep(&memory);
        scores
    }

    /// Writes the memory down. If that fails, the round counts all the same: a restart would know a few pictures less.
    fn keep(&self, memory: &Memory) {
        if let Some(Err(error)) = self.keeper.as_ref().map(|keeper| keeper.keep(memory)) {
            tracing::error!(%error, "the judge's memory can't be written");
        }
    }

    fn look(&self, task: &Task, answer: &Answer<ImageResponse>) -> Result<Look, Reason> {
        let picture = gate::pass(&answer.response.image, task.width, task.height, self.safety.as_deref())?;
        let logits = self.matcher.logits(&picture, &task.choice);
        Ok(Look {
            print: Fingerprint::of(&picture),
            features: aesthetics::of(&picture),
            style: style::of(&picture),
            belief: logits.and_then(|logits| matching::probability(&logits, task.choice.truth)),
            probe: task.scene.as_ref().and_then(|scene| probes::Seen::of(&picture).agreement(scene)),
        })
    }

    /// How alike two answers' pictures are, 0 to 1; 0 where one isn't a picture.
    pub fn likeness(&self, a: &ImageResponse, b: &ImageResponse) -> f64 {
        if a.image == b.image {
            return 1.0;
        }
        match (self.print(a), self.print(b)) {
            (Some(a), Some(b)) if a.is_near(&b) => 1.0,
            (Some(a), Some(b)) => 0.8 * a.likeness(&b),
            _ => 0.0,
        }
    }

    fn print(&self, response: &ImageResponse) -> Option<Fingerprint> {
        let known = self.memory().print_of(&hash(&response.image));
        known.or_else(|| gate::decode(&response.image).ok().map(|picture: Picture| Fingerprint::of(&picture)))
    }
}

/// Near copies are refused: of pictures shown before, and within the round of those that came sooner.
fn refuse_copies(
    memory: &mut Memory,
    task: &Task,
    answers: &[Answer<ImageResponse>],
    looks: &mut [Result<Look, Reason>],
) {
    let prompt = hash(&task.prompt);
    let mut order: Vec<usize> = (0..answers.len().min(looks.len())).collect();
    order.sort_by_key(|index| answers[*index].elapsed);
    for index in order {
        let neuron = answers[index].neuron;
        let Ok(print) = looks[index].as_ref().map(|look| look.print) else { continue };
        if memory.is_copy(&print, neuron, &prompt) {
            looks[index] = Err("copy");
        } else {
            memory.show(print, neuron, prompt);
        }
    }
}

/// The score of a picture that passed the gate.
fn worth(memory: &Memory, look: &Look, answer: &Answer<ImageResponse>, choices: usize) -> Score {
    let told = look.belief.map(|belief| matching::bits(belief, choices));
    let matched = (told.unwrap_or(0.0) / MOST_BITS).clamp(0.0, 1.0);
    let matched = look.probe.map_or(matched, |probe| (1.0 - PROBES) * matched + PROBES * probe);
    let beauty = memory.distributions.score(&look.features);
    let style = memory.styles.factor(answer.neuron);
    let speed = latency(answer.elapsed);
    let value = (PARTS[0] * matched + PARTS[1] * beauty) * style * speed;
    let mut parts = vec![("match", matched), ("aesthetics", beauty), ("style", style), ("latency", speed)];
    parts.extend(told.map(|bits| ("bits", bits)));
    parts.extend(look.probe.map(|probe| ("probe", probe)));
    let score = Score::new(value, &parts);
    match look.belief {
        Some(belief) => score.with_probability(belief, 1.0 / choices.max(1) as f64),
        None => score,
    }
}

/// What is left of a score after so long: 1 up to the soft limit, 0.9 at the hard one, then nothing.
fn latency(elapsed: Duration) -> f64 {
    if elapsed > HARD_LIMIT {
        return 0.0;
    }
    let late = elapsed.saturating_sub(SOFT_LIMIT).as_secs_f64() / (HARD_LIMIT - SOFT_LIMIT).as_secs_f64();
    1.0 - (1.0 - SLOWEST) * late
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests;
