//! Which engine a miner answers with.

use std::path::PathBuf;
use std::sync::Arc;

use ganglion_models::tiny::TinyEngine;
use ganglion_models::{ApiKey, Backend, EngineError, Llama, NgramEngine, SkillRouter, SmolLm2, TextEngine};

/// A miner's choice of engine.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineChoice {
    /// SmolLM2 from a GGUF file, always at this temperature.
    SmolLm2 {
        /// The file.
        path: PathBuf,
        /// 0 takes the likeliest token each time.
        temperature: f64,
    },
    /// A model of the llama family: a GGUF file, or a folder of safetensors files.
    File {
        /// The file or folder.
        path: PathBuf,
        /// 0 takes the likeliest token each time.
        temperature: f64,
    },
    /// A model that `ganglion models train` made.
    Trained {
        /// Its folder.
        folder: PathBuf,
        /// 0 takes the likeliest byte each time.
        temperature: f64,
    },
    /// A server that speaks OpenAI's chat protocol.
    Backend {
        /// Its base address, such as `http://127.0.0.1:8080/v1`.
        url: String,
        /// The name of the model there.
        model: String,
        /// What it wants to know before it answers.
        key: Option<ApiKey>,
        /// 0 takes the likeliest token each time.
        temperature: f64,
    },
    /// The small model that is always there.
    Ngram,
    /// Deterministic skills for arithmetic, dates and the like; everything else goes to the fallback.
    Skills {
        /// What answers the rest.
        fallback: Box<EngineChoice>,
    },
}

/// An engine, ready to answer.
#[derive(Clone)]
pub struct TextModel {
    /// The engine.
    pub engine: Arc<dyn TextEngine>,
    /// The miner's own temperature; `None` follows the request.
    pub temperature: Option<f64>,
}

impl EngineChoice {
    /// Loads the engine. Blocks: about a second for SmolLM2. A model server isn't called yet: it may come later.
    ///
    /// # Errors
    /// If the model file is missing, damaged or of another kind, or a server's address is none.
    pub fn load(&self) -> Result<TextModel, EngineError> {
        match self {
            Self::SmolLm2 { path, temperature } => {
                Ok(TextModel { engine: Arc::new(SmolLm2::load(path)?), temperature: Some(*temperature) })
            }
            Self::File { path, temperature } => {
                Ok(TextModel { engine: Arc::new(Llama::load(path)?), temperature: Some(*temperature) })
            }
            Self::Trained { folder, temperature } => {
                Ok(TextModel { engine: Arc::new(TinyEngine::load(folder)?), temperature: Some(*temperature) })
            }
            Self::Backend { url, model, key, temperature } => {
                let engine = Arc::new(Backend::new(url, model)?.with_key(key.clone()));
                Ok(TextModel { engine, temperature: Some(*temperature) })
            }
            Self::Ngram => Ok(TextModel { engine: Arc::new(NgramEngine::builtin()), temperature: None }),
            Self::Skills { fallback } => {
                let fallback = fallback.load()?;
                let engine = Arc::new(SkillRouter::new(fallback.engine));
                Ok(TextModel { engine, temperature: fallback.temperature })
            }
        }
    }
}
