//! A tiny language model that is always there: trigrams over the crate's own primer of simple facts.
//!
//! It is no match for a neural model and does not pretend to be: it picks the fact whose words are nearest to the
//! question and babbles on from its beginning. Its probabilities are properly normalised, so it also serves as the
//! public base-line against which bits of information are measured.

mod model;
mod pieces;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use crate::draft::Draft;
use crate::engine::{EngineError, Finish, GenerateRequest, Generation, TextEngine};
use crate::likelihood::{Logprobs, TokenLogprob};
use crate::message::{last_user, Message};
use crate::sampling::Sampler;

use model::{Model, EDGE};
use pieces::{pieces, words};

/// The text the model learns from at start.
const PRIMER: &str = include_str!("../../data/primer.txt");

/// Bytes of a question that are looked at.
const MAX_QUESTION: usize = 1 << 16;

/// Longest continuation, in pieces, that [`TextEngine::logprobs`] looks at.
pub const MAX_CONTINUATION: usize = 2048;

/// The n-gram engine. Loading takes milliseconds, answering less than one; its memory is about a megabyte.
pub struct NgramEngine {
    model: Model,
    facts: Vec<Fact>,
    /// In how many facts each word stands.
    spread: HashMap<String, usize>,
}

struct Fact {
    pieces: Vec<u32>,
    words: HashSet<String>,
}

impl NgramEngine {
    /// The engine with the crate's own primer.
    pub fn builtin() -> Self {
        Self::train(PRIMER)
    }

    /// An engine that learns from `text`, one sentence a line.
    pub fn train(text: &str) -> Self {
        let model = Model::train(text);
        let fact = |line: &str| Fact {
            pieces: pieces(line.trim()).into_iter().filter_map(|p| model.id(p)).collect(),
            words: words(line).collect(),
        };
        let facts: Vec<Fact> = text.lines().filter(|l| !l.trim().is_empty()).map(fact).collect();
        let mut spread = HashMap::new();
        for word in facts.iter().flat_map(|f| &f.words) {
            *spread.entry(word.clone()).or_insert(0) += 1;
        }
        Self { model, facts, spread }
    }

    /// How telling a word is: the natural log of how few facts have it; 0 for signs and unknown words.
    fn rarity(&self, word: &str) -> f64 {
        self.spread.get(word).map_or(0.0, |spread| (self.facts.len() as f64 / (*spread).max(1) as f64).ln())
    }

    /// The fact that shares the rarest words with `question`; the last of the primer if none shares any.
    fn nearest(&self, question: &HashSet<String>) -> Option<&Fact> {
        let score = |fact: &Fact| {
            // Sorted, so that rounding does not depend on the order of a hash table.
            let mut shared: Vec<f64> = fact.words.intersection(question).map(|w| self.rarity(w)).collect();
            shared.sort_by(f64::total_cmp);
            shared.iter().sum::<f64>() / (4.0 + fact.words.len() as f64).sqrt()
        };
        let better = |a: Option<(f64, usize)>, (i, f): (usize, &Fact)| {
            let s = score(f);
            if a.is_none_or(|(best, _)| s > best) {
                Some((s, i))
            } else {
                a
            }
        };
        let (best, index) = self.facts.iter().enumerate().fold(None, better)?;
        if best > 0.0 {
            self.facts.get(index)
        } else {
            self.facts.last()
        }
    }
}

impl TextEngine for NgramEngine {
    fn name(&self) -> &str {
        "ngram"
    }

    fn generate(
        &self,
        request: &GenerateRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        if !request.has_content() {
            return Err(EngineError::EmptyRequest);
        }
        let question = cut(last_user(&request.messages).unwrap_or_default(), MAX_QUESTION);
        let asked: HashSet<String> = words(question).collect();
        let fact = self.nearest(&asked);
        let opening: Vec<u32> = fact.map(|f| f.pieces.iter().take(2).copied().collect()).unwrap_or_default();
        // A piece of the chosen fact is the likelier the rarer it is, else the common words would lead astray.
        let topic: HashMap<u32, f64> = fact
            .map(|f| {
                f.pieces.iter().map(|id| (*id, self.rarity(&self.model.piece(*id).trim().to_lowercase()))).collect()
            })
            .unwrap_or_default();
        let mut said: HashSet<[u32; 3]> = HashSet::new();

        let mut sampler = Sampler::new(request);
        let mut draft = Draft::new(request.bounded_stops(), request.bounded_max_tokens(), on_text);
        let mut context = [EDGE, EDGE];
        while draft.is_open() {
            let next = match opening.get(draft.made()) {
                Some(id) => *id,
                None => {
                    let distribution = self.model.distribution(context);
                    let score = |(id, p): (u32, &f64)| {
                        // What was said once is not said again: no circles.
                        let again = said.contains(&[context[0], context[1], id]);
                        if again {
                            f32::NEG_INFINITY
                        } else {
                            (p.ln() + topic.get(&id).copied().unwrap_or(0.0)) as f32
                        }
                    };
                    let scores: Vec<f32> = (0u32..).zip(&distribution).map(score).collect();
                    sampler.choose(&scores).and_then(|i| u32::try_from(i).ok()).unwrap_or(EDGE)
                }
            };
            if next == EDGE {
                draft.end(Finish::Stop);
                break;
            }
            said.insert([context[0], context[1], next]);
            context = [context[1], next];
            draft.push(self.model.piece(next).as_bytes());
        }
        let prompt_tokens = request.messages.iter().map(|m| words(cut(&m.content, MAX_QUESTION)).count()).sum();
        Ok(draft.close(prompt_tokens))
    }

    fn logprobs(&self, messages: &[Message], continuation: &str) -> Result<Logprobs, EngineError> {
        // The answer begins a sentence: what was asked does not change these probabilities.
        let _ = messages;
        let mut context = [EDGE, EDGE];
        let step = |piece: &str| {
            let logprob = self.model.log_probability(context, piece);
            context = [context[1], self.model.id(piece).unwrap_or(EDGE)];
            TokenLogprob { text: piece.to_owned(), logprob }
        };
        let seen = cut(continuation, MAX_QUESTION);
        let all = pieces(seen);
        let complete = seen.len() == continuation.len() && all.len() <= MAX_CONTINUATION;
        let tokens = all.into_iter().take(MAX_CONTINUATION).map(step).collect();
        Ok(Logprobs { tokens, complete })
    }
}

/// At most `most` bytes from the beginning of `text`.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}
