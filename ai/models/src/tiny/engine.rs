//! Serving a trained model.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use crate::draft::Draft;
use crate::engine::{EngineError, Finish, GenerateRequest, Generation, TextEngine};
use crate::likelihood::{Logprobs, TokenLogprob};
use crate::message::Message;
use crate::sampling::{log_softmax_at, Sampler};
use crate::slots::Slots;

use super::files;
use super::network::{Cache, Network};
use super::stream::EDGE;

/// Longest continuation, in bytes, that [`TextEngine::logprobs`] looks at.
pub const MAX_CONTINUATION: usize = 2048;

/// A trained byte-level transformer. Tokens are bytes, so a request's frequency penalty is left aside: it would turn a
/// sentence's tenth `e` into something else. One answer is computed at a time; up to eight callers wait up to a
/// minute each.
pub struct TinyEngine {
    name: String,
    network: Network,
    slots: Slots,
}

/// A text being read: what the network still sees of it, and what its last state says of the next symbol.
struct Reader<'a> {
    network: &'a Network,
    cache: Cache,
    seen: Vec<u32>,
}

impl TinyEngine {
    /// Loads what [`Trained::save`](super::Trained::save) wrote.
    ///
    /// # Errors
    /// [`EngineError::ModelFile`] if a file is missing or unreadable, [`EngineError::BadModel`] if it is no such model.
    pub fn load(folder: &Path) -> Result<Self, EngineError> {
        let network = files::load(folder)?;
        let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
        let name = format!("trained:{}", name.chars().take(48).map(plain).collect::<String>());
        tracing::info!(model = name, parameters = network.config().parameters(), "model loaded");
        Ok(Self { name, network, slots: Slots::new(1, 8, Duration::from_secs(60)) })
    }

    /// The conversation as a document that is still open: one turn a line. The end of it, if it is long.
    fn prompt(&self, messages: &[Message]) -> Vec<u32> {
        let mut ids = vec![u32::from(EDGE)];
        for message in messages {
            let text = message.content.trim();
            // A blank line would end the document.
            let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
            for line in lines {
                ids.extend(line.bytes().map(u32::from));
                ids.push(u32::from(b'\n'));
            }
        }
        let most = self.network.config().context * 3 / 4;
        ids.split_off(ids.len().saturating_sub(most))
    }

    fn reader(&self, prompt: &[u32]) -> Result<(Reader<'_>, Vec<f32>), EngineError> {
        let mut reader = Reader { network: &self.network, cache: Cache::default(), seen: Vec::new() };
        let scores = reader.read(prompt)?;
        Ok((reader, scores))
    }
}

impl Reader<'_> {
    /// Reads at least one symbol, at most the context's; gives scores for the one after the last.
    fn read(&mut self, ids: &[u32]) -> Result<Vec<f32>, EngineError> {
        self.seen.extend_from_slice(ids);
        let context = self.network.config().context;
        if self.cache.len() + ids.len() <= context {
            return self.scores(ids.len());
        }
        // Full: half of what was seen is read anew, and there is room again.
        let from = self.seen.len().saturating_sub(context / 2);
        self.seen.drain(..from);
        self.cache = Cache::default();
        self.scores(self.seen.len())
    }

    /// Runs the network on the last `count` symbols seen.
    fn scores(&mut self, count: usize) -> Result<Vec<f32>, EngineError> {
        let ids = self.seen.get(self.seen.len().saturating_sub(count)..).unwrap_or_default();
        if ids.is_empty() {
            return Err(EngineError::EmptyRequest);
        }
        let run = |cache: &mut Cache| -> candle_core::Result<Vec<f32>> {
            let states = self.network.step(ids, cache)?;
            let last = states.narrow(0, states.dim(0)?.saturating_sub(1), 1)?;
            self.network.scores(&last)?.flatten_all()?.to_vec1::<f32>()
        };
        run(&mut self.cache).map_err(|e| EngineError::Compute(e.to_string()))
    }
}

impl TextEngine for TinyEngine {
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
        let prompt = self.prompt(&request.messages);
        let (mut reader, mut scores) = self.reader(&prompt)?;
        let mut sampler = Sampler::new(request).without_penalty();
        let mut draft = Draft::new(request.bounded_stops(), request.bounded_max_tokens(), on_text);
        while draft.is_open() {
            let chosen = sampler.choose_next(scores);
            let chosen = chosen.ok_or_else(|| EngineError::Compute("no finite score".to_owned()))?;
            // Anything that is no byte is the end of the document.
            let Ok(byte) = u8::try_from(chosen) else {
                draft.end(Finish::Stop);
                break;
            };
            if !draft.push(&[byte]) {
                break;
            }
            scores = reader.read(&[u32::from(byte)])?;
        }
        Ok(draft.close(prompt.len()))
    }

    fn logprobs(&self, messages: &[Message], continuation: &str) -> Result<Logprobs, EngineError> {
        let bytes = continuation.as_bytes();
        let seen = bytes.get(..MAX_CONTINUATION).unwrap_or(bytes);
        let complete = seen.len() == bytes.len();
        if seen.is_empty() {
            return Ok(Logprobs { tokens: Vec::new(), complete });
        }
        let _slot = self.slots.enter().ok_or(EngineError::Busy)?;
        let (mut reader, mut scores) = self.reader(&self.prompt(messages))?;
        let mut tokens = Vec::with_capacity(seen.len());
        for (i, byte) in seen.iter().enumerate() {
            let text = String::from_utf8_lossy(&[*byte]).into_owned();
            tokens.push(TokenLogprob { text, logprob: log_softmax_at(&scores, usize::from(*byte)) });
            if i + 1 < seen.len() {
                scores = reader.read(&[u32::from(*byte)])?;
            }
        }
        Ok(Logprobs { tokens, complete })
    }
}
