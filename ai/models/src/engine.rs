//! The trait that every text engine implements, and its request, answer and error types.

use std::ops::ControlFlow;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::likelihood::Logprobs;
use crate::message::Message;
use crate::server::{BadAddress, BadKey};
use crate::verify::ModelFileError;

/// The most tokens that one request may generate, whatever it asks for.
pub const MAX_TOKENS: usize = 2048;

/// The most stop strings that are looked at; the rest are ignored.
pub const MAX_STOPS: usize = 8;

/// What to generate. Every field is clamped to its documented range by the engines, so no value is an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GenerateRequest {
    /// The conversation so far, oldest first. Cut to the engine's context window, oldest turns first.
    pub messages: Vec<Message>,
    /// Most tokens to generate: 1 to [`MAX_TOKENS`].
    pub max_tokens: usize,
    /// 0 takes the likeliest token each time; 1 samples from the model's own distribution; at most 5. Not a number counts as 0.
    pub temperature: f64,
    /// Nucleus: sample only among the likeliest tokens that together hold this share of the probability (0 to 1].
    pub top_p: f64,
    /// Subtracted from a token's score (natural log) for each time it stands in the answer already: 0 to 2. Keeps small
    /// models from going round in circles.
    #[serde(default)]
    pub frequency_penalty: f64,
    /// Seed of the sampler: the same request on the same machine gives the same text.
    pub seed: u64,
    /// Text that ends the answer (and is not part of it), at most [`MAX_STOPS`] strings.
    pub stop: Vec<String>,
}

impl Default for GenerateRequest {
    fn default() -> Self {
        Self {
            messages: Vec::new(),
            max_tokens: 256,
            temperature: 0.0,
            top_p: 1.0,
            frequency_penalty: 0.0,
            seed: 0,
            stop: Vec::new(),
        }
    }
}

impl GenerateRequest {
    /// One question, greedy, at most 256 tokens.
    pub fn ask(prompt: impl Into<String>) -> Self {
        Self { messages: vec![Message::user(prompt)], ..Self::default() }
    }

    /// `max_tokens` within its range.
    pub fn bounded_max_tokens(&self) -> usize {
        self.max_tokens.clamp(1, MAX_TOKENS)
    }

    /// The stop strings that count: not empty, at most [`MAX_STOPS`].
    pub fn bounded_stops(&self) -> Vec<&str> {
        self.stop.iter().map(String::as_str).filter(|s| !s.is_empty()).take(MAX_STOPS).collect()
    }

    /// Whether there is anything to answer: at least one message with a visible character.
    pub fn has_content(&self) -> bool {
        self.messages.iter().any(|m| m.content.chars().any(|c| !c.is_whitespace() && !c.is_control()))
    }
}

/// Why generation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finish {
    /// The model ended its turn, or a stop string appeared.
    Stop,
    /// `max_tokens` or the context window was reached.
    Length,
    /// The receiver of the stream asked to stop.
    Cancelled,
}

impl Finish {
    /// The lower-case name, as OpenAI-like servers write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for Finish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A finished answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// The whole text: exactly the concatenation of the streamed parts.
    pub text: String,
    /// Tokens read, template included (engines without tokens count words).
    pub prompt_tokens: usize,
    /// Tokens generated, an end-of-turn token not counted.
    pub completion_tokens: usize,
    /// Why it ended.
    pub finish: Finish,
}

/// What can go wrong in an engine. The texts are meant for a person's eyes.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The model file is missing, truncated or not the pinned one.
    #[error(transparent)]
    ModelFile(#[from] ModelFileError),
    /// The file was read but is not a model that this engine can run.
    #[error("{} is not a model this engine can run: {reason}", path.display())]
    BadModel {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No message has any visible text.
    #[error("the request has no text to answer: give at least one message that is not blank")]
    EmptyRequest,
    /// Too many requests wait already.
    #[error("the engine is busy: try again later or ask another miner")]
    Busy,
    /// The engine cannot do this at all.
    #[error("engine {engine} cannot {what}")]
    Unsupported {
        /// Engine name.
        engine: String,
        /// The missing ability, as a verb phrase.
        what: &'static str,
    },
    /// There is no remote engine at such an address.
    #[error(transparent)]
    BackendAddress(#[from] BadAddress),
    /// The key for a remote engine can't be sent.
    #[error(transparent)]
    BackendKey(#[from] BadKey),
    /// A remote engine failed or answered nonsense.
    #[error("the model server failed: {0}")]
    Backend(String),
    /// The arithmetic of the model failed.
    #[error("the model could not be evaluated: {0}")]
    Compute(String),
}

/// Something that continues a conversation. Calls block and use the CPU: from asynchronous code, run them on a blocking
/// thread. Engines are shared between threads and bound their own concurrency.
pub trait TextEngine: Send + Sync {
    /// A short stable name, for logs and answers.
    fn name(&self) -> &str;

    /// Answers `request`, handing each finished piece of text to `on_text` as soon as it exists. Pieces are whole UTF-8
    /// and never empty; `ControlFlow::Break` ends generation with [`Finish::Cancelled`].
    ///
    /// # Errors
    /// [`EngineError::EmptyRequest`], [`EngineError::Busy`], [`EngineError::Compute`], [`EngineError::Backend`].
    fn generate(
        &self,
        request: &GenerateRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError>;

    /// [`generate`](Self::generate) without streaming.
    ///
    /// # Errors
    /// As `generate`.
    fn complete(&self, request: &GenerateRequest) -> Result<Generation, EngineError> {
        self.generate(request, &mut |_| ControlFlow::Continue(()))
    }

    /// Whether `request` is answered without any model's work, so that it needn't wait behind requests that are not.
    fn is_instant(&self, request: &GenerateRequest) -> bool {
        let _ = request;
        false
    }

    /// How likely `continuation` is as the assistant's next words after `messages`, token by token, in natural
    /// logarithms. Nothing is sampled, and an end of the turn is not part of it.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] if the engine has no probabilities; else as `generate`.
    fn logprobs(&self, messages: &[Message], continuation: &str) -> Result<Logprobs, EngineError> {
        let _ = (messages, continuation);
        Err(EngineError::Unsupported { engine: self.name().to_owned(), what: "give probabilities" })
    }
}

/// Something that turns text into vectors of unit length whose dot product measures likeness.
///
/// Apart from [`TextEngine`], though the design had one trait for generating, probabilities and vectors: what makes vectors
/// here (MiniLM) writes nothing, and what writes makes no vectors of sentences, so in one trait each would refuse half of it.
pub trait Embedder: Send + Sync {
    /// A short stable name.
    fn name(&self) -> &str;

    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// One vector per text, in order.
    ///
    /// # Errors
    /// [`EngineError::Compute`] or [`EngineError::Backend`].
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError>;
}
