//! Engines that run models, behind small traits.
//!
//! [`TextEngine`] continues a conversation, streams, and gives log-probabilities where the engine has them:
//!
//! - [`Llama`]: SmolLM2, Llama, Qwen and Gemma on candle, from a GGUF file or a folder of safetensors files;
//! - [`TinyEngine`](tiny::TinyEngine): a byte-level transformer that [`tiny::train()`] made of a file of text;
//! - [`SkillRouter`]: exact answers to sums, dates, lists, letters, units and bases, in front of any other engine;
//! - [`NgramEngine`]: a tiny model of a text of our own, always there;
//! - [`Backend`]: any server that speaks OpenAI's chat protocol.
//!
//! [`Embedder`] turns texts into vectors whose dot product says how alike they are: [`MiniLm`].
//!
//! [`training`] is the one trainer of all models that are trained here and in the subnets.
//!
//! Engines block and use the CPU. Call them from a blocking thread, and set `RAYON_NUM_THREADS=1` for a process that
//! shares its machine with others: candle's worker threads spin while they wait.

pub mod backend;
mod draft;
pub mod engine;
pub mod kind;
pub mod likelihood;
pub mod llama;
pub mod message;
pub mod minilm;
pub mod ngram;
pub mod registry;
pub mod sampling;
mod server;
pub mod skills;
mod slots;
mod stream;
pub mod tiny;
pub mod training;
pub mod verify;

pub use backend::{ApiKey, Backend};
pub use engine::{Embedder, EngineError, Finish, GenerateRequest, Generation, TextEngine};
pub use kind::{models_dir, open, EngineKind};
pub use likelihood::{Logprobs, TokenLogprob};
pub use llama::Llama;
pub use message::{Message, Role};
pub use minilm::MiniLm;
pub use ngram::NgramEngine;
pub use skills::SkillRouter;

/// The default text model's engine, by the model's name.
pub type SmolLm2 = Llama;
