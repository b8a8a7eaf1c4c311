//! Which engine a miner answers with.

use std::path::PathBuf;
use std::sync::Arc;

use ganglion_models::tiny::TinyEngine;
use ganglion_models::{ApiKey, Backend, Embedder, EngineError, Llama, NgramEngine, SkillRouter, SmolLm2, TextEngine};

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
    /// Makes sentence vectors, if the miner offers that.
    pub embedder: Option<Arc<dyn Embedder>>,
}

impl TextModel {
    /// A model that makes texts only.
    pub fn new(engine: Arc<dyn TextEngine>, temperature: Option<f64>) -> Self {
        Self { engine, temperature, embedder: None }
    }
}

impl EngineChoice {
    /// Loads the engine. Blocks: about a second for SmolLM2. A model server isn't called yet: it may come later.
    ///
    /// # Errors
    /// If the model file is missing, damaged or of another kind, or a server's address is none.
    pub fn load(&self) -> Result<TextModel, EngineError> {
        match self {
            Self::SmolLm2 { path, temperature } => {
                Ok(TextModel::new(Arc::new(SmolLm2::load(path)?), Some(*temperature)))
            }
            Self::File { path, temperature } => Ok(TextModel::new(Arc::new(Llama::load(path)?), Some(*temperature))),
            Self::Trained { folder, temperature } => {
                Ok(TextModel::new(Arc::new(TinyEngine::load(folder)?), Some(*temperature)))
            }
            Self::Backend { url, model, key, temperature } => {
                let engine = Arc::new(Backend::new(url, model)?.with_key(key.clone()));
                Ok(TextModel::new(engine, Some(*temperature)))
            }
            Self::Ngram => Ok(TextModel::new(Arc::new(NgramEngine::builtin()), None)),
            Self::Skills { fallback } => {
                let fallback = fallback.load()?;
                let engine = Arc::new(SkillRouter::new(fallback.engine));
                Ok(TextModel::new(engine, fallback.temperature))
            }
        }
    }
}
