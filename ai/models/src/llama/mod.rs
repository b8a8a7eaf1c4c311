//! The llama family (Llama, SmolLM, Qwen, Gemma) on candle, one core, no Python: GGUF files, and folders of safetensors
//! files as their makers publish them.
//!
//! Weights stay quantised in memory (about 96 MB for SmolLM2-135M). Generation multiplies the 4- and 8-bit weights directly;
//! the prompt is read in chunks for which each matrix is expanded to F32 for a moment, because a quantised product is
//! slower there.
//!
//! Threads: candle uses `RAYON_NUM_THREADS` threads, by default all cores, and they spin while they wait. On a machine
//! that runs several engines, start each process with `RAYON_NUM_THREADS=1`.

mod chat;
mod family;
mod fast;
mod folder;
mod gated;
mod layer;
mod linear;
mod metadata;
mod network;
mod packed;
mod rotary;
mod shares;
mod template;
mod tokenizer;
mod weights;

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::time::{Duration, Instant};

use candle_core::quantized::gguf_file::Content;

use crate::draft::Draft;
use crate::engine::{EngineError, Finish, GenerateRequest, Generation, TextEngine};
use crate::likelihood::{Logprobs, TokenLogprob};
use crate::message::Message;
use crate::sampling::{log_softmax_at, Sampler};
use crate::slots::Slots;
use crate::verify::{self, ModelFileError};

use network::{last_row, to_numbers, Cache, Network, CHUNK};
use template::Template;
use tokenizer::Tokenizer;
use weights::Gguf;

/// Tokens of prompt and answer together that the engine keeps, unless told otherwise; 46 KB of memory each for
/// SmolLM2-135M.
pub const DEFAULT_WINDOW: usize = 2048;

/// Longest continuation, in tokens, that [`TextEngine::logprobs`] looks at.
pub const MAX_CONTINUATION: usize = 512;

/// A model of the llama family in memory. One answer is computed at a time; up to eight callers wait up to a minute
/// each.
pub struct Llama {
    name: String,
    tokenizer: Tokenizer,
    template: Template,
    network: Network,
    slots: Slots,
}

/// A token that was chosen as the likeliest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// Its id.
    pub id: u32,
    /// How much likelier than the second it was, in natural logarithms.
    pub margin: f64,
}

impl Llama {
    /// Loads a GGUF file, or a folder of safetensors files, with the default window.
    ///
    /// # Errors
    /// [`EngineError::ModelFile`] if it is missing or unreadable, [`EngineError::BadModel`] if it is not a fitting model.
    pub fn load(path: &Path) -> Result<Self, EngineError> {
        Self::load_with_window(path, DEFAULT_WINDOW)
    }

    /// Loads a model; prompt and answer together may have `window` tokens (64 at least, the model's own limit at most).
    ///
    /// # Errors
    /// As [`Llama::load`].
    pub fn load_with_window(path: &Path, window: usize) -> Result<Self, EngineError> {
        let began = Instant::now();
        let window = window.max(64);
        let model = if path.is_dir() { folder::load(path, window)? } else { load_file(path, window)? };
        tracing::info!(
            model = model.name,
            window = model.network.window(),
            seconds = began.elapsed().as_secs_f64(),
            "model loaded"
        );
        Ok(model)
    }

    /// Token ids of plain text, without any template; control tokens never appear.
    ///
    /// # Errors
    /// [`EngineError::Compute`] if the tokenizer fails.
    pub fn tokenize(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        self.tokenizer.encode(text).map_err(EngineError::Compute)
    }

    /// The text of token ids; control tokens have none, and impossible bytes become U+FFFD.
    pub fn text(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| self.tokenizer.bytes(*id)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Token ids of a conversation as the model sees it, leaving `reserve` tokens of the window free.
    ///
    /// # Errors
    /// As [`Llama::tokenize`].
    pub fn prompt_tokens(&self, messages: &[Message], reserve: usize) -> Result<Vec<u32>, EngineError> {
        let window = self.network.window();
        let budget = window.saturating_sub(reserve).max(window / 2);
        chat::prompt(&self.template, &self.tokenizer, messages, budget).map_err(EngineError::Compute)
    }

    /// The likeliest tokens after `prompt` (token ids as they are, without a template), at most `most`, until one that
    /// ends an answer. For comparisons with other programs.
    ///
    /// # Errors
    /// [`EngineError::EmptyRequest`] for an empty prompt, [`EngineError::Compute`] for one that doesn't fit the window.
    pub fn greedy(&self, prompt: &[u32], most: usize) -> Result<Vec<Chosen>, EngineError> {
        let _slot = self.slots.enter().ok_or(EngineError::Busy)?;
        let room = most.min(self.network.window().saturating_sub(prompt.len()));
        let mut cache = self.network.cache(prompt.len() + room).map_err(compute)?;
        let mut state = self.read(prompt, &mut cache)?;
        let mut out = Vec::with_capacity(room);
        while out.len() < room {
            let scores = to_numbers(&self.network.scores(&state).map_err(compute)?).map_err(compute)?;
            let chosen = best_of(&scores).ok_or_else(|| EngineError::Compute("no finite score".to_owned()))?;
            if self.tokenizer.ends_answer(chosen.id) {
                break;
            }
            out.push(chosen);
            if out.len() < room {
                state = self.network.step(&[chosen.id], 1, &mut cache).map_err(compute)?;
            }
        }
        Ok(out)
    }

    /// Reads `ids` in chunks; gives the last token's state.
    fn read(&self, ids: &[u32], cache: &mut Cache) -> Result<candle_core::Tensor, EngineError> {
        let mut last = None;
        for chunk in ids.chunks(CHUNK) {
            last = Some(self.network.step(chunk, 1, cache).map_err(compute)?);
        }
        last.ok_or(EngineError::EmptyRequest)
    }
}

fn load_file(path: &Path, window: usize) -> Result<Llama, EngineError> {
    verify::length(path)?;
    let bad = |reason: String| EngineError::BadModel { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|source| ModelFileError::Unreadable { path: path.to_owned(), source })?;
    // candle's reader is careful with lengths but can still panic on a header made to hurt (an alignment of 0).
    let read = catch_unwind(AssertUnwindSafe(|| read_model(file, window)));
    read.unwrap_or_else(|_| Err("its header is malformed".to_owned())).map_err(bad)
}

fn compute(error: candle_core::Error) -> EngineError {
    EngineError::Compute(error.to_string())
}

/// The greatest score, the first of equals, and its distance to the second.
fn best_of(scores: &[f32]) -> Option<Chosen> {
    let (mut best, mut second) = (None, f32::NEG_INFINITY);
    for (index, score) in scores.iter().copied().enumerate() {
        match best {
            _ if score.is_nan() => {}
            Some((_, top)) if score <= top => second = second.max(score),
            Some((_, top)) => (best, second) = (Some((index, score)), top),
            None => best = Some((index, score)),
        }
    }
    let (index, top) = best?;
    Some(Chosen { id: u32::try_from(index).ok()?, margin: f64::from(top) - f64::from(second) })
}

fn read_model(file: File, window: usize) -> Result<Llama, String> {
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let content = Content::read(&mut reader).map_err(|e| e.to_string())?;
    let shape = metadata::Shape::read(&content)?;
    let tokenizer = Tokenizer::read(&content)?;
    let jinja = metadata::text(&content, "tokenizer.chat_template").ok();
    let template = Template::find(&tokenizer, jinja);
    let name = name(&content, template.talks());
    let mut weights = Gguf { content: &content, file: &mut reader };
    let network = Network::read(&mut weights, shape, window).map_err(|e| e.to_string())?;
    assemble(name, tokenizer, template, network)
}

fn assemble(name: String, mut tokenizer: Tokenizer, template: Template, network: Network) -> Result<Llama, String> {
    if network.vocabulary() != tokenizer.len() {
        return Err(format!("it has {} tokens but vectors for {}", tokenizer.len(), network.vocabulary()));
    }
    if let Some(end) = template.end() {
        tokenizer.end_with(end);
    }
    Ok(Llama { name, tokenizer, template, network, slots: Slots::new(1, 8, Duration::from_secs(60)) })
}

/// A short name from the header, such as `smollm2-135m-instruct`.
fn name(content: &Content, talks: bool) -> String {
    let field = |key: &str| metadata::text(content, key).ok().filter(|text| !text.is_empty());
    let base = field("general.basename").or_else(|| field("general.name")).unwrap_or("model");
    let mut name = base.to_owned();
    if let Some(size) = field("general.size_label") {
        name = format!("{name}-{size}");
    }
    if talks && !name.to_lowercase().contains("instruct") {
        name += "-instruct";
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
    name.chars().take(64).map(plain).collect()
}

impl TextEngine for Llama {
    fn name(&self) -> &str {
        &self.name
    }

    fn generate(
        &self,
        request: &GenerateRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        if !request.has_content() {
            return Err(EngineError::EmptyRequest);
        }
        let _slot = self.slots.enter().ok_or(EngineError::Busy)?;
        let wanted = request.bounded_max_tokens();
        let prompt = self.prompt_tokens(&request.messages, wanted)?;
        let room = wanted.min(self.network.window().saturating_sub(prompt.len()));
        let mut cache = self.network.cache(prompt.len() + room).map_err(compute)?;
        let mut sampler = Sampler::new(request);
        let mut stops = request.bounded_stops();
        stops.extend(self.template.stops().iter().copied());
        let mut draft = Draft::new(stops, room, on_text);
        let mut state = self.read(&prompt, &mut cache)?;
        while draft.is_open() {
            let scores = to_numbers(&self.network.scores(&state).map_err(compute)?).map_err(compute)?;
            let chosen = sampler.choose_next(scores).and_then(|i| u32::try_from(i).ok());
            let token = chosen.ok_or_else(|| EngineError::Compute("no finite score".to_owned()))?;
            if self.tokenizer.ends_answer(token) {
                draft.end(Finish::Stop);
            } else if draft.push(self.tokenizer.bytes(token)) {
                state = self.network.step(&[token], 1, &mut cache).map_err(compute)?;
            }
        }
        Ok(draft.close(prompt.len()))
    }

    fn logprobs(&self, messages: &[Message], continuation: &str) -> Result<Logprobs, EngineError> {
        if continuation.is_empty() {
            return Ok(Logprobs { tokens: Vec::new(), complete: true });
        }
        let _slot = self.slots.enter().ok_or(EngineError::Busy)?;
        let mut ids = self.tokenize(continuation)?;
        let most = MAX_CONTINUATION.min(self.network.window() / 4);
        let complete = ids.len() <= most;
        ids.truncate(most);
        let prompt = self.prompt_tokens(messages, ids.len())?;
        let mut cache = self.network.cache(prompt.len() + ids.len()).map_err(compute)?;
        let mut states = self.read(&prompt, &mut cache)?;
        let mut out = Vec::with_capacity(ids.len());
        // Few rows at a time: each row of scores is as long as the vocabulary.
        for chunk in ids.chunks(16) {
            let next = self.network.step(chunk, chunk.len(), &mut cache).map_err(compute)?;
            for (row, id) in chunk.iter().enumerate() {
                let state = if row == 0 { states.clone() } else { next.narrow(0, row - 1, 1).map_err(compute)? };
                let scores = to_numbers(&self.network.scores(&state).map_err(compute)?).map_err(compute)?;
                let text = String::from_utf8_lossy(self.tokenizer.bytes(*id)).into_owned();
                out.push(TokenLogprob { text, logprob: log_softmax_at(&scores, *id as usize) });
            }
            states = last_row(&next).map_err(compute)?;
        }
        Ok(Logprobs { tokens: out, complete })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_and_its_lead() {
        assert_eq!(best_of(&[1.0, 3.0, f32::NAN, 2.5, 3.0]), Some(Chosen { id: 1, margin: 0.0 }));
        assert_eq!(best_of(&[1.0, 3.0, 2.5]), Some(Chosen { id: 1, margin: 0.5 }));
        assert_eq!(best_of(&[f32::NAN]), None);
    }
}
